import AuditLog
import Contracts
import Logging
import Messaging
import Persistence
import Synchronization
import Testing

@testable import attune_audit

@Suite struct CheckpointLoopTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Starts the loop and stops it at once: what is in the log by then is signed all the same.
    private func startAndStop(_ ledger: AuditedLedger, brokers: String) async throws -> [any Error & Sendable] {
        let failures = Mutex<[any Error & Sendable]>([])
        let loop = CheckpointLoop(
            database: ledger.database.settings(role: "attune_audit"),
            kafka: KafkaSettings(bootstrapServers: brokers, clientID: "test"), keys: SigningKeys(ledger.key), interval: .seconds(3600),
            logger: logger, onFailure: { error in failures.withLock { $0.append(error) } })
        loop.start()
        try await onOwnThread { loop.stop(within: .seconds(60)) }
        return failures.withLock { $0 }
    }

    @Test func `a stop signs and publishes what the log holds`() async throws {
        let ledger = try AuditedLedger()
        let cluster = try MockCluster(logger: logger)
        try cluster.createTopic(Topic.checkpoints.name, partitions: 1)
        try ledger.audit(try ledger.record(10))
        #expect(try await startAndStop(ledger, brokers: cluster.bootstrapServers).isEmpty)
        let signed = try #require(try StoredLog.latestCheckpoint(on: ledger.admin))
        #expect(signed.size == 10)
        #expect(signed.publishedAt != nil)
    }

    @Test func `without Kafka a stop still signs and keeps the checkpoint to be published`() async throws {
        let ledger = try AuditedLedger()
        try ledger.audit(try ledger.record(10))
        #expect(try await startAndStop(ledger, brokers: "127.0.0.1:1").isEmpty)
        #expect(try StoredLog.unpublishedCheckpoints(limit: 10, on: ledger.admin).map(\.size) == [10])
    }

    @Test func `a damaged log ends the loop and says so`() async throws {
        let ledger = try AuditedLedger()
        try ledger.audit(try ledger.record(10))
        try ledger.tamper("update audit.tree set root = sha256('x')")
        let failures = try await startAndStop(ledger, brokers: "127.0.0.1:1")
        #expect(failures.first is StoredLogDamage)
        #expect(try StoredLog.latestCheckpoint(on: ledger.admin) == nil)
    }
}
