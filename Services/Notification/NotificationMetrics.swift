import Contracts
import Metrics
import ServiceKit

enum NotificationMetrics {
    static let descriptions = [
        MetricDescription(
            "attune_notification_deliveries_total",
            "Attempts by what came of them, and deliveries withdrawn before the first."),
        MetricDescription("attune_notification_attempt_seconds", "How long receivers took to accept or refuse."),
        MetricDescription(
            "attune_notification_unresolved_total",
            "People of the directory whom an alert could not reach, by how they were named and why."),
        MetricDescription("attune_notification_pending", "Deliveries that are neither delivered nor given up."),
    ]

    static func count(_ channel: NotificationChannel, _ outcome: String) {
        Counter(
            label: "attune_notification_deliveries_total",
            dimensions: [("channel", channel.rawValue), ("outcome", outcome)]
        ).increment()
    }

    static func unresolved(_ target: String, _ reason: String) {
        Counter(
            label: "attune_notification_unresolved_total", dimensions: [("target", target), ("reason", reason)]
        ).increment()
    }

    static func attempt(_ channel: NotificationChannel, took duration: Duration) {
        let (seconds, attoseconds) = duration.components
        Timer(label: "attune_notification_attempt_seconds", dimensions: [("channel", channel.rawValue)])
            .recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }

    static func pending(_ count: Int64) {
        Gauge(label: "attune_notification_pending").record(count)
    }
}
