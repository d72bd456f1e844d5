import Catalogue
import Contracts
import Domain
import Persistence

/// An episode scored freshly from its events.
struct ScoredAgain {
    /// The last event applied.
    private(set) var version: Int64 = 0
    private(set) var participants: [Participant] = []
    private(set) var courses: [CourseKey: (course: Course, version: Int64)] = [:]
    /// Why the event behind the last one cannot be applied.
    private(set) var fault: Unapplicable?

    /// - Parameters:
    ///   - events: of one stream, by version.
    ///   - limit: no later event is applied.
    init(_ events: [LedgerEvent], through limit: Int64 = .max, by catalogue: Catalogue) {
        fault = Self.fold(events, through: limit, by: catalogue) { event, update in
            courses[update.key] = (update.course, event.version)
        } finally: { fold in
            version = fold.scoring.version
            participants = fold.scoring.participants
        }
    }

    /// Hands over every course that changes, with the event that changed it, one after the other.
    static func fold(
        _ events: [LedgerEvent], through limit: Int64 = .max, by catalogue: Catalogue,
        each: (LedgerEvent, CourseUpdate) -> Void, finally: (EpisodeFold) -> Void = { _ in }
    ) -> Unapplicable? {
        var fold = EpisodeFold(catalogue: catalogue)
        defer { finally(fold) }
        for event in events where event.version <= limit {
            do {
                if let update = try fold.apply(event) { each(event, update) }
            } catch {
                return Unapplicable(version: event.version, error)
            }
        }
        return nil
    }
}

/// An event that cannot be applied to its episode.
struct Unapplicable {
    let version: Int64
    /// Without answers.
    let reason: String
    /// Whether another catalogue might apply it.
    let lacksInstrument: Bool

    init(version: Int64, _ error: any Error) {
        self.version = version
        (reason, lacksInstrument) =
            switch error {
            case let error as MalformedEvent: (error.description, false)
            case ScoringFailure.versionGap(let expected, _): ("comes where version \(expected) should", false)
            case ScoringFailure.unknownParticipant: ("names a participant who has not joined", false)
            case ScoringFailure.unknownInstrument(let instrument):
                ("is about \(instrument), which the catalogue at hand does not hold", true)
            case ScoringFailure.unknownRating: ("names a rating that no course holds", false)
            case ScoringFailure.unscorable: ("has answers that do not fit the instrument", false)
            default: ("cannot be applied", false)
            }
    }
}
