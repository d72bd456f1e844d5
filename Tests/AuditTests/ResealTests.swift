import AuditLog
import Domain
import Foundation
import Testing
import TransparencyLog

@Suite struct ResealTests {
    /// Checkpoints of 200 and 320 leaves are in a folder; the database was then restored to 200 of them.
    private struct Restored {
        let ledger: AuditedLedger
        let entries: [AuditEntry]
        let folder: CheckpointFolder
        let history: KeptHistory
        let kept: [StoredLog.SignedHead]

        init() throws {
            (ledger, entries) = try AuditedLedger.filled()
            let audited = ledger
            kept = try [200, 320].map { try #require(try StoredLog.checkpoint(size: $0, on: audited.admin)) }
            folder = CheckpointFolder(NSTemporaryDirectory() + "attune-kept-\(UUID().uuidString)")
            for head in kept { try folder.file(head.note, size: head.size, root: head.root) }
            history = KeptHistory(folder: folder, keys: LogKeys(ledger.key.verifierKey))
            try ledger.rewrite(Array(entries.prefix(200)))
            try ledger.sign()
            try ledger.tamper("update ledger.lane set cursor = 0")
        }

        func reseal() throws -> StoredReseal? {
            try Resealing(history: history, origin: "example.org/audit").reseal(
                reason: "disk failure", by: "op-17", at: Timestamp(microseconds: 1_772_357_400_000_000),
                on: ledger.database.connect(role: "attune_audit"))
        }

        /// Goes on with what is left, in another order than before the restore.
        func goOn(_ history: KeptHistory?) throws {
            let connection = try ledger.database.connect(role: "attune_audit")
            var writer = LogWriter(history: history)
            _ = try connection.transaction { try writer.append(entries[200..<280].reversed(), on: $0) }
        }

        func remove() { try? FileManager.default.removeItem(atPath: folder.path) }
    }

    @Test func `a restored log is neither grown nor signed while a kept checkpoint contradicts it`() throws {
        let restored = try Restored()
        defer { restored.remove() }
        #expect(throws: StoredLogDamage.self) { try restored.goOn(restored.history) }
        try restored.goOn(nil)
        #expect(throws: StoredLogDamage.self) {
            try restored.ledger.sign(SigningKeys(restored.ledger.key), history: restored.history)
        }
        // Grown past the kept one, with other leaves below it.
        try restored.ledger.audit(restored.entries)
        #expect(throws: StoredLogDamage.self) {
            try restored.ledger.sign(SigningKeys(restored.ledger.key), history: restored.history)
        }
        #expect(try StoredLog.latestCheckpoint(on: restored.ledger.admin)?.size == 200)
    }

    @Test func `after a re-seal entry the log goes on, and the lost checkpoint is named and no forgery`() throws {
        let restored = try Restored()
        defer { restored.remove() }
        let ledger = restored.ledger
        let before = try ledger.verify(folders: [restored.folder])
        #expect(before.differences == [.checkpointBeyondTree(size: 320)])

        let reseal = try #require(try restored.reseal())
        #expect(reseal.index == 200)
        #expect(reseal.statement.restored.size == 200)
        #expect(reseal.statement.agreed?.size == 200)
        #expect(reseal.statement.lost.map(\.size) == [320])
        #expect(reseal.statement.lastNote == restored.kept[1].note)
        #expect(reseal.statement.reason == "disk failure")
        #expect(try restored.reseal() == nil)

        try restored.goOn(restored.history)
        try ledger.sign(SigningKeys(ledger.key), history: restored.history)
        let report = try ledger.verify(folders: [restored.folder])
        #expect(report.differences == [])
        #expect(report.size == 281)
        #expect(report.coveredSize == 281)
        #expect(report.resealed.map(\.size) == [320])
        #expect(report.resealed.map(\.leavesLost) == [120])
        #expect(report.resealed.map(\.entry) == [reseal])
        // Grown past the lost one, it is explained all the same.
        try ledger.audit(restored.entries)
        let later = try ledger.verify(folders: [restored.folder])
        #expect(later.differences == [])
        #expect(later.resealed.map(\.size) == [320])
    }

    @Test func `a contradicting checkpoint that no re-seal entry names stays a difference`() throws {
        let restored = try Restored()
        defer { restored.remove() }
        let ledger = restored.ledger
        _ = try restored.reseal()
        try restored.goOn(restored.history)
        let strange = [try ledger.note(250, .leaf([1])), try ledger.note(330, .leaf([2]))]
        let report = try ledger.verify(kept: strange, folders: [restored.folder])
        #expect(report.differences == [.checkpointRootDiffers(size: 250), .checkpointBeyondTree(size: 330)])
        #expect(report.resealed.map(\.size) == [320])
        let other = KeptHistory(folder: restored.folder, notes: strange, keys: LogKeys(ledger.key.verifierKey))
        #expect(throws: StoredLogDamage.self) { try ledger.sign(SigningKeys(ledger.key), history: other) }
    }

    @Test func `a stored checkpoint over other leaves is never excused by a re-seal entry`() throws {
        let restored = try Restored()
        defer { restored.remove() }
        let ledger = restored.ledger
        _ = try restored.reseal()
        try ledger.audit(restored.entries)
        try ledger.admin.run(
            "insert into audit.checkpoint (tree_size, root, note, signed_at) values (320, $1, $2, now())",
            [.bytes(restored.kept[1].root.bytes), .text(restored.kept[1].note)])
        #expect(try ledger.verify(folders: [restored.folder]).differences == [.checkpointRootDiffers(size: 320)])
    }

    @Test func `changed or missing words of a re-seal entry are found, and excuse nothing`() throws {
        let restored = try Restored()
        defer { restored.remove() }
        let reseal = try #require(try restored.reseal())
        try restored.ledger.tamper("update audit.reseal set payload = set_byte(payload, 5, 0)")
        #expect(
            Set(try restored.ledger.verify(folders: [restored.folder]).differences) == [
                .resealNotInLog(reseal.event), .resealUnreadable(index: 200, event: reseal.event),
                .checkpointBeyondTree(size: 320),
            ])
        try restored.ledger.tamper("delete from audit.reseal")
        #expect(
            Set(try restored.ledger.verify().differences) == [.resealUnreadable(index: 200, event: reseal.event)])
    }

    @Test func `an untouched log has nothing to re-seal`() throws {
        let (ledger, _) = try AuditedLedger.filled()
        let notes = try [200, 320].map { try #require(try StoredLog.checkpoint(size: $0, on: ledger.admin)).note }
        let history = KeptHistory(folder: nil, notes: notes + ["nonsense"], keys: LogKeys(ledger.key.verifierKey))
        let resealing = Resealing(history: history, origin: "example.org/audit")
        #expect(
            try resealing.reseal(
                reason: "x", by: "y", at: .now, on: ledger.database.connect(role: "attune_audit")) == nil)
        #expect(try StoredLog.head(on: ledger.admin).size == 320)
    }

    /// Anybody may lay a file into the folder: it must not stop the log.
    @Test func `a note that the log has not signed does not bind it`() throws {
        let restored = try Restored()
        defer { restored.remove() }
        let stranger = try SigningKey(generatedFor: "example.org/audit")
        _ = try restored.reseal()
        let forged = try restored.ledger.note(900, .leaf([1]), by: [stranger])
        try restored.folder.file(forged, size: 900, root: .leaf([1]))
        try restored.goOn(restored.history)
        #expect(
            try restored.ledger.verify(folders: [restored.folder]).differences
                == [.checkpointNotTrusted(size: 900, why: .unsigned)])
    }
}
