import Catalogue
import Contracts
import Domain
import Messaging

/// One episode as scoring holds it while a batch is handled.
struct ScoredEpisode {
    let id: EpisodeID
    let site: SiteID
    private(set) var scoring: EpisodeScoring
    /// Courses that the batch has changed, with the version of the event that changed them last.
    private(set) var touched: [CourseKey: Int64] = [:]
    private(set) var isChanged = false

    init(id: EpisodeID, site: SiteID, scoring: EpisodeScoring = EpisodeScoring()) {
        self.id = id
        self.site = site
        self.scoring = scoring
    }

    /// Takes up a stored course, before any event that may concern it.
    mutating func restore(_ key: CourseKey, _ stored: Trajectory, catalogue: Catalogue) throws(UnreadableCourse) {
        guard let rater = scoring.participants.first(where: { $0.id == key.participant }),
            let basis = catalogue.basis(for: key.instrument, role: rater.role, ageBand: rater.ageBand, sex: rater.sex, site: site)
        else { throw .instrumentIsGone(key.instrument) }
        scoring.restore(Course(restoring: stored, on: basis), as: key)
    }

    /// Applies the next event and returns the trajectory event that follows from it, if any.
    mutating func apply(_ read: ReadEvent, catalogue: Catalogue) throws(ScoringFault) -> EventEnvelope? {
        let event = read.envelope
        let content: EpisodeEvent
        let update: CourseUpdate?
        do throws(MalformedEvent) {
            content = try read.content.get()
        } catch {
            throw .malformed(error)
        }
        do throws(ScoringFailure) {
            update = try scoring.apply(content, version: event.sequence) { [site] instrument, participant in
                catalogue.basis(
                    for: instrument, role: participant.role, ageBand: participant.ageBand, sex: participant.sex,
                    site: site)
            }
        } catch {
            throw .failed(error)
        }
        isChanged = true
        guard let update else { return nil }
        touched[update.key] = event.sequence
        guard let follows = try? TrajectoryEvents.following(event, update) else { throw .unencodable }
        return follows
    }
}

/// A stored course cannot be gone on with: a fault of the deployment, not of an event, so the service stops
/// and nothing is put aside.
enum UnreadableCourse: Error, RetryableFailure, CustomStringConvertible {
    case instrumentIsGone(InstrumentReference)
    case undecodable(MalformedEvent)

    var isTransient: Bool { false }

    var description: String {
        switch self {
        case .instrumentIsGone(let reference):
            "courses were scored with \(reference), which the catalogue no longer holds; put its definition back"
        case .undecodable(let error): "a stored course cannot be read: \(error)"
        }
    }
}

/// Why an event cannot be applied, at any try.
enum ScoringFault: Error, CustomStringConvertible {
    case malformed(MalformedEvent)
    case failed(ScoringFailure)
    case unencodable

    /// What an operator filters quarantine by.
    var code: String {
        switch self {
        case .malformed: "malformed"
        case .unencodable: "unencodable"
        case .failed(.versionGap): "version_gap"
        case .failed(.unknownParticipant): "unknown_participant"
        case .failed(.unknownInstrument): "unknown_instrument"
        case .failed(.unknownRating): "unknown_rating"
        case .failed(.unscorable): "unscorable"
        }
    }

    var description: String {
        switch self {
        case .malformed(let error): error.description
        case .unencodable: "the trajectory event could not be encoded"
        case .failed(.versionGap(let expected, let given)):
            "version \(given) came where \(expected) should, and the ledger does not hold what lies between"
        case .failed(.unknownParticipant): "names a participant who has not joined the episode"
        case .failed(.unknownInstrument(let reference)):
            "instrument \(reference) is not in the catalogue; add its definition and retry"
        case .failed(.unknownRating): "names a rating that no course holds"
        case .failed(.unscorable): "the answers do not fit the instrument's definition"
        }
    }
}
