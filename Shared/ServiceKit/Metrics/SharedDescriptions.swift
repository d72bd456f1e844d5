/// What the metrics of the rooms below mean, which know nothing of descriptions: Kafka, database pool, relay. A test holds
/// every name in the code to its description.
public enum SharedDescriptions {
    public static let all = kafka + conventional + database + relay + quarantine

    private static let kafka = [
        MetricDescription(
            .counter, "attune_kafka_produced_records_total", "Records that Kafka has taken over for good."),
        MetricDescription(
            .counter, "attune_kafka_delivery_failures_total", "Publications that failed as a whole or in part."),
        MetricDescription(
            .counter, "attune_kafka_producers_recreated_total", "Producers that were replaced after a failure."),
        MetricDescription(
            .histogram, "attune_kafka_publish_seconds", "Time until Kafka had all records of a publication."),
        MetricDescription(.counter, "attune_kafka_consumed_records_total", "Records handled, in committed batches."),
        MetricDescription(.counter, "attune_kafka_batches_total", "Batches handled and committed."),
        MetricDescription(.histogram, "attune_kafka_batch_seconds", "Time for handling and committing a batch."),
        MetricDescription(.counter, "attune_kafka_batch_retries_total", "Batches that failed and are tried again."),
        MetricDescription(.counter, "attune_kafka_rebalances_total", "Times that partitions were assigned."),
        MetricDescription(
            .counter, "attune_kafka_lost_partitions_total", "Partitions that another process had claimed meanwhile."),
        MetricDescription(
            .counter, "attune_kafka_mirror_commit_failures_total",
            "Failed updates of the copy of the positions that Kafka keeps for lag tools."),
        MetricDescription(
            .gauge, "attune_kafka_consumer_lag_records", "Records that wait in a partition of this process.",
            labels: ["topic", "partition"]),
        MetricDescription(
            .gauge, "attune_kafka_consumer_drain_seconds",
            "How long what waits in this process's partitions of a topic takes at the rate of about the last 30 s; "
                + "grows with the clock while nothing moves.", labels: ["topic"]),
    ]

    private static let system = ["messaging_system", "messaging_operation_name", "messaging_destination_name"]

    /// By OpenTelemetry's semantic conventions for messaging.
    private static let conventional = [
        MetricDescription(
            .counter, "messaging_client_sent_messages_total",
            "Records that were handed to Kafka, by topic; with error_type where that failed.", labels: system + ["error_type"]),
        MetricDescription(
            .histogram, "messaging_client_operation_duration_seconds",
            "Time until Kafka had all records of a publication, or until it failed.", labels: system + ["error_type"]),
        MetricDescription(
            .counter, "messaging_client_consumed_messages_total", "Records that a group has handled, by topic.",
            labels: system + ["messaging_consumer_group_name"]),
        MetricDescription(
            .histogram, "messaging_process_duration_seconds",
            "Time for one attempt at a batch; the topic is left out where a batch is of several.",
            labels: system + ["messaging_consumer_group_name", "error_type"]),
    ]

    private static let database = [
        MetricDescription(
            .histogram, "attune_database_pool_wait", "Time that a request waited for a database connection.", unit: "seconds",
            buckets: MetricDescription.secondsBuckets),
        MetricDescription(
            .counter, "attune_database_pool_refused", "Requests that no database connection had time for."),
        MetricDescription(.gauge, "attune_database_pool_connections", "Database connections of all pools that stand."),
    ]

    private static let relay = [
        MetricDescription(.counter, "attune_relay_published_events_total", "Ledger events published to Kafka."),
        MetricDescription(.counter, "attune_relay_failures_total", "Attempts of the relay that failed."),
        MetricDescription(.histogram, "attune_relay_publish_seconds", "Time for publishing a page of the ledger."),
        MetricDescription(
            .gauge, "attune_relay_lag_events", "Ledger events that are not published yet, by lane.", labels: ["lane"]),
        MetricDescription(
            .gauge, "attune_relay_condition",
            "1 for what the relay is about, 0 for the rest: starting, standby, relaying, failing, halted, stopped.",
            labels: ["condition"]),
    ]

    private static let quarantine = [
        MetricDescription(
            .counter, "attune_quarantine_released_total", "Parked events that were resumed and handled."),
        MetricDescription(
            .gauge, "attune_quarantine_open_events",
            "Events parked and not settled, of all processes of the service: failed, or waiting behind one that has.",
            labels: ["state"]),
        MetricDescription(
            .gauge, "attune_quarantine_oldest_seconds", "How long the oldest of them has been parked.", labels: ["state"]),
    ]
}
