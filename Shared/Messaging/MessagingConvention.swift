import Contracts
import Metrics

/// The metrics that OpenTelemetry's semantic conventions for messaging name, in Prometheus form: what a dashboard made for
/// any Kafka client looks for. They tell topics and errors apart, which Attune's own do not.
///
/// The conventions are still in development; server address and partition are left out, as they would multiply the series.
enum MessagingConvention {
    /// A publication, whether it succeeded or not.
    static func sent(_ records: [OutgoingRecord], since start: ContinuousClock.Instant, _ error: MessagingError?) {
        let counts = counts(records.lazy.map(\.topic))
        for (topic, count) in counts {
            Counter(
                label: "messaging_client_sent_messages_total", dimensions: labels("send", topic: topic, error: error?.word)
            ).increment(by: count)
        }
        Metrics.Timer(
            label: "messaging_client_operation_duration_seconds",
            dimensions: labels("send", topic: only(counts), error: error?.word)
        ).record(since: start)
    }

    /// One attempt at a batch of a group. What failed has not been consumed: it will be handed over again.
    /// - Parameter error: what kind of failure ended it; nil where it succeeded.
    static func processed(
        _ records: [ConsumedRecord], by group: String, since start: ContinuousClock.Instant, error: String? = nil
    ) {
        let counts = counts(records.lazy.map(\.topic))
        Metrics.Timer(
            label: "messaging_process_duration_seconds",
            dimensions: labels("process", topic: only(counts), group: group, error: error)
        ).record(since: start)
        guard error == nil else { return }
        for (topic, count) in counts {
            Counter(
                label: "messaging_client_consumed_messages_total", dimensions: labels("poll", topic: topic, group: group)
            ).increment(by: count)
        }
    }

    private static func labels(
        _ operation: String, topic: String?, group: String? = nil, error: String? = nil
    ) -> [(String, String)] {
        var labels = [("messaging_system", "kafka"), ("messaging_operation_name", operation)]
        if let topic { labels.append(("messaging_destination_name", topic)) }
        if let group { labels.append(("messaging_consumer_group_name", group)) }
        if let error { labels.append(("error_type", error)) }
        return labels
    }

    /// Records of one topic come in runs, so most need no look-up.
    static func counts(_ topics: some Sequence<String>) -> [String: Int] {
        var counts: [String: Int] = [:]
        var run: (topic: String, count: Int)?
        for topic in topics {
            if let known = run, known.topic == topic {
                run = (topic, known.count + 1)
            } else {
                if let run { counts[run.topic, default: 0] += run.count }
                run = (topic, 1)
            }
        }
        if let run { counts[run.topic, default: 0] += run.count }
        return counts
    }

    /// The topic of all of them; nil where a batch is of several.
    static func only(_ counts: [String: Int]) -> String? { counts.count == 1 ? counts.first?.key : nil }
}

extension MessagingError {
    /// As `error.type`: few, and without what the error is about.
    fileprivate var word: String {
        switch self {
        case .invalidConfiguration: "invalid_configuration"
        case .clientNotCreated: "client_not_created"
        case .unknownTopic: "unknown_topic"
        case .deliveryFailed: "delivery_failed"
        case .timedOut: "timed_out"
        case .fatal: "fatal"
        case .requestFailed: "request_failed"
        case .unreachable: "unreachable"
        case .closed: "closed"
        }
    }
}
