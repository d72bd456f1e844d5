public import ClientText
public import Domain

/// What became of a command.
public enum Outcome: Hashable, Sendable {
    /// Committed in the ledger.
    case recorded(Receipt)
    /// The same command had been recorded before: the first result, nothing new.
    case repeated(Receipt)
    /// Nothing was recorded.
    case refused(CommandRefusal)
    /// The database could not be asked. Whether the command was recorded may be unknown; sent again
    /// unchanged it is recorded once in any case.
    case unavailable
    /// A fault of this program, logged; nothing was recorded.
    case failed
}

/// Where a recorded command's event stands.
public struct Receipt: Hashable, Sendable {
    public let event: EventID
    public let episode: EpisodeID
    /// Number of the event within its episode, from 1.
    public let version: UInt64
}

/// Why a command is not recorded.
public enum CommandRefusal: Error, Hashable, Sendable {
    case rule(Refusal)
    /// The id stands for something else already.
    case idReused
    /// The rating was given on another instrument than the correction names.
    case otherInstrument(recorded: InstrumentReference)
    /// The installation has no key to seal a comment with.
    case commentsNotSetUp
    /// The client's key is there and cannot be used.
    case commentKeyUnreadable(ClientTextError)
    /// The client's words have been erased, and no new ones are taken.
    case clientErased
}
