import Metrics
import Persistence
import ServiceKit

/// The measures of this service, so that every name stands once.
enum AuditMetrics {
    static let leaves = Counter(label: "attune_audit_leaves_total")
    static let duplicates = Counter(label: "attune_audit_duplicates_total")
    static let conflicts = Counter(label: "attune_audit_conflicts_total")
    static var treeSize: Gauge { Gauge(label: "attune_audit_tree_leaves") }
    static var checkpointSize: Gauge { Gauge(label: "attune_audit_checkpoint_leaves") }
    static var checkpointTime: Gauge { Gauge(label: "attune_audit_checkpoint_time_seconds") }
    static let checkpoints = Counter(label: "attune_audit_checkpoints_total")
    static let publishFailures = Counter(label: "attune_audit_checkpoint_publish_failures_total")

    static let fileFailures = Counter(label: "attune_audit_checkpoint_file_failures_total")

    static let descriptions = [
        MetricDescription(.counter, "attune_audit_leaves_total", "Leaves appended by this process."),
        MetricDescription(.counter, "attune_audit_duplicates_total", "Events that were in the log already."),
        MetricDescription(
            .counter, "attune_audit_conflicts_total", "Events that are in the log with other content. Should stay 0."),
        MetricDescription(.gauge, "attune_audit_tree_leaves", "Leaves in the log, as last seen by this process."),
        MetricDescription(.gauge, "attune_audit_checkpoint_leaves", "Leaves covered by the newest checkpoint."),
        MetricDescription(
            .gauge, "attune_audit_checkpoint_time_seconds",
            "When the newest checkpoint was signed, since the epoch; 0 when there is none."),
        MetricDescription(.counter, "attune_audit_checkpoints_total", "Checkpoints signed by this process."),
        MetricDescription(
            .counter, "attune_audit_checkpoint_publish_failures_total", "Attempts to publish checkpoints that failed."),
        MetricDescription(
            .counter, "attune_audit_checkpoint_file_failures_total",
            "Attempts to write checkpoints as files that failed."),
    ]

    /// Also of what other processes have done, and right after a start.
    static let standing = StandingFigures.Question(
        """
        select 'tree', size, 0::bigint from audit.tree
        union all
        (select 'checkpoint', tree_size, extract(epoch from signed_at)::bigint
         from audit.checkpoint order by tree_size desc limit 1)
        """, keys: ["tree", "checkpoint"]
    ) { key, size, time in
        guard key == "checkpoint" else { return treeSize.record(size) }
        checkpointSize.record(size)
        checkpointTime.record(time)
    }
}
