public import Contracts

/// What a consumer loop is doing, for health checks and operators.
public struct ConsumerStatus: Sendable {
    public enum State: Sendable {
        /// Not yet a member of the group, or waiting for its topics to exist.
        case starting
        case running
        /// Finishing the batch at hand and leaving the group.
        case stopping
        case stopped
        case failed(ConsumerFailure)
    }

    public struct Partition: Hashable, Sendable {
        public let id: TopicPartition
        /// The offset after the last record handled; nil before the first.
        public let nextOffset: Int64?
        /// Records in the partition that were not handled yet, as far as the last fetch could tell.
        public let lag: Int64?
    }

    public internal(set) var state: State = .starting
    public internal(set) var assigned: [Partition] = []
    /// When the loop last polled or finished a batch.
    public internal(set) var lastProgress: ContinuousClock.Instant = .now
    /// Since when the same batch or claim is being tried again; nil while all is well.
    public internal(set) var retryingSince: ContinuousClock.Instant?
}

/// Why a consumer loop ended without being asked to. The process should end, too: another member
/// of the group then takes over.
public enum ConsumerFailure: Error, CustomStringConvertible, Sendable {
    /// The client could not be created or configured.
    case setup(MessagingError)
    /// librdkafka declared the client unusable, for instance because a second process uses the
    /// same `group.instance.id`.
    case fatal(KafkaReason)
    /// The position to read from is not in the topic.
    case positionOutOfRange(TopicPartition, KafkaReason)
    /// The record consumer failed with something that will not pass; in its own words.
    case consumer(String)
    /// The thread was stuck for this long.
    case stalled(Duration)

    public var description: String {
        switch self {
        case .setup(let error): "the consumer could not be set up: \(error)"
        case .fatal(let reason): "the Kafka consumer failed for good: \(reason)"
        case .positionOutOfRange(let partition, let reason):
            """
            the stored position of \(partition) is not in the topic (\(reason)): records were removed before they \
            were read, or the topic was created anew. Nothing was skipped. Publish the missing events again from \
            the ledger, then set the stored position to the beginning
            """
        case .consumer(let words): "the consumer failed: \(words)"
        case .stalled(let duration): "the consumer thread made no progress for \(duration)"
        }
    }
}
