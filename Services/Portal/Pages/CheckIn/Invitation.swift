import Domain
import FoundationEssentials
import Persistence

/// One check-in that somebody was invited to.
struct Invitation: Sendable {
    let id: InvitationID
    let site: SiteID
    let episode: EpisodeID
    let participant: ParticipantID
    /// Number of the session that it is for, from 1.
    let session: Int
    /// In which the person who made it expects the pages to be read.
    let language: Language
    let state: State

    enum State: Hashable, Sendable {
        case open, ended
        /// What is answered is of the day on which it began, however often and late it is sent.
        case begun(Timestamp)
    }

    var client: Visitor.Client { Visitor.Client(episode: episode, participant: participant) }
}

/// What a link to a check-in holds, and all that it holds.
struct InvitationID: Identity {
    let rawValue: UUID

    init(rawValue: UUID) { self.rawValue = rawValue }
}
