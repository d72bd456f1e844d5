/// Something a site asks to be recorded about an episode.
public struct EpisodeCommand: Hashable, Sendable {
    public let episode: EpisodeID
    /// The site on whose behalf the sender speaks.
    public let site: SiteID
    /// What is to be recorded, as the event it becomes.
    public let event: EpisodeEvent
    /// The number of events the sender has seen; nil where the sender does not mind.
    public let expectedVersion: UInt64?

    public init(episode: EpisodeID, site: SiteID, event: EpisodeEvent, expectedVersion: UInt64? = nil) {
        self.episode = episode
        self.site = site
        self.event = event
        self.expectedVersion = expectedVersion
    }
}

/// Why a command is not recorded. Every case tells the sender what to change.
public enum Refusal: Error, Hashable, Sendable {
    case unknownEpisode
    /// The episode belongs to another site. To the sender this must look like `unknownEpisode`, or it
    /// would learn which ids exist elsewhere.
    case otherSite
    case alreadyOpen
    case episodeClosed(on: CalendarDay)
    case versionConflict(expected: UInt64, actual: UInt64)
    case noParticipants
    case unknownParticipant(ParticipantID)
    case participantAlreadyJoined(ParticipantID)
    case dayInFuture(day: CalendarDay, today: CalendarDay)
    case dayBeforeOpening(day: CalendarDay, openedOn: CalendarDay)
    case invalidSessionNumber(Int)
    case unknownRating(RatingID)
    case ratingAlreadyRecorded(RatingID)
    case ratingWithdrawn(RatingID)
}

extension Refusal: CustomStringConvertible {
    /// What is wrong and what to do, for the sender.
    public var description: String {
        switch self {
        case .unknownEpisode, .otherSite:
            "no such episode at this site; open it first, or correct its id"
        case .alreadyOpen:
            "the episode has been opened before; record into it, or choose another id"
        case .episodeClosed(let day):
            "the episode was closed on \(day); open a new episode, or correct what was recorded before"
        case .versionConflict(let expected, let actual):
            "the episode is at version \(actual), not \(expected); read it again and decide anew"
        case .noParticipants:
            "an episode needs at least one participant"
        case .unknownParticipant(let participant):
            "participant \(participant) is not in this episode; let them join first, or correct the id"
        case .participantAlreadyJoined(let participant):
            "participant \(participant) is named twice or has joined before"
        case .dayInFuture(let day, let today):
            "\(day) is after today, \(today); correct the day"
        case .dayBeforeOpening(let day, let openedOn):
            "\(day) is before the episode was opened on \(openedOn); correct the day"
        case .invalidSessionNumber(let number):
            "session number \(number) is not between 1 and 999; the intake is session 1"
        case .unknownRating(let rating):
            "rating \(rating) is not in this episode; correct its id"
        case .ratingAlreadyRecorded(let rating):
            "rating \(rating) has been recorded before; correct it instead, or choose another id"
        case .ratingWithdrawn(let rating):
            "rating \(rating) has been withdrawn; record a new one"
        }
    }
}
