import Contracts
import Domain
import Metrics
import Persistence
import ServiceKit

/// How many alerts nobody has answered by the time that was promised first: those of `attune alerts overdue`.
enum OverdueFigures {
    static let descriptions = [
        MetricDescription(
            .gauge, "attune_alerting_overdue_alerts",
            "Alerts that were due first some time ago, and that nobody has answered.", labels: ["kind"]),
        MetricDescription(
            .gauge, "attune_alerting_longest_overdue_seconds", "How long the longest of them has been overdue.",
            labels: ["kind"]),
    ]

    static let question = StandingFigures.Question(
        """
        select kind::text, count(*), extract(epoch from statement_timestamp() - min(first_due_at))::bigint
        from alerting.alert where status in ('raised', 'opened') and first_due_at <= statement_timestamp() group by kind
        """, keys: AlertKind.allCases.map { "\($0.number)" }
    ) { number, count, seconds in
        let kind = Int16(number).flatMap { AlertKind(number: $0) }?.rawValue ?? number
        Gauge(label: "attune_alerting_overdue_alerts", dimensions: [("kind", kind)]).record(count)
        Gauge(label: "attune_alerting_longest_overdue_seconds", dimensions: [("kind", kind)]).record(seconds)
    }
}
