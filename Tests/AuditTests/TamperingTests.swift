import AuditLog
import Crypto
import Domain
import Testing
import TransparencyLog

/// What a single look at the database does not show: order, and whole histories rewritten.
@Suite struct TamperingTests {
    private func differences(
        after sql: String, in filled: (ledger: AuditedLedger, entries: [AuditEntry])
    ) throws -> Set<Difference> {
        try filled.ledger.tamper(sql)
        return Set(try filled.ledger.verify().differences)
    }

    @Test func `two events of a stream that have changed places in their lane are found`() throws {
        let filled = try AuditedLedger.filled()
        // Seven streams take turns: these two follow one another in theirs.
        let (one, other) = (filled.entries[10], filled.entries[17])
        #expect(one.episode == other.episode && other.sequence == one.sequence + 1)
        let found = try differences(
            after: """
                create temporary table swapped as
                    select event_id, position from ledger.event where event_id in ('\(one.event)', '\(other.event)');
                update ledger.event set position = -position
                where event_id in (select event_id from swapped);
                update ledger.event e set position = s.position
                from swapped s where s.event_id <> e.event_id and e.position < 0;
                """, in: filled)
        #expect(found == [.streamOutOfOrder(other.episode, category: 1, version: other.sequence)])
    }

    @Test func `two events that have changed their contents are found`() throws {
        let filled = try AuditedLedger.filled()
        let (one, other) = (filled.entries[10].event, filled.entries[18].event)
        let found = try differences(
            after: """
                create temporary table swapped as
                    select event_id, payload from ledger.event where event_id in ('\(one)', '\(other)');
                update ledger.event e set payload = s.payload
                from swapped s where e.event_id in ('\(one)', '\(other)') and s.event_id <> e.event_id
                """, in: filled)
        #expect(
            found == [
                .eventDiffers(index: 10, event: one, fields: [.payload]),
                .eventDiffers(index: 18, event: other, fields: [.payload]),
            ])
    }

    @Test func `the last event of a stream removed before the log had it is found`() throws {
        let (ledger, _) = try AuditedLedger.filled()
        let waiting = try ledger.record(1)
        try ledger.tamper("delete from ledger.event where event_id = '\(waiting[0].event)'")
        #expect(
            try ledger.verify().differences
                == [.streamBroken(waiting[0].episode, category: 1, version: waiting[0].sequence)])
    }

    /// Event 17 with another payload, in the ledger and everywhere in the log.
    private func rewritten() throws -> (ledger: AuditedLedger, entries: [AuditEntry], kept: [String]) {
        let (ledger, entries) = try AuditedLedger.filled()
        let kept = try [200, 320].map { size in
            try #require(try StoredLog.checkpoint(size: size, on: ledger.admin)).note
        }
        let old = entries[17]
        try ledger.tamper("update ledger.event set payload = 'x' where event_id = '\(old.event)'")
        var altered = entries
        altered[17] = AuditEntry(
            topic: old.topic, event: old.event, type: old.type, episode: old.episode, sequence: old.sequence,
            site: old.site, time: old.time, source: old.source, payloadDigest: Array(SHA256.hash(data: [0x78])))
        try ledger.rewrite(altered)
        return (ledger, altered, kept)
    }

    @Test func `a log rewritten in all its parts is found by a checkpoint that was kept, and only by it`() throws {
        let (ledger, _, kept) = try rewritten()
        #expect(try ledger.verify().isVerified)
        let report = try ledger.verify(kept: kept)
        #expect(report.differences == [.checkpointRootDiffers(size: 200)])
        #expect(report.furtherCheckpointsDiffering == 1)
    }

    @Test func `a forked checkpoint is found, even one that the log itself has signed`() throws {
        let (ledger, _, kept) = try rewritten()
        try ledger.sign()
        #expect(try ledger.verify().isVerified)
        #expect(
            try ledger.verify(kept: kept).differences
                == [.checkpointRootDiffers(size: 200), .checkpointForked(size: 320)])
    }

    @Test func `two kept checkpoints of one size over different trees are a fork wherever the log stands`() throws {
        let (ledger, _) = try AuditedLedger.filled()
        let kept = try [LogHash.leaf([1]), .leaf([2])].map { try ledger.note(400, $0) }
        #expect(
            try ledger.verify(kept: kept).differences
                == [.checkpointForked(size: 400), .checkpointBeyondTree(size: 400)])
    }

    @Test func `every difference names in words what it is about`() throws {
        let event = EventID("018f2c1e-7a00-7000-8000-00000000000a")!
        let stream = EpisodeID("018f2c1e-7a00-7000-8000-000000000001")!
        let words: [(Difference, String)] = [
            (.eventDiffers(index: 3, event: event, fields: [.time]), "\(event)"), (.eventNotInLog(event, position: 7), "\(event)"),
            (.leafNotInLedger(index: 3, event: event), "\(event)"), (.streamBroken(stream, category: 1, version: 5), "\(stream)"),
            (.streamOutOfOrder(stream, category: 1, version: 5), "\(stream)"), (.checkpointForked(size: 9), "9 leaves"),
            (.retiredKeySigned(size: 9, key: "abcd0123", until: 5), "abcd0123"), (.resealNotInLog(event), "\(event)"),
        ]
        for (difference, name) in words { #expect("\(difference)".contains(name)) }
    }
}
