/// How one process reaches a Kafka cluster.
public struct KafkaSettings: Sendable {
    /// `host:port` pairs, comma separated; any reachable broker of the cluster will do.
    public var bootstrapServers: String

    /// Names this process to the brokers and in their logs. Unique per process and short:
    /// at most 64 bytes (librdkafka before 2.5.0 can crash on certain long ids).
    public var clientID: String

    /// How long a broker may hold an empty fetch open. It matters only while a partition is idle:
    /// Apache Kafka answers at once when there is data.
    public var fetchWait: Duration

    /// Nil: neither encrypted nor authenticated, for a broker on this machine.
    public var security: KafkaSecurity?

    /// librdkafka's debug contexts, such as `cgrp,broker,topic`, whose lines are logged at debug
    /// level; for hunting a fault. `security` and `all` are refused, as they may show secrets.
    public var debugContexts: [String]

    public init(
        bootstrapServers: String, clientID: String, fetchWait: Duration = .milliseconds(500),
        security: KafkaSecurity? = nil, debugContexts: [String] = []
    ) {
        self.bootstrapServers = bootstrapServers
        self.clientID = clientID
        self.fetchWait = fetchWait
        self.security = security
        self.debugContexts = debugContexts
    }
}
