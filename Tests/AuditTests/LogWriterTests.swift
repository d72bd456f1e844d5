import AuditLog
import Domain
import Persistence
import Testing
import TransparencyLog

@testable import attune_audit

@Suite struct LogWriterTests {
    @Test(arguments: [[700], [1, 255, 1, 256, 187], [100, 100, 100, 100, 100, 100, 100], [256, 256, 188]])
    func `batches in any split give the tree over all leaves`(sizes: [Int]) throws {
        let ledger = try AuditedLedger()
        let entries = try ledger.record(700)
        var rest = entries[...]
        for size in sizes {
            try ledger.audit(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        var expected = CompactRange()
        expected.append(contentsOf: entries.map(\.leafHash))
        let head = try StoredLog.head(on: ledger.admin)
        #expect(head.size == 700)
        #expect(head.root == expected.root)
        #expect(try StoredLog.leaves(from: 0, limit: 1000, on: ledger.admin).map(\.entry) == entries)
        // The tiles lead to the same root at every size they can be asked about.
        var prefix = CompactRange()
        for entry in entries.prefix(300) { prefix.append(entry.leafHash) }
        #expect(try StoredLog.root(size: 300, on: ledger.admin) == prefix.root)
    }

    @Test func `an event that comes again adds nothing`() throws {
        let ledger = try AuditedLedger()
        let entries = try ledger.record(30)
        try ledger.audit(Array(entries.prefix(20)))
        let again = try ledger.audit(Array(entries.suffix(15)) + [entries[29], entries[0]])
        #expect(again == LogWriter.Outcome(appended: 10, duplicates: 7, conflicts: [], size: 30))
        let head = try StoredLog.head(on: ledger.admin)
        #expect(try ledger.audit(entries) == LogWriter.Outcome(appended: 0, duplicates: 30, conflicts: [], size: 30))
        #expect(try StoredLog.head(on: ledger.admin) == head)
    }

    @Test func `an event that comes again with other content is reported and the log keeps the first`() throws {
        let ledger = try AuditedLedger()
        let entries = try ledger.record(2)
        try ledger.audit(entries)
        let forged = AuditEntry(
            topic: entries[0].topic, event: entries[0].event, type: entries[0].type, episode: entries[0].episode,
            sequence: entries[0].sequence, site: entries[0].site, time: entries[0].time, source: entries[0].source,
            payloadDigest: entries[1].payloadDigest)
        #expect(try ledger.audit([forged]).conflicts == [entries[0].event])
        #expect(try StoredLog.leaf(of: entries[0].event, on: ledger.admin)?.entry == entries[0])
    }

    @Test func `two writers with the same events keep one contiguous log`() async throws {
        let ledger = try AuditedLedger()
        let entries = try ledger.record(400)
        let database = ledger.database
        @Sendable func write(_ entries: [AuditEntry], batch: Int) async throws {
            try await onOwnThread {
                let connection = try database.connect(role: "attune_audit")
                var writer = LogWriter()
                for start in stride(from: 0, to: entries.count, by: batch) {
                    let part = Array(entries[start..<min(entries.count, start + batch)])
                    _ = try connection.transaction { try writer.append(part, on: $0) }
                }
            }
        }
        async let forwards: Void = write(entries, batch: 7)
        async let backwards: Void = write(entries.reversed(), batch: 11)
        _ = try await (forwards, backwards)
        let leaves = try StoredLog.leaves(from: 0, limit: 1000, on: ledger.admin)
        #expect(leaves.map(\.index) == Array(0..<400))
        #expect(Set(leaves.map(\.entry)) == Set(entries))
        try ledger.markPublished()
        #expect(try ledger.verify().differences == [])
    }

    @Test func `a batch that was undone leaves no trace in the next one`() throws {
        struct Undo: Error {}
        let ledger = try AuditedLedger()
        let entries = try ledger.record(20)
        let connection = try ledger.database.connect(role: "attune_audit")
        var writer = LogWriter()
        #expect(throws: Undo.self) {
            try connection.transaction {
                _ = try writer.append(Array(entries.prefix(10)), on: $0)
                throw Undo()
            }
        }
        _ = try connection.transaction { try writer.append(Array(entries.suffix(5)), on: $0) }
        _ = try connection.transaction { try writer.append(Array(entries.prefix(15)), on: $0) }
        try ledger.markPublished()
        let report = try ledger.verify()
        #expect(report.differences == [])
        #expect(report.size == 20)
    }

    @Test func `a log whose right edge was changed is not continued`() throws {
        let ledger = try AuditedLedger()
        let entries = try ledger.record(20)
        try ledger.audit(Array(entries.prefix(10)))
        try ledger.tamper("update audit.tile set hashes = overlay(hashes placing '\\x00'::bytea from 40) where level = 0")
        let connection = try ledger.database.connect(role: "attune_audit")
        var writer = LogWriter()
        #expect(throws: StoredLogDamage.self) {
            try connection.transaction { _ = try writer.append(entries, on: $0) }
        }
        #expect(try StoredLog.head(on: ledger.admin).size == 10)
    }
}
