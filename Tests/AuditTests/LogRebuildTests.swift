import AuditLog
import Persistence
import Testing
import TransparencyLog

@Suite struct LogRebuildTests {
    private func rebuild(_ ledger: AuditedLedger, switching: Bool) throws -> LogRebuild.Outcome {
        try LogRebuild(keys: LogKeys(ledger.key.verifierKey), pageSize: 64).run(
            isSwitching: switching, on: ledger.database.connect(role: switching ? "attune_audit" : "attune_operator"))
    }

    private let damage = """
        update audit.tile set hashes = sha256('x') where level = 1; delete from audit.tile where level = 0 and tile_index = 1;
        insert into audit.tile values (0, 2, sha256('x')); update audit.tree set size = 319, root = sha256('x')
        """

    @Test func `an untouched log is rebuilt to the same and left alone`() throws {
        let (ledger, _) = try AuditedLedger.filled()
        for switching in [false, true] {
            let outcome = try rebuild(ledger, switching: switching)
            #expect(outcome.isSame)
            #expect(outcome.size == 320)
            #expect(outcome.tiles == 3)
            #expect(outcome.signedSize == 320)
            #expect(!outcome.isSwitched)
        }
    }

    @Test func `damaged tiles and head are seen, and replaced only when asked`() throws {
        let (ledger, entries) = try AuditedLedger.filled()
        try ledger.tamper(damage)
        let seen = try rebuild(ledger, switching: false)
        #expect(!seen.isSame && !seen.isHeadSame && seen.agreesWithSigned && !seen.isSwitched)
        #expect([seen.tilesMissing, seen.tilesDiffering, seen.tilesTooMany] == [1, 1, 1])
        #expect(!(try ledger.verify().isVerified))
        #expect(try rebuild(ledger, switching: true).isSwitched)
        #expect(try ledger.verify().differences == [])
        // The log can be continued from what was rebuilt.
        try ledger.audit([ledger.trajectory(after: entries[100])])
        #expect(try ledger.verify().differences == [])
    }

    @Test func `a tree that was not signed is never put in place`() throws {
        let (ledger, _) = try AuditedLedger.filled()
        try ledger.tamper(damage + "; update audit.leaf set site = 'south' where leaf_index = 17")
        let before = try StoredLog.head(on: ledger.admin)
        let outcome = try rebuild(ledger, switching: true)
        #expect(!outcome.agreesWithSigned && !outcome.isSwitched)
        #expect(try StoredLog.head(on: ledger.admin) == before)
        #expect(try ledger.admin.run("select from audit.tile where level = 0 and tile_index = 2").count == 1)
    }

    @Test func `nothing is rebuilt from leaves with a gap or against a checkpoint that nobody can believe`() throws {
        let (ledger, _) = try AuditedLedger.filled()
        let stranger = try SigningKey(generatedFor: "example.org/audit").verifierKey
        #expect(throws: StoredLogDamage.self) {
            try LogRebuild(keys: LogKeys(stranger)).run(isSwitching: true, on: ledger.admin)
        }
        try ledger.tamper("delete from audit.leaf where leaf_index = 17")
        #expect(throws: StoredLogDamage.self) { try rebuild(ledger, switching: false) }
    }
}
