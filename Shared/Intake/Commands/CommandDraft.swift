import Contracts
public import Domain
import FoundationEssentials

/// A command as its sender put it, checked as far as that goes without asking the database.
public struct CommandDraft: Sendable {
    public let episode: EpisodeID
    /// Nil where the sender named none and may speak for several: then it is the site of the episode.
    public let site: SiteID?
    public let content: DraftContent
    /// The command is recorded only if the episode is at this version; nil: at any.
    public let expectedVersion: UInt64?

    /// - Parameter content: checked as far as its types go; answers by ``GivenAnswers``.
    public init(episode: EpisodeID, site: SiteID? = nil, content: DraftContent, expectedVersion: UInt64? = nil) {
        self.episode = episode
        self.site = site
        self.content = content
        self.expectedVersion = expectedVersion
    }
}

/// What is to be recorded.
public enum DraftContent: Sendable {
    case opening(EpisodeOpening)
    case participant(Participant)
    case sessionHeld(SessionHeld)
    case sessionMissed(SessionMissed)
    case rating(RatingDraft)
    /// The instrument is the one whose scale the new answers are on.
    case correction(CommandID, RatingCorrection, InstrumentReference)
    case withdrawal(RatingWithdrawal)
    case discussion(RatingDiscussed)
    /// The purpose is the instrument's; see `Catalogue.instrument(declined:)`.
    case decline(RatingDeclined)
    /// The answers fit the inventory; see `PreferenceInventory.score`.
    case preferences(PreferencesRecorded)
    case preferenceReview(PreferenceReviewed)
    case consent(ConsentChange)
    case review(ReviewHeld)
    case transfer(EpisodeTransfer)
    case closure(EpisodeClosure)
}

/// A rating whose id may still depend on its site.
public struct RatingDraft: Sendable {
    public let name: RatingName
    public let participant: ParticipantID
    public let instrument: InstrumentReference
    public let session: Int
    public let day: CalendarDay
    public let answers: Answers
    /// The client's own words, which leave the writer only sealed.
    public var comment: String?

    /// - Parameters:
    ///   - answers: as ``GivenAnswers/checked(for:)`` returns them.
    ///   - comment: ``commentLength`` characters.
    public init(
        name: RatingName, participant: ParticipantID, instrument: InstrumentReference, session: Int, day: CalendarDay,
        answers: Answers, comment: String? = nil
    ) {
        self.name = name
        self.participant = participant
        self.instrument = instrument
        self.session = session
        self.day = day
        self.answers = answers
        self.comment = comment
    }

    /// Characters of a client's own words.
    public static let commentLength = 1...4000

    func rating(at site: SiteID) -> Rating {
        Rating(
            id: name.id(at: site), participant: participant, instrument: instrument, session: session, day: day,
            answers: answers)
    }
}

/// How a sender names a rating.
public enum RatingName: Sendable {
    case id(RatingID)
    /// By the key it has in the sender's own system; the id follows from it.
    case source(system: String, id: String)

    func id(at site: SiteID) -> RatingID {
        switch self {
        case .id(let id): id
        case .source(let system, let id): DerivedIdentity.named(site.text, system, id)
        }
    }
}

extension CommandDraft {
    /// The command on behalf of `site`.
    func submission(at site: SiteID, actor: String, trace: TraceContext) throws -> Submission {
        let event = content.event(at: site)
        let identity = content.identity(in: episode, at: site)
        var instrument: InstrumentReference?
        if case .correction(_, _, let reference) = content { instrument = reference }
        var comment: String?
        if case .rating(let rating) = content { comment = rating.comment }
        return try Submission(
            id: identity.id, hasSendersID: identity.isSenders,
            command: EpisodeCommand(episode: episode, site: site, event: event, expectedVersion: expectedVersion),
            correctedInstrument: instrument, comment: comment, actor: actor, trace: trace)
    }
}

extension DraftContent {
    fileprivate func event(at site: SiteID) -> EpisodeEvent {
        switch self {
        case .opening(let opening): .opened(opening)
        case .participant(let participant): .participantJoined(participant)
        case .sessionHeld(let session): .sessionHeld(session)
        case .sessionMissed(let session): .sessionMissed(session)
        case .rating(let rating): .ratingRecorded(rating.rating(at: site))
        case .correction(_, let correction, _): .ratingCorrected(correction)
        case .withdrawal(let withdrawal): .ratingWithdrawn(withdrawal)
        case .discussion(let discussion): .ratingDiscussed(discussion)
        case .decline(let declined): .ratingDeclined(declined)
        case .preferences(let recorded): .preferencesRecorded(recorded)
        case .preferenceReview(let review): .preferenceReviewed(review)
        case .consent(let change): .consentChanged(change)
        case .review(let review): .reviewHeld(review)
        case .transfer(let transfer): .transferred(transfer)
        case .closure(let closure): .closed(closure)
        }
    }

    /// The sender's id, or for what can happen only once an id made of what it happens to.
    fileprivate func identity(in episode: EpisodeID, at site: SiteID) -> (id: CommandID, isSenders: Bool) {
        func senders(_ id: some Identity) -> (CommandID, Bool) { (CommandID(rawValue: id.rawValue), true) }
        func derived(_ kind: String, _ object: some Identity) -> (CommandID, Bool) {
            (DerivedIdentity.named(kind, site.text, episode.description, object.description), false)
        }
        return switch self {
        case .opening: senders(episode)
        case .participant(let participant): derived("participant", participant.id)
        case .sessionHeld(let session): senders(session.id)
        case .sessionMissed(let session): senders(session.id)
        case .rating(let rating): senders(rating.name.id(at: site))
        case .correction(let id, _, _): (id, true)
        case .withdrawal(let withdrawal): derived("withdrawal", withdrawal.rating)
        case .discussion(let discussion): senders(discussion.id)
        case .decline(let declined): senders(declined.id)
        case .preferences(let recorded): senders(recorded.id)
        case .preferenceReview(let review): senders(review.id)
        case .consent(let change): senders(change.id)
        case .review(let review): senders(review.id)
        case .transfer(let transfer): senders(transfer.id)
        case .closure: derived("closure", episode)
        }
    }
}
