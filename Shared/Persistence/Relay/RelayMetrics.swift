import Metrics

/// The measures of one relay.
struct RelayMetrics: Sendable {
    let published = Counter(label: "attune_relay_published_events_total")
    let failures = Counter(label: "attune_relay_failures_total")
    let publishing = Metrics.Timer(label: "attune_relay_publish_seconds")
    private let lag = Dictionary(
        uniqueKeysWithValues: Lane.all.map { lane in
            (lane, Gauge(label: "attune_relay_lag_events", dimensions: [("lane", lane.description)]))
        })
    private let conditions = RelayStatus.Condition.words.map { word in
        (word, Gauge(label: "attune_relay_condition", dimensions: [("condition", word)]))
    }
    private var shown: String?

    func record(_ statuses: [RelayStatus.LaneStatus]) {
        for status in statuses { lag[status.lane]?.record(status.lag) }
    }

    /// Called at the end of every round; only a change is recorded.
    mutating func enter(_ condition: RelayStatus.Condition) {
        let word = condition.word
        guard word != shown else { return }
        shown = word
        for (name, gauge) in conditions { gauge.record(name == word ? 1 : 0) }
    }
}
