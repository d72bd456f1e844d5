import Metrics
import Persistence

extension StandingFigures.Question {
    /// What is parked of a service, and since when.
    static func quarantine(of schema: ServiceSchema) -> Self {
        Self(
            Statement(
                """
                select state, count(*), greatest(0, extract(epoch from clock_timestamp() - min(parked_at)))::bigint
                from \(schema.rawValue).quarantine where settled_at is null group by state
                """), keys: [Quarantine.State.failed, .waiting].map(\.rawValue)
        ) { state, count, seconds in
            Gauge(label: "attune_quarantine_open_events", dimensions: [("state", state)]).record(count)
            Gauge(label: "attune_quarantine_oldest_seconds", dimensions: [("state", state)]).record(seconds)
        }
    }
}
