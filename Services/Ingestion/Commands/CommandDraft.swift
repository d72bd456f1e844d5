import Contracts
import Domain
import FoundationEssentials

/// A command as its sender put it, checked as far as that goes without asking the database.
struct CommandDraft: Sendable {
    let episode: EpisodeID
    /// Nil where the sender named none and may speak for several: then it is the site of the episode.
    let site: SiteID?
    let content: DraftContent
    let expectedVersion: UInt64?
}

enum DraftContent: Sendable {
    case opening(EpisodeOpening)
    case participant(Participant)
    case sessionHeld(SessionHeld)
    case sessionMissed(SessionMissed)
    case rating(RatingDraft)
    case correction(CommandID, RatingCorrection, InstrumentReference)
    case withdrawal(RatingWithdrawal)
    case discussion(RatingDiscussed)
    case consent(ConsentChange)
    case review(ReviewHeld)
    case transfer(EpisodeTransfer)
    case closure(EpisodeClosure)
}

/// A rating whose id may still depend on its site.
struct RatingDraft: Sendable {
    let name: RatingName
    let participant: ParticipantID
    let instrument: InstrumentReference
    let session: Int
    let day: CalendarDay
    let answers: Answers
    /// The client's own words, which leave this service only sealed.
    var comment: String?

    func rating(at site: SiteID) -> Rating {
        Rating(
            id: name.id(at: site), participant: participant, instrument: instrument, session: session, day: day,
            answers: answers)
    }
}

/// How a sender names a rating.
enum RatingName: Sendable {
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
        case .consent(let change): senders(change.id)
        case .review(let review): senders(review.id)
        case .transfer(let transfer): senders(transfer.id)
        case .closure: derived("closure", episode)
        }
    }
}
