import Channels
import Contracts
import Metrics
import Persistence
import ServiceKit

enum NotificationMetrics {
    static let descriptions = [
        MetricDescription(
            .counter, "attune_notification_deliveries_total",
            "Attempts by what came of them, and deliveries withdrawn before the first, or withheld.", labels: ["channel", "outcome"]),
        MetricDescription(
            .histogram, "attune_notification_attempt_seconds",
            "How long receivers took to accept or refuse.", labels: ["channel"]),
        MetricDescription(
            .counter, "attune_notification_unresolved_total",
            "People of the directory whom an alert could not reach, by how they were named and why.", labels: ["target", "reason"]),
        MetricDescription(
            .counter, "attune_notification_held_total",
            "Times that a delivery was set to later, for quiet hours, a digest or a limit.", labels: ["channel", "cause"]),
        MetricDescription(
            .counter, "attune_notification_bounces_total",
            "Returned mails: failed (recorded), known before, delayed, other reports, of unknown messages, junk.", labels: ["outcome"]),
        MetricDescription(
            .gauge, "attune_notification_circuit",
            "0: the receiver is used; 1: it is tried again; 2: it does not answer and rests.", labels: ["endpoint"]),
        MetricDescription(
            .gauge, "attune_notification_pending", "Deliveries that are neither delivered nor given up.",
            labels: ["urgency"]),
        MetricDescription(
            .gauge, "attune_notification_oldest_pending_seconds",
            "How long the oldest of them has waited. What is not urgent may wait for the morning.", labels: ["urgency"]),
        MetricDescription(
            .counter, "attune_notification_given_up_total",
            "Deliveries given up: refused for good, tried too often, or returned. They go another way where there is one.",
            labels: ["channel"]),
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

    static func held(_ channel: NotificationChannel, _ cause: String) {
        Counter(
            label: "attune_notification_held_total", dimensions: [("channel", channel.rawValue), ("cause", cause)]
        ).increment()
    }

    static func circuit(_ endpoint: String, _ circuit: EndpointBoard.Circuit) {
        Gauge(label: "attune_notification_circuit", dimensions: [("endpoint", endpoint)]).record(circuit.rawValue)
    }

    static func bounce(_ outcome: String) {
        Counter(label: "attune_notification_bounces_total", dimensions: [("outcome", outcome)]).increment()
    }

    static func attempt(_ channel: NotificationChannel, took duration: Duration) {
        let (seconds, attoseconds) = duration.components
        Timer(label: "attune_notification_attempt_seconds", dimensions: [("channel", channel.rawValue)])
            .recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }

    static func givenUp(_ channel: NotificationChannel) {
        Counter(label: "attune_notification_given_up_total", dimensions: [("channel", channel.rawValue)]).increment()
    }

    /// Makes the series that rules ask for, so that their first increase is seen as one.
    static func start() {
        for channel in NotificationChannel.allCases {
            _ = Counter(label: "attune_notification_given_up_total", dimensions: [("channel", channel.rawValue)])
            for outcome in outcomes {
                _ = Counter(
                    label: "attune_notification_deliveries_total",
                    dimensions: [("channel", channel.rawValue), ("outcome", outcome)])
            }
        }
    }

    /// Of attempts: those of ``AttemptOutcome``, and `unknown` where a process ended meanwhile.
    private static let outcomes = ["delivered", "transient", "permanent", "unknown", "withdrawn", "withheld"]

    static let pending = StandingFigures.Question(
        """
        select urgency::text, count(*), greatest(0, extract(epoch from clock_timestamp() - min(created_at)))::bigint
        from notification.delivery where status in ('pending', 'sending') group by urgency
        """, keys: Urgency.allCases.map { "\($0.rawValue)" }
    ) { urgency, count, seconds in
        let word = Int16(urgency).flatMap { Urgency(rawValue: $0) }?.word ?? urgency
        Gauge(label: "attune_notification_pending", dimensions: [("urgency", word)]).record(count)
        Gauge(label: "attune_notification_oldest_pending_seconds", dimensions: [("urgency", word)]).record(seconds)
    }
}
