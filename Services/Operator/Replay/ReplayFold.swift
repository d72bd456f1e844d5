import Contracts
import Domain
import Persistence

/// What was said of a course after one event.
struct Saying {
    /// Place of the event among those of the episode.
    let place: Int
    let update: CourseUpdate
    let signals: [Signal]
}

/// One episode's events applied one after the other, each with the figures of its time, as scoring did.
struct ReplayFold {
    private let bases: ReplayBases
    /// Fixed decisions instead of those of each event's time.
    private let fixed: Timestamp?
    private(set) var scoring = EpisodeScoring()
    private var epoch: Timestamp?
    private var hasBegun = false

    init(_ bases: ReplayBases, by fixed: Timestamp? = nil) {
        self.bases = bases
        self.fixed = fixed
    }

    /// - Throws: `ScoringFailure`; the fold is then as it was.
    mutating func apply(_ content: EpisodeEvent, of event: LedgerEvent, place: Int) throws(ScoringFailure) -> Saying? {
        moveOn(to: fixed ?? bases.epoch(of: event.site, at: event.recordedAt), event.site)
        let update = try scoring.apply(content, version: event.version) { [bases, epoch] instrument, rater in
            bases.basis(for: instrument, rater, at: event.site, epoch)
        }
        guard let update else { return nil }
        return Saying(place: place, update: update, signals: update.course.signals(causedBy: update.rating))
    }

    /// When another decision holds, stored courses are scored again by it, as scoring does on taking them up.
    private mutating func moveOn(to next: Timestamp?, _ site: SiteID) {
        defer {
            epoch = next
            hasBegun = true
        }
        guard hasBegun, next != epoch else { return }
        for (key, course) in scoring.courses {
            guard let rater = scoring.participants.first(where: { $0.id == key.participant }),
                let basis = bases.basis(for: key.instrument, rater, at: site, next), basis !== course.basis
            else { continue }
            scoring.restore(Course(restoring: course.trajectory, on: basis), as: key)
        }
    }
}

/// What an episode's events say, decoded once for every fold over them.
struct EpisodeContents {
    let events: [LedgerEvent]
    /// As many as could be read, from the first on.
    private(set) var contents: [EpisodeEvent] = []
    /// Who caused each of them.
    private(set) var actors: [String] = []
    /// Why the next one could not be read.
    private(set) var fault: String?

    init(_ events: [LedgerEvent]) {
        self.events = events
        contents.reserveCapacity(events.count)
        for event in events {
            do throws(MalformedEvent) {
                let (content, actor) = try EpisodeEventCodec.decode(event.payload, type: try KnownTypes.type(event.type))
                contents.append(content)
                actors.append(actor)
            } catch {
                fault = "\(error)"
                return
            }
        }
    }
}

/// What a fold over an episode's events says.
struct Sayings {
    private(set) var said: [Saying] = []
    private(set) var fold: ReplayFold
    /// Events applied, from the first on.
    private(set) var applied = 0
    /// Why no more could be applied; nil where all were.
    private(set) var fault: String?

    /// - Parameter epoch: decisions to go by throughout; nil: those of each event's time.
    init(_ contents: EpisodeContents, _ bases: ReplayBases, by epoch: Timestamp? = nil) {
        fold = ReplayFold(bases, by: epoch)
        said.reserveCapacity(contents.contents.count)
        for (place, content) in contents.contents.enumerated() {
            do throws(ScoringFailure) {
                if let saying = try fold.apply(content, of: contents.events[place], place: place) { said.append(saying) }
                applied += 1
            } catch {
                fault = "\(error)"
                return
            }
        }
        fault = contents.fault
    }
}

/// Event types by name: every event is asked for its type, and comparing the names one after another would take longer
/// than the rest of its reading.
enum KnownTypes {
    private static let byName = Dictionary(uniqueKeysWithValues: EventType.allCases.map { ($0.rawValue, $0) })

    static func type(_ name: String) throws(MalformedEvent) -> EventType {
        guard let type = byName[name] else { throw MalformedEvent(field: "type", problem: "not a known event type") }
        return type
    }
}
