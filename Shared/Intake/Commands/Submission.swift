import Contracts
public import Domain
public import FoundationEssentials

/// The id of a command at a site, by which a repeated one is recognised.
public struct CommandID: Identity {
    public let rawValue: UUID

    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// One command, ready to be decided: everything that does not depend on the database is settled.
public struct Submission: Sendable {
    let id: CommandID
    /// False for an id that follows from what the command is about. Then other content under it is judged
    /// by the rules of an episode, which say more than "this id is taken".
    let hasSendersID: Bool
    public let command: EpisodeCommand
    /// For a correction: the instrument whose scale its answers are on.
    let correctedInstrument: InstrumentReference?
    /// The client's own words with a rating: neither in `payload` nor in `fingerprint`, which ``CommentKeys`` completes.
    let comment: String?
    let actor: String
    /// The event as the ledger keeps it, with who caused it.
    let payload: [UInt8]
    /// SHA-256 of episode and event without who caused it: equal content, equal fingerprint.
    let fingerprint: [UInt8]
    let trace: TraceContext

    init(
        id: CommandID, hasSendersID: Bool, command: EpisodeCommand, correctedInstrument: InstrumentReference? = nil,
        comment: String? = nil, actor: String, trace: TraceContext
    ) throws {
        self.id = id
        self.hasSendersID = hasSendersID
        self.command = command
        self.correctedInstrument = correctedInstrument
        self.comment = comment
        self.actor = actor
        self.trace = trace
        payload = try EpisodeEventCodec.encode(command.event, actor: actor)
        let content = try EpisodeEventCodec.encode(command.event, actor: "")
        fingerprint = DerivedIdentity.digest(of: [command.episode.bytes, content])
    }
}

extension Submission {
    /// The rating that the command is about.
    public var rating: RatingID? {
        switch command.event {
        case .ratingRecorded(let rating): rating.id
        case .ratingCorrected(let correction): correction.rating
        case .ratingWithdrawn(let withdrawal): withdrawal.rating
        case .ratingDiscussed(let discussion): discussion.rating
        case .opened, .participantJoined, .sessionHeld, .sessionMissed, .ratingDeclined, .preferencesRecorded,
            .preferenceReviewed, .consentChanged, .reviewHeld, .transferred, .closed:
            nil
        }
    }
}
