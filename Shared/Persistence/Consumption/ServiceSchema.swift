/// The services that consume topics, and the schemas they own. The only source of schema names inside SQL text.
public enum ServiceSchema: String, Sendable, CaseIterable {
    case scoring, alerting, notification, audit

    /// The login role that owns nothing but may write this schema.
    public var role: String { "attune_\(rawValue)" }
}

/// One partition of one topic.
public struct TopicPartition: Hashable, Sendable {
    public let topic: String
    public let partition: Int32

    public init(topic: String, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }
}
