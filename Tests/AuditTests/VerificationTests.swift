import AuditLog
import Domain
import Persistence
import Testing
import TransparencyLog

@Suite struct VerificationTests {
    private func differences(
        after sql: String, in filled: (ledger: AuditedLedger, entries: [AuditEntry])
    ) throws -> Set<Difference> {
        try filled.ledger.tamper(sql)
        let report = try filled.ledger.verify()
        #expect(!report.isVerified)
        #expect(report.differenceCount == report.differences.count)
        return Set(report.differences)
    }

    /// What every change of a leaf below 200 leads to, beside what names the leaf.
    private let brokenTree: Set<Difference> = [
        .tileDiffers(level: 1, index: 0), .checkpointRootDiffers(size: 200), .treeRootDiffers(size: 320),
    ]

    @Test(arguments: [1, 100, 10_000])
    func `an untouched log verifies in pages of any size`(pageSize: Int) throws {
        let (ledger, entries) = try AuditedLedger.filled()
        let report = try ledger.verify(pageSize: pageSize)
        #expect(report.differences == [])
        #expect(report.isVerified)
        #expect(report.size == 320)
        #expect(report.root == (try StoredLog.head(on: ledger.admin)).root)
        #expect(report.checkpoints == 2)
        #expect(report.coveredSize == 320)
        #expect(report.ledgerEvents == 300)
        #expect(report.pending.count == 0)
        #expect(entries.count == 320)
    }

    @Test func `an empty log over an empty ledger verifies`() throws {
        let report = try AuditedLedger().verify()
        #expect(report.isVerified)
        #expect(report.size == 0)
        #expect(report.root == .emptyRoot)
    }

    @Test func `a changed digest in a leaf is found`() throws {
        let filled = try AuditedLedger.filled()
        let found = try differences(
            after: "update audit.leaf set payload_digest = sha256('x') where leaf_index = 17", in: filled)
        let event = filled.entries[17].event
        #expect(
            found == brokenTree.union([
                .leafNotInTile(index: 17, event: event), .eventDiffers(index: 17, event: event, fields: [.payload]),
            ]))
    }

    @Test func `checkpoints after the first that differs are counted`() throws {
        let filled = try AuditedLedger.filled()
        try filled.ledger.tamper("update audit.leaf set site = 'south' where leaf_index = 17")
        #expect(try filled.ledger.verify().furtherCheckpointsDiffering == 1)
        #expect(try filled.ledger.verify().coveredSize == nil)
    }

    @Test func `a changed byte in a stored event is found`() throws {
        let filled = try AuditedLedger.filled()
        let event = filled.entries[42].event
        let found = try differences(
            after: "update ledger.event set payload = set_byte(payload, 0, 0) where event_id = '\(event)'", in: filled)
        #expect(found == [.eventDiffers(index: 42, event: event, fields: [.payload])])
    }

    @Test func `a moved event time is found`() throws {
        let filled = try AuditedLedger.filled()
        let event = filled.entries[299].event
        let found = try differences(
            after: """
                update ledger.event set recorded_at = recorded_at - interval '1 microsecond' where event_id = '\(event)'
                """, in: filled)
        #expect(found == [.eventDiffers(index: 299, event: event, fields: [.time])])
    }

    @Test func `an event removed from the ledger is found`() throws {
        let filled = try AuditedLedger.filled()
        let event = filled.entries[42].event
        let found = try differences(after: "delete from ledger.event where event_id = '\(event)'", in: filled)
        let entry = filled.entries[42]
        #expect(
            found == [
                .leafNotInLedger(index: 42, event: event),
                .streamBroken(entry.episode, category: 1, version: entry.sequence + 1),
            ])
    }

    @Test func `an event inserted into the ledger is found`() throws {
        let filled = try AuditedLedger.filled()
        let event = EventID("018f2c1e-7a00-7000-8000-00000000000a")!
        let found = try differences(
            after: """
                insert into ledger.event
                select -1, category, backfill, '\(event)', stream_id, 9999, site, type, recorded_at, null, payload
                from ledger.event where event_id = '\(filled.entries[0].event)'
                """, in: filled)
        #expect(
            found == [
                .eventNotInLog(event, position: -1),
                .streamBroken(filled.entries[0].episode, category: 1, version: 9999),
            ])
    }

    @Test func `two swapped leaves are found`() throws {
        let filled = try AuditedLedger.filled()
        let found = try differences(
            after: """
                update audit.leaf set leaf_index = -1 where leaf_index = 17;
                update audit.leaf set leaf_index = 17 where leaf_index = 18;
                update audit.leaf set leaf_index = 18 where leaf_index = -1
                """, in: filled)
        #expect(
            found == brokenTree.union([
                .leafNotInTile(index: 17, event: filled.entries[18].event),
                .leafNotInTile(index: 18, event: filled.entries[17].event),
            ]))
    }

    @Test func `a removed leaf is found and the leaves after it keep their places`() throws {
        let filled = try AuditedLedger.filled()
        let event = filled.entries[17].event
        let position = try filled.ledger.admin.run(
            "select position from ledger.event where event_id = $1", [.id(event)]).only().int64(0)
        let found = try differences(after: "delete from audit.leaf where leaf_index = 17", in: filled)
        // Event 17 also caused a trajectory, which now follows from nothing that is in the log.
        #expect(
            found == brokenTree.union([
                .leavesMissing(first: 17, count: 1), .eventNotInLog(event, position: position),
                .causeNotInLog(index: 317, event: filled.entries[317].event),
            ]))
    }

    @Test func `a leaf of a topic that nobody audits is found`() throws {
        let filled = try AuditedLedger.filled()
        let event = filled.entries[17].event
        let found = try differences(after: "update audit.leaf set topic = 'other' where leaf_index = 17", in: filled)
        #expect(found.contains(.leafOfUnknownTopic(index: 17, event: event)))
    }

    @Test func `rewritten, missing and foreign tiles are found`() throws {
        let filled = try AuditedLedger.filled()
        let found = try differences(
            after: """
                update audit.tile set hashes = overlay(hashes placing sha256('x') from 5 * 32 + 1)
                where level = 0 and tile_index = 0;
                update audit.tile set hashes = sha256('x') where level = 1;
                delete from audit.tile where level = 0 and tile_index = 1;
                insert into audit.tile values (0, 2, sha256('x')), (3, 0, sha256('x'))
                """, in: filled)
        #expect(
            found == [
                .leafNotInTile(index: 5, event: filled.entries[5].event), .tileDiffers(level: 1, index: 0),
                .tileMissing(level: 0, index: 1), .tileTooMany(level: 0, index: 2), .tileTooMany(level: 3, index: 0),
            ])
    }

    @Test func `a wrong root and a wrong size of the tree are found`() throws {
        let filled = try AuditedLedger.filled()
        #expect(
            try differences(after: "update audit.tree set root = sha256('x')", in: filled)
                == [.treeRootDiffers(size: 320)])
        #expect(
            try differences(after: "update audit.tree set size = 319", in: filled)
                == [.treeSizeDiffers(stored: 319, leaves: 320)])
    }

    @Test func `a forged checkpoint signature is found`() throws {
        let filled = try AuditedLedger.filled()
        let note = try #require(try StoredLog.checkpoint(size: 200, on: filled.ledger.admin)?.note)
        // The last characters carry the signature; the key's name and id stay. "A" and "E" end in zero bits, as the
        // last character before the padding must.
        let forged = String(note.dropLast(12)) + String(note.suffix(12).map { $0 == "A" ? "E" : $0 == "=" || $0 == "\n" ? $0 : "A" })
        try filled.ledger.admin.run("update audit.checkpoint set note = $1 where tree_size = 200", [.text(forged)])
        #expect(try filled.ledger.verify().differences == [.checkpointNotTrusted(size: 200, why: .forged)])
    }

    @Test func `a checkpoint by another key or about other content is found`() throws {
        let filled = try AuditedLedger.filled()
        let stranger = try SigningKey(generatedFor: "example.org/audit")
        #expect(
            try filled.ledger.verify(key: stranger.verifierKey).differences == [
                .checkpointNotTrusted(size: 200, why: .unsigned), .checkpointNotTrusted(size: 320, why: .unsigned),
            ])
        try filled.ledger.tamper("update audit.checkpoint set root = sha256('x') where tree_size = 320")
        #expect(
            Set(try filled.ledger.verify().differences)
                == [.checkpointTextDiffers(size: 320), .checkpointRootDiffers(size: 320)])
    }

    @Test func `a checkpoint kept elsewhere shows that the log was put back or rewritten`() throws {
        let (ledger, _) = try AuditedLedger.filled()
        func note(_ size: Int, _ root: LogHash) throws -> String {
            try Checkpoint(origin: "example.org/audit", size: size, root: root).signed(by: [ledger.key]).encoded
        }
        let rewritten = try note(100, .leaf([1]))
        let later = try note(400, .leaf([2]))
        let good = try note(150, try StoredLog.root(size: 150, on: ledger.admin))
        #expect(try ledger.verify(kept: [good]).isVerified)
        let report = try ledger.verify(kept: [later, good, rewritten, "nonsense"])
        #expect(
            Set(report.differences) == [
                .checkpointRootDiffers(size: 100), .checkpointBeyondTree(size: 400),
                .checkpointNotTrusted(size: 0, why: .malformed),
            ])
        #expect(report.furtherCheckpointsDiffering == 0)
    }

    @Test func `a derived event without its cause is found`() throws {
        let (ledger, entries) = try AuditedLedger.filled()
        let orphan = AuditEntry(
            topic: entries[300].topic, event: EventID("018f2c1e-7a00-8000-8000-00000000000a")!, type: entries[300].type,
            episode: entries[300].episode, sequence: entries[300].sequence, site: entries[300].site,
            time: entries[300].time, source: entries[300].source, payloadDigest: entries[300].payloadDigest)
        try ledger.audit([orphan])
        #expect(try ledger.verify().differences == [.causeNotInLog(index: 320, event: orphan.event)])
    }

    @Test func `events on their way are pending and become a difference when they are overdue`() throws {
        let (ledger, _) = try AuditedLedger.filled()
        let waiting = try ledger.record(5)
        let report = try ledger.verify()
        #expect(report.isVerified)
        #expect(report.pending.unpublished == 5)
        #expect(report.pending.oldest == waiting.first?.time)
        // A trajectory may reach the log before its cause does.
        try ledger.audit([ledger.trajectory(after: waiting[0])])
        #expect(try ledger.verify().isVerified)

        try ledger.markPublished()
        let recent = try ledger.verify(patience: .seconds(3600))
        #expect(recent.isVerified)
        #expect(recent.pending.recent == 5)
        let overdue = try ledger.verify(patience: .zero)
        #expect(overdue.differences.count(where: { $0.kind == "event-not-in-log" }) == 5)
        #expect(overdue.differences.count(where: { $0.kind == "cause-not-in-log" }) == 1)
    }

    @Test func `an event behind one that is in the log is not pending however the cursor stands`() throws {
        let (ledger, entries) = try AuditedLedger.filled()
        try ledger.tamper("update ledger.lane set cursor = 0; delete from audit.leaf where leaf_index = 17")
        let event = entries[17].event
        #expect(try ledger.verify().differences.contains { $0.kind == "event-not-in-log" && $0.event == event })
    }

    @Test func `only as many differences as asked for are kept and all are counted`() throws {
        let (ledger, _) = try AuditedLedger.filled()
        try ledger.tamper("update ledger.event set site = 'south'")
        let verification = LogVerification(keys: LogKeys(ledger.key.verifierKey), pageSize: 50, differenceLimit: 10)
        let report = try verification.run(on: ledger.admin)
        #expect(report.differences.count == 10)
        #expect(report.differenceCount == 300)
    }
}
