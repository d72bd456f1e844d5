/// A topic as it should be.
public struct TopicSpecification: Hashable, Sendable {
    public let name: String
    public let partitions: Int
    public let replicationFactor: Int
    /// Topic-level settings of Kafka, such as `retention.ms` or `min.insync.replicas`.
    public let configuration: [String: String]

    public init(name: String, partitions: Int, replicationFactor: Int, configuration: [String: String] = [:]) {
        self.name = name
        self.partitions = partitions
        self.replicationFactor = replicationFactor
        self.configuration = configuration
    }
}

/// What came of asking for a topic.
public struct TopicCreation: Hashable, Sendable {
    public enum Result: Hashable, Sendable {
        case created
        /// It is there with the wanted number of partitions. Its settings are not compared.
        case exists
        /// It is there with this other number of partitions. Never changed: keys would move to
        /// other partitions and the order within an episode would be lost.
        case mismatch(partitions: Int)
        case failed(KafkaReason)
    }

    public let topic: String
    public let result: Result
}
