import Domain
import HTTPTypes
import Intake
import ServiceKit

extension Problem {
    /// The answer to a refused command.
    ///
    /// - Parameter event: what was to be recorded; it decides which field of the request is at fault.
    init(_ refusal: CommandRefusal, of event: EpisodeEvent) {
        switch refusal {
        case .rule(let refusal): self.init(refusal, of: event)
        case .idReused:
            self = .conflict(
                "id-reused", title: "The id stands for something else",
                detail:
                    "Something with other content was recorded under this id; choose another id, or correct what was recorded."
            )
        case .commentsNotSetUp:
            self.init(
                "comments-not-set-up", .notImplemented, title: "This installation takes no comments yet",
                detail: """
                    It has no key to seal a client's words with: `attune keys` makes one, and ATTUNE_CONTENT_KEY_FILE \
                    names it to attune-ingestion. Nothing was recorded; without the comment the rating is taken.
                    """)
        case .commentKeyUnreadable(let error):
            self.init(
                "comment-key-unreadable", .internalServerError, title: "The client's key cannot be used",
                detail: "\(error). The file that ATTUNE_CONTENT_KEY_FILE names must keep every key it has ever had.")
        case .clientErased:
            self = .conflict(
                "client-erased", title: "The client's words have been erased",
                detail: "No new ones are taken. Nothing was recorded; without the comment the rating is taken.")
        case .otherInstrument(let recorded):
            self = .invalidContent([
                FieldError(
                    pointer: "/instrument",
                    detail:
                        "is not what the rating was given on, \(recorded); correct the instrument, or the rating's id")
            ])
        }
    }

    private init(_ refusal: Refusal, of event: EpisodeEvent) {
        let advice = refusal.description
        switch refusal {
        case .unknownEpisode: self = .unknownEpisode
        case .otherSite:
            // Opening under an id that another site uses cannot look like an unknown episode: it would be one.
            if case .opened = event { self.init(.idReused, of: event) } else { self = .unknownEpisode }
        case .alreadyOpen:
            self = .conflict("episode-exists", title: "The episode has been opened before", detail: advice)
        case .episodeClosed: self = .conflict("episode-closed", title: "The episode is closed", detail: advice)
        case .versionConflict(_, let actual): self = .versionConflict(advice, actual: actual)
        case .participantAlreadyJoined:
            self = .conflict("participant-exists", title: "The participant is in the episode already", detail: advice)
        case .unknownRating:
            self.init("unknown-rating", .notFound, title: "The episode has no such rating", detail: advice)
        case .ratingAlreadyRecorded:
            self = .conflict("rating-exists", title: "The rating exists already", detail: advice)
        case .ratingWithdrawn:
            self = .conflict("rating-withdrawn", title: "The rating has been withdrawn", detail: advice)
        case .noParticipants: self = .invalidContent([FieldError(pointer: "/participants", detail: advice)])
        case .unknownParticipant: self = .invalidContent([FieldError(pointer: "/participantId", detail: advice)])
        case .dayInFuture, .dayBeforeOpening:
            self = .invalidContent([FieldError(pointer: event.dayPointer, detail: advice)])
        case .invalidSessionNumber:
            self = .invalidContent([FieldError(pointer: event.sessionPointer, detail: advice)])
        }
    }

    /// 404, the same whether the episode exists nowhere or at a site that is not the caller's.
    static let unknownEpisode = Problem(
        "unknown-episode", .notFound, title: "There is no such episode", detail: Refusal.unknownEpisode.description)

    private static func versionConflict(_ advice: String, actual: UInt64) -> Problem {
        Problem(
            "version-conflict", .preconditionFailed, title: "The episode has changed", detail: advice,
            headers: [.eTag: "\"\(actual)\""])
    }

    /// 503: nothing is known of what became of the request; sent again it is recorded once.
    static let databaseUnavailable = Problem.unavailable("database", retryAfterSeconds: 1)
}

extension EpisodeEvent {
    fileprivate var dayPointer: String {
        switch self {
        case .opened: "/openedOn"
        case .sessionHeld: "/held/day"
        case .sessionMissed: "/missed/day"
        case .participantJoined, .ratingRecorded, .ratingCorrected, .ratingWithdrawn, .ratingDiscussed, .ratingDeclined,
            .preferencesRecorded, .preferenceReviewed, .consentChanged, .reviewHeld, .transferred, .closed:
            "/day"
        }
    }

    fileprivate var sessionPointer: String {
        if case .sessionHeld = self { "/held/number" } else { "/session" }
    }
}
