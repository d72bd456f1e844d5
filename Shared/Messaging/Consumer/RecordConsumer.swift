public import Contracts

/// What a service does with the records of its consumer group.
///
/// Every function is called on the loop's own thread and may block. The implementation is created
/// on that thread and never leaves it, so it may own a database connection.
public protocol RecordConsumer: AnyObject {
    /// Claims partitions: fences earlier owners and says where reading starts, one answer per
    /// partition. Called inside the rebalance, with no batch in flight, before the first record of
    /// any of these partitions; and again for the whole assignment when a claim failed or a
    /// partition was reported lost without a rebalance following.
    ///
    /// - Parameter clusterID: identity of the Kafka cluster; offsets mean nothing in another one.
    func assigned(_ partitions: [TopicPartition], clusterID: String) throws -> [StartPosition]

    /// These partitions are no longer this consumer's; nothing of them is in flight.
    func revoked(_ partitions: [TopicPartition])

    /// Handles records as one unit, in the order given within each partition. After `.done` they
    /// are never handed over again by this loop; when it throws, none of them may have had an effect.
    ///
    /// A `RetryableFailure` that is transient makes the loop hand over the same batch again after
    /// a pause. Any other error ends the loop.
    func handle(_ batch: [ConsumedRecord]) throws -> BatchOutcome

    /// Time for the consumer's own timers, between batches. A transient failure is logged and
    /// `idle` called again after the interval; any other ends the loop.
    func idle() throws
}

extension RecordConsumer {
    public func revoked(_ partitions: [TopicPartition]) {}
    public func idle() throws {}
}

/// Where the next owner of a partition starts to read.
public struct StartPosition: Hashable, Sendable {
    public enum Offset: Hashable, Sendable {
        /// The oldest record still kept.
        case beginning
        /// The record with this offset, or the next one after it; never negative.
        case offset(Int64)
    }

    public let partition: TopicPartition
    public let offset: Offset

    public init(_ partition: TopicPartition, _ offset: Offset) {
        self.partition = partition
        self.offset = offset
    }
}

/// What became of a batch that did not fail.
public enum BatchOutcome: Hashable, Sendable {
    /// The effect of all records is durable.
    case done
    /// Nothing of the batch had an effect, because these partitions have another owner. Their
    /// records are dropped, and what remains of the batch is handed over again.
    case lostPartitions([TopicPartition])
}
