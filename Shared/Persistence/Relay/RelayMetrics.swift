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
    private let conditions = RelayStatus.Condition.Kind.allCases.map { kind in
        (kind, Gauge(label: "attune_relay_condition", dimensions: [("condition", kind.rawValue)]))
    }
    private var shown: RelayStatus.Condition.Kind?

    func record(_ statuses: [RelayStatus.LaneStatus]) {
        for status in statuses { lag[status.lane]?.record(status.lag) }
    }

    /// Called at the end of every round; only a change is recorded.
    mutating func enter(_ condition: RelayStatus.Condition) {
        let entered = condition.kind
        guard entered != shown else { return }
        shown = entered
        for (kind, gauge) in conditions { gauge.record(kind == entered ? 1 : 0) }
    }
}
