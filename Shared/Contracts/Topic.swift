/// A Kafka topic of Attune. The raw value is its name on the cluster.
public enum Topic: String, CaseIterable, Sendable {
    case episodeEvents = "attune.episode-events.v1"
    /// Bulk imports, apart from live events so that a million old ratings delay no warning.
    case episodeBackfill = "attune.episode-events.backfill.v1"
    case trajectories = "attune.trajectories.v1"
    case alerts = "attune.alerts.v1"
    case notifications = "attune.notifications.v1"
    /// Who read whose data.
    case access = "attune.access.v1"
    case checkpoints = "attune.checkpoints.v1"

    public var name: String { rawValue }

    /// Consumers read it only while none of their other topics has a record that waits.
    public var givesWay: Bool { self == .episodeBackfill }
}

/// How a topic is made: the one place where partition counts and retention stand.
public struct TopicDefinition: Sendable {
    public let topic: Topic
    /// Fixed by deployment: changing it moves keys to other partitions.
    public let partitions: Int
    /// Broker-side topic configuration as Apache Kafka names it.
    public let configuration: [String: String]
    /// What is in it, for documentation and `attune topics`.
    public let meaning: String
}

/// The topics of Attune. The local broker, `attune topics apply` and the deployment read it.
public enum TopicCatalogue {
    /// Of every topic, on a cluster with as many brokers.
    public static let replicas = 3

    public static let all: [TopicDefinition] = Topic.allCases.map(definition(of:))

    /// The definition of one topic.
    public static func definition(of topic: Topic) -> TopicDefinition {
        switch topic {
        case .episodeEvents:
            log(topic, partitions: 12, days: 30, "events of episodes of care, in stream order per episode")
        case .episodeBackfill:
            log(topic, partitions: 12, days: 7, "the same events from bulk imports")
        case .trajectories:
            log(topic, partitions: 12, days: 30, "state of a course after each rating")
        case .alerts:
            log(topic, partitions: 6, days: 30, "life of alerts")
        case .notifications:
            log(topic, partitions: 6, days: 30, "what was sent to whom")
        case .access:
            log(topic, partitions: 6, days: 30, "who read whose data")
        case .checkpoints:
            log(topic, partitions: 1, days: 3650, "signed tree heads of the audit log")
        }
    }

    /// Kafka is a transport here, the ledger is the truth: retention covers the longest outage of a
    /// consumer that is worth reading through. Two in-sync replicas make an acknowledgement durable.
    private static func log(_ topic: Topic, partitions: Int, days: Int, _ meaning: String) -> TopicDefinition {
        TopicDefinition(
            topic: topic, partitions: partitions,
            configuration: [
                "cleanup.policy": "delete",
                "retention.ms": String(days * 86_400_000),
                "max.message.bytes": "1048576",
            ],
            meaning: meaning)
    }
}

/// One partition of one topic.
public struct TopicPartition: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let topic: String
    public let partition: Int32

    public init(topic: String, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    public var description: String { "\(topic) [\(partition)]" }

    public static func < (left: Self, right: Self) -> Bool {
        (left.topic, left.partition) < (right.topic, right.partition)
    }
}
