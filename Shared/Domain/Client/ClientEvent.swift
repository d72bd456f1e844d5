/// What was asked about a client's data, beside what happens in an episode.
public enum ClientEvent: Hashable, Sendable {
    /// The key of the client's words was destroyed; without a key there were none.
    case erased(ParticipantID, key: ClientKeyID?, reason: String)
    /// A legal hold forbade it; the request waits.
    case erasureRefused(ParticipantID, reason: String)
    case holdPlaced(ParticipantID, reason: String)
    case holdLifted(ParticipantID, reason: String)
}
