import Catalogue
import Contracts
import Domain
import Persistence

/// The episodes of a batch, and what follows from its events, in order.
struct EpisodeBatch {
    private var episodes: [EpisodeID: ScoredEpisode]
    private let catalogue: Catalogue
    /// Trajectory events of everything applied.
    private(set) var derived: [EventEnvelope] = []

    init(_ episodes: [EpisodeID: ScoredEpisode], catalogue: Catalogue) {
        self.episodes = episodes
        self.catalogue = catalogue
    }

    var changed: [ScoredEpisode] {
        episodes.values.filter(\.isChanged).sorted { $0.id < $1.id }
    }

    /// What lies between the versions applied and those that came, for each episode that lacks something.
    func gaps(before events: [EventEnvelope]) -> [Ledger.StreamRange] {
        var reached: [EpisodeID: Int64] = [:]
        var highest: [EpisodeID: Int64] = [:]
        for event in events {
            let applied = reached[event.episode] ?? episodes[event.episode]?.scoring.version ?? 0
            if event.sequence == applied + 1 {
                reached[event.episode] = event.sequence
            } else if event.sequence > applied + 1 {
                highest[event.episode] = max(event.sequence, highest[event.episode] ?? 0)
            }
        }
        return highest.keys.sorted().map { episode in
            // Up to the last one that came: the events themselves are then duplicates of what was read.
            Ledger.StreamRange(
                stream: episode, firstVersion: (episodes[episode]?.scoring.version ?? 0) + 1,
                lastVersion: highest[episode] ?? 0)
        }
    }

    /// Takes up stored courses, before the events that concern them are applied.
    mutating func restore(_ courses: [(place: CourseNeeds.Place, trajectory: Trajectory)]) throws {
        for (place, trajectory) in courses {
            try episodes[place.episode]?.restore(place.course, trajectory, catalogue: catalogue)
        }
    }

    /// Applies what was read from the ledger, which holds each stream without gaps.
    mutating func heal(_ events: [ReadEvent]) throws(HealingFault) {
        for event in events {
            do throws(ScoringFault) {
                _ = try apply(event)
            } catch {
                throw HealingFault(episode: event.envelope.episode, version: event.envelope.sequence, fault: error)
            }
        }
    }

    /// Applies an event; false when it has been applied before.
    mutating func apply(_ read: ReadEvent) throws(ScoringFault) -> Bool {
        let event = read.envelope
        var episode = episodes.removeValue(forKey: event.episode) ?? ScoredEpisode(id: event.episode, site: event.site)
        defer { episodes[event.episode] = episode }
        guard event.sequence > episode.scoring.version else { return false }
        if let follows = try episode.apply(read, catalogue: catalogue) { derived.append(follows) }
        return true
    }
}

/// An event read from the ledger cannot be applied, so that none behind it can.
struct HealingFault: Error {
    let episode: EpisodeID
    let version: Int64
    let fault: ScoringFault
}
