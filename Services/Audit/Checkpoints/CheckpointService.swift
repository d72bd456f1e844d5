import AuditLog
import ServiceKit
import ServiceLifecycle

/// Signs and publishes checkpoints at intervals and once more at the end, on a thread of its own: neither
/// waits for the consumer, nor the consumer for Kafka to take a checkpoint.
struct CheckpointService: Service {
    private let loop: CheckpointLoop
    private let failure = FailureSignal()

    init(
        _ runtime: ServiceRuntime, keys: SigningKeys, folder: CheckpointFolder?, interval: Duration
    ) throws(SettingsError) {
        let failure = self.failure
        loop = CheckpointLoop(
            database: DatabaseAccess.settings(of: runtime), kafka: try KafkaAccess.settings(of: runtime, part: "checkpoints"),
            keys: keys, folder: folder, interval: interval, logger: runtime.logger, onFailure: failure.report)
        let heartbeat = loop.heartbeat
        // A turn may wait for a lock, a statement and Kafka, each with its own limit.
        runtime.health.register(.live, "checkpoints") { heartbeat.finding(limit: interval + .seconds(60)) }
    }

    func run() async throws {
        let loop = self.loop
        try await ThreadedService("checkpoints", failure: failure, start: loop.start, stop: loop.stop(within:)).run()
    }
}
