public import AuditLog
import Logging
public import Messaging
import Metrics
import Persistence
import ServiceKit

/// Writes each batch of events into the log, in the transaction that moves the consumer's position.
final class AuditHandler: EventHandler {
    private let logger: Logger
    private var writer: LogWriter
    private var outcome = LogWriter.Outcome()

    /// - Parameter history: what was kept outside the database.
    init(history: KeptHistory? = nil, logger: Logger) {
        writer = LogWriter(history: history)
        self.logger = logger
    }

    func handle(_ events: [ConsumedEvent], on connection: Connection) throws {
        outcome = try writer.append(events.map { AuditEntry(topic: $0.topic, $0.envelope) }, on: connection)
    }

    func willRetry() { outcome = LogWriter.Outcome() }

    func didCommit() {
        let done = outcome
        outcome = LogWriter.Outcome()
        // Nothing was handled: the whole batch was parked.
        guard done.size > 0 else { return }
        AuditMetrics.leaves.increment(by: done.appended)
        AuditMetrics.duplicates.increment(by: done.duplicates)
        AuditMetrics.conflicts.increment(by: done.conflicts.count)
        AuditMetrics.treeSize.record(done.size)
        for event in done.conflicts {
            logger.error(
                "An event came again with other content; the log keeps the first",
                metadata: [LogKey.event: "\(event)"])
        }
    }
}

/// A damaged log stops the service. It is no fault of the event at hand, which must not be put aside.
extension StoredLogDamage: RetryableFailure {
    public var isTransient: Bool { false }
}

/// No fault of the event either: while the folder of checkpoints cannot be read, nothing is appended or signed, since
/// what lies there binds the log.
extension KeptFileError: RetryableFailure {
    public var isTransient: Bool { true }
}
