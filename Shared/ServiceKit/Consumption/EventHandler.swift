public import Contracts
public import Persistence

/// What a service does with the events it consumes.
///
/// Made and used on the consumer thread alone. Everything it writes goes through the connection it is
/// handed, whose transaction also moves the consumer position: either both happen or neither.
public protocol EventHandler: AnyObject {
    /// Handles events in the order in which their partitions hold them, within one open transaction.
    ///
    /// May be called again with the same events, in the same or in other batches: after a transient
    /// failure, when a batch is taken apart to find the event that fails, or after a rebalance. State
    /// kept outside the database must therefore be dropped in `willRetry`.
    /// - Throws: `PoisonEvent` for an event that can never be handled; `DatabaseError` and
    ///   `MessagingError` as they come; anything else is taken for a fault of one of the events.
    func handle(_ events: [ConsumedEvent], on connection: Connection) throws

    /// The transaction of the last `handle` was rolled back.
    func willRetry()

    /// The transaction of the last `handle` has been committed.
    func didCommit()

    /// Called between batches, at most every idle interval, outside a transaction: for timers.
    func idle(on connection: Connection) throws
}

extension EventHandler {
    public func willRetry() {}
    public func didCommit() {}
    public func idle(on connection: Connection) throws {}
}

/// An event and the topic it came through.
public struct ConsumedEvent: Sendable {
    public let topic: String
    public let envelope: EventEnvelope

    public init(topic: String, envelope: EventEnvelope) {
        self.topic = topic
        self.envelope = envelope
    }
}

/// An event that fails in the same way at every try. It is parked, and what follows in its episode
/// waits behind it.
public struct PoisonEvent: Error, Sendable {
    /// Place in the batch handed to `handle`.
    public let index: Int
    /// Short and stable, e.g. `unknown_instrument`: what an operator filters by.
    public let code: String
    /// In words, without client data.
    public let reason: String

    public init(index: Int, code: String, reason: String) {
        self.index = index
        self.code = code
        self.reason = reason
    }
}
