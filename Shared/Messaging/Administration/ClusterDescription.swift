/// A Kafka cluster as its brokers describe it.
public struct ClusterDescription: Sendable {
    public struct Broker: Hashable, Sendable {
        public let id: Int32
        public let host: String
        public let port: Int
    }

    public struct Topic: Hashable, Sendable {
        public let name: String
        public let partitions: Int
        public let replicationFactor: Int
    }

    public let clusterID: String
    public let brokers: [Broker]
    /// Sorted by name.
    public let topics: [Topic]
}
