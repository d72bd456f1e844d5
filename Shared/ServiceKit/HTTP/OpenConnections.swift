import HummingbirdCore
import Metrics
import Synchronization

/// Counts open connections. At the limit no further one is accepted until one ends: it waits in the system's queue.
struct OpenConnections: AvailableConnectionsDelegate {
    private let limit: Int
    private let gauge: Gauge
    private let full: Counter
    private var count = 0

    init(limit: Int, factory: any MetricsFactory) {
        self.limit = limit
        gauge = Gauge(label: "attune_http_connections_open", factory: factory)
        full = Counter(label: "attune_http_connections_full_total", factory: factory)
    }

    static let descriptions = [
        MetricDescription(.gauge, "attune_http_connections_open", "Connections that are open."),
        MetricDescription(
            .counter, "attune_http_connections_full_total", "Times that the last free connection was taken: further ones waited."),
    ]

    mutating func connectionOpened() {
        count += 1
        gauge.record(count)
        if count == limit { full.increment() }
    }

    mutating func connectionClosed() {
        count -= 1
        gauge.record(count)
    }

    func isAcceptingNewConnections() -> Bool { count < limit }
}
