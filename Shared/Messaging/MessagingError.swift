/// An error that knows whether trying the same thing again can help.
///
/// `ConsumerLoop` hands the same batch over again while a thrown error is transient, and ends on
/// any other. Whatever a consumer's own storage throws is made to conform where both are known.
public protocol RetryableFailure: Error {
    var isTransient: Bool { get }
}

/// A reason given by librdkafka or a broker: its code and its words.
public struct KafkaReason: Hashable, Sendable, CustomStringConvertible {
    /// librdkafka's number; negative for errors that arose in the client.
    public let code: Int32
    /// The symbolic name, such as `MSG_SIZE_TOO_LARGE`.
    public let name: String
    public let explanation: String
    /// Whether the same request may succeed later without anybody changing anything but the
    /// cluster's health.
    public let isTransient: Bool

    public var description: String { "\(explanation) (\(name))" }
}

/// What can go wrong between this process and Kafka.
public enum MessagingError: RetryableFailure, CustomStringConvertible {
    /// A property was refused. The value is left out, as it may be a secret.
    case invalidConfiguration(property: String)
    /// The client could not be made; the reason is librdkafka's.
    case clientNotCreated(String)
    /// The topic does not exist. Topics are created by the deployment, never by a client.
    case unknownTopic(String)
    /// Records were refused or given up. `undelivered` counts those without a successful report,
    /// `firstIndex` is the position of the first refused one in what was handed to `publish`.
    case deliveryFailed(undelivered: Int, firstIndex: Int, reason: KafkaReason)
    /// The deadline passed with this many records not reported as delivered; they may or may not
    /// have reached the topic.
    case timedOut(undelivered: Int)
    /// The client cannot go on: a fatal error of the idempotent producer. The producer replaces
    /// its client by itself on the next call.
    case fatal(KafkaReason)
    /// A request other than producing failed.
    case requestFailed(KafkaReason)
    /// The cluster gave no answer in time.
    case unreachable(KafkaReason)
    /// Used after `close`.
    case closed

    public var isTransient: Bool {
        switch self {
        case .invalidConfiguration, .clientNotCreated, .closed: false
        case .unknownTopic, .timedOut, .fatal, .unreachable: true
        case .deliveryFailed(_, _, let reason), .requestFailed(let reason): reason.isTransient
        }
    }

    public var description: String {
        switch self {
        case .invalidConfiguration(let property): "Kafka property \(property) is unknown, not allowed or has an unusable value"
        case .clientNotCreated(let reason): "the Kafka client could not be created: \(reason)"
        case .unknownTopic(let topic): "topic \(topic) does not exist; create it before starting the services"
        case .deliveryFailed(let undelivered, let firstIndex, let reason):
            "\(undelivered) records were not delivered, the first at index \(firstIndex): \(reason)"
        case .timedOut(let undelivered): "the deadline passed with \(undelivered) records not reported as delivered"
        case .fatal(let reason): "the Kafka client failed for good: \(reason)"
        case .requestFailed(let reason): "Kafka refused the request: \(reason)"
        case .unreachable(let reason): "the Kafka cluster did not answer: \(reason)"
        case .closed: "the Kafka client is closed"
        }
    }
}
