import Contracts
import Metrics

/// The measures this module keeps, so that every name stands once.
enum KafkaMetrics {
    static let produced = Counter(label: "attune_kafka_produced_records_total")
    static let deliveryFailures = Counter(label: "attune_kafka_delivery_failures_total")
    static let producersRecreated = Counter(label: "attune_kafka_producers_recreated_total")
    static let publishTime = Metrics.Timer(label: "attune_kafka_publish_seconds", preferredDisplayUnit: .seconds)

    static let consumed = Counter(label: "attune_kafka_consumed_records_total")
    static let batches = Counter(label: "attune_kafka_batches_total")
    static let batchTime = Metrics.Timer(label: "attune_kafka_batch_seconds", preferredDisplayUnit: .seconds)
    static let batchRetries = Counter(label: "attune_kafka_batch_retries_total")
    static let rebalances = Counter(label: "attune_kafka_rebalances_total")
    static let lostPartitions = Counter(label: "attune_kafka_lost_partitions_total")
    static let mirrorCommitFailures = Counter(label: "attune_kafka_mirror_commit_failures_total")

    static func lag(_ partition: TopicPartition) -> Gauge {
        Gauge(
            label: "attune_kafka_consumer_lag_records",
            dimensions: [("topic", partition.topic), ("partition", String(partition.partition))])
    }

    static func drain(_ topic: String) -> Gauge {
        Gauge(label: "attune_kafka_consumer_drain_seconds", dimensions: [("topic", topic)])
    }
}

extension Metrics.Timer {
    func record(since start: ContinuousClock.Instant) {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
