import Domain
import Intake
import Metrics
import Persistence
import ServiceKit

/// What ingestion counts and measures. Labels are few and fixed: lanes, and names of problems.
struct IngestionMetrics: CommandMetrics {
    private let factory: any MetricsFactory

    init(_ registry: PrometheusRegistry) {
        factory = registry
        registry.describe(Self.descriptions)
    }

    static let descriptions = [
        MetricDescription(
            .counter, "attune_ingestion_ratings_accepted_total",
            "Ratings recorded for the first time, by lane of the ledger.", labels: ["lane"]),
        MetricDescription(
            .counter, "attune_ingestion_commands_accepted_total",
            "Commands recorded, ratings among them, by lane.", labels: ["lane"]),
        MetricDescription(
            .counter, "attune_ingestion_commands_repeated_total",
            "Commands that had been recorded before.", labels: ["lane"]),
        MetricDescription(
            .counter, "attune_ingestion_commands_refused_total", "Commands refused, by reason.", labels: ["reason"]),
        MetricDescription(
            .histogram, "attune_ingestion_batch_events",
            "Commands decided in one transaction, by lane.", labels: ["lane"]),
        MetricDescription(
            .histogram, "attune_ingestion_batch_duration_seconds",
            "Time from the first statement of a batch to its commit, by lane.", labels: ["lane"]),
        MetricDescription(
            .gauge, "attune_ledger_room_events",
            "Events that the ledger has parts for; more are made long before it is 0."),
    ]

    func decided(_ outcomes: [Outcome], of submissions: [Submission], in lane: Lane) {
        var accepted = 0
        var ratings = 0
        var repeated = 0
        for (outcome, submission) in zip(outcomes, submissions) {
            switch outcome {
            case .recorded:
                accepted += 1
                if case .ratingRecorded = submission.command.event { ratings += 1 }
            case .repeated: repeated += 1
            case .refused(let refusal): refused(Problem(refusal, of: submission.command.event).name)
            case .unavailable: refused("unavailable")
            case .failed: refused("internal-error")
            }
        }
        counter("attune_ingestion_commands_accepted_total", lane).increment(by: accepted)
        counter("attune_ingestion_ratings_accepted_total", lane).increment(by: ratings)
        counter("attune_ingestion_commands_repeated_total", lane).increment(by: repeated)
    }

    /// - Parameter reason: name of the problem.
    func refused(_ reason: String) {
        Counter(label: "attune_ingestion_commands_refused_total", dimensions: [("reason", reason)], factory: factory)
            .increment()
    }

    func committed(_ count: Int, in duration: Duration, lane: Lane) {
        let labels = [("lane", lane.description)]
        Recorder(label: "attune_ingestion_batch_events", dimensions: labels, aggregate: true, factory: factory)
            .record(count)
        Metrics.Timer(label: "attune_ingestion_batch_duration_seconds", dimensions: labels, factory: factory)
            .recordNanoseconds(
                duration.components.seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000)
    }

    private func counter(_ name: String, _ lane: Lane) -> Counter {
        Counter(label: name, dimensions: [("lane", lane.description)], factory: factory)
    }
}
