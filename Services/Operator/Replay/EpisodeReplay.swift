import Contracts
import Domain
import Persistence

/// One episode said again from its record.
struct EpisodeReplay {
    let record: EpisodeRecord
    let contents: EpisodeContents
    /// By the decisions that held.
    let held: Sayings
    /// By a model of choice; nil where none was chosen.
    let chosen: Sayings?
    let steps: [RecordedStep]
    /// Where the trajectory events that the alerts and the audit log name are found.
    var trajectories: TrajectoryLookup

    /// - Throws: `MalformedEvent` for a step of an alert that cannot be read.
    init(_ record: EpisodeRecord, held bases: ReplayBases, chosen model: ReplayBases? = nil) throws(MalformedEvent) {
        self.record = record
        contents = EpisodeContents(record.events)
        held = Sayings(contents, bases)
        chosen = model.map { [contents] in Sayings(contents, $0) }
        steps = try RecordedStep.read(record.alerts)
        trajectories = TrajectoryLookup(contents, held, bases)
    }

    /// Where the episode is cared for; nil for an episode of which nothing is recorded.
    var site: SiteID? { record.events.first?.site ?? record.alerts.first?.site }
}

/// Sayings by the ids of the trajectory events that carried them.
struct TrajectoryLookup {
    private let contents: EpisodeContents
    private let held: Sayings
    private let bases: ReplayBases
    /// By the time that an id begins with, which is its cause's: only of what shares it is the hash made.
    private var byTime: [UInt64: [Saying]]?
    private var hasEveryEpoch = false

    init(_ contents: EpisodeContents, _ held: Sayings, _ bases: ReplayBases) {
        (self.contents, self.held, self.bases) = (contents, held, bases)
    }

    func id(of saying: Saying) -> EventID {
        DerivedIdentity.trajectory(following: contents.events[saying.place].id, on: saying.update.course.basis)
    }

    /// What a trajectory event said: by the decisions of its time, or else by any other that the site has ever made,
    /// since a service takes up a decision when its file is read, and says a thing again by what holds then.
    mutating func saying(_ trajectory: EventID) -> Saying? {
        if byTime == nil {
            byTime = [:]
            take(held)
        }
        if let found = find(trajectory) { return found }
        guard !hasEveryEpoch, let site = contents.events.first?.site else { return nil }
        hasEveryEpoch = true
        for epoch in bases.epochs(of: site) { take(Sayings(contents, bases, by: epoch)) }
        return find(trajectory)
    }

    private func find(_ trajectory: EventID) -> Saying? {
        byTime?[Self.time(of: trajectory)]?.first { id(of: $0) == trajectory }
    }

    /// What is there stays first: the decisions of the time come first.
    private mutating func take(_ sayings: Sayings) {
        for saying in sayings.said {
            byTime?[Self.time(of: contents.events[saying.place].id), default: []].append(saying)
        }
    }

    private static func time(of id: EventID) -> UInt64 { id.bytes.prefix(6).reduce(0) { $0 << 8 | UInt64($1) } }
}
