import AuditLog
import Contracts
import Domain
import Logging
import Messaging
import Persistence
import ServiceKit
import Testing

@testable import attune_audit

@Suite struct AuditConsumptionTests {
    private let partition = TopicPartition(topic: Topic.episodeEvents.name, partition: 3)

    private func consumer(_ ledger: AuditedLedger) throws -> LedgeredConsumer {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let consumer = LedgeredConsumer(
            connection: try ledger.database.connect(role: "attune_audit"), schema: .audit, owner: "test",
            handler: AuditHandler(logger: logger), logger: logger)
        _ = try consumer.assigned([partition], clusterID: "cluster")
        return consumer
    }

    private func record(offset: Int64, episode: EpisodeID, headers: Bool = true) -> ConsumedRecord {
        let event = EventEnvelope(
            id: TimeOrderedIdentity.make(at: .now), type: .sessionHeld, source: "/attune/ingestion", episode: episode,
            site: SiteID("north")!, sequence: offset + 1, time: .now, trace: nil, payload: [UInt8(offset)])
        return ConsumedRecord(
            topic: partition.topic, partition: partition.partition, offset: offset, key: episode.bytes,
            headers: headers ? CloudEventsBinding.headers(of: event) : [],
            value: event.payload, timestampMilliseconds: 0)
    }

    @Test func `a batch from Kafka becomes leaves, without the record that nobody can read`() throws {
        let ledger = try AuditedLedger()
        let consumer = try consumer(ledger)
        let episodes: [EpisodeID] = (0..<3).map { _ in TimeOrderedIdentity.make(at: .now) }
        let batch = [
            record(offset: 0, episode: episodes[0]), record(offset: 1, episode: episodes[1], headers: false),
            record(offset: 2, episode: episodes[2]),
        ]
        #expect(try consumer.handle(batch) == .done)
        let leaves = try StoredLog.leaves(from: 0, limit: 10, on: ledger.admin)
        #expect(leaves.map(\.entry.episode) == [episodes[0], episodes[2]])
        #expect(try ledger.admin.run("select from audit.quarantine where state = 'failed'").count == 1)
        #expect(try ledger.admin.run("select next_offset from audit.consumer_offset").only().int64(0) == 3)
    }

    @Test func `a damaged log stops the consumer and parks no event`() throws {
        let ledger = try AuditedLedger()
        let episode: EpisodeID = TimeOrderedIdentity.make(at: .now)
        #expect(try consumer(ledger).handle([record(offset: 0, episode: episode)]) == .done)
        try ledger.tamper("update audit.tree set root = sha256('x')")
        let restarted = try consumer(ledger)
        #expect(throws: StoredLogDamage.self) { try restarted.handle([record(offset: 1, episode: episode)]) }
        #expect(try ledger.admin.run("select from audit.quarantine").isEmpty)
        #expect(try ledger.admin.run("select next_offset from audit.consumer_offset").only().int64(0) == 1)
    }

    @Test func `what waited in quarantine becomes leaves in its order, each once`() throws {
        let ledger = try AuditedLedger()
        let consumer = try consumer(ledger)
        let episode: EpisodeID = TimeOrderedIdentity.make(at: .now)
        let batch = (0..<4).map { record(offset: $0, episode: episode, headers: $0 != 0) }
        #expect(try consumer.handle(batch) == .done)
        #expect(try StoredLog.leaves(from: 0, limit: 10, on: ledger.admin).isEmpty)
        let discarded = try ledger.database.connect(role: "attune_operator").run(
            "select audit.discard_quarantined('{1}', 'op-1', 'no event')")
        #expect(discarded.count == 1)
        try consumer.idle()
        try consumer.idle()
        let leaves = try StoredLog.leaves(from: 0, limit: 10, on: ledger.admin)
        #expect(leaves.map(\.entry.sequence) == [2, 3, 4])
        #expect(try ledger.admin.run("select from audit.quarantine where settled_at is null").isEmpty)
    }
}
