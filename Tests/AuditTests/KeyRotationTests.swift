import AuditLog
import Foundation
import Testing
import TransparencyLog

@testable import attune_audit

@Suite struct KeyRotationTests {
    private let ledger: AuditedLedger
    private let new: SigningKey

    init() throws {
        ledger = try AuditedLedger()
        new = try SigningKey(generatedFor: "example.org/audit")
    }

    /// Ten leaves more, signed.
    private func signed(_ keys: SigningKeys) throws -> StoredLog.SignedHead {
        try ledger.audit(try ledger.record(10))
        try ledger.markPublished()
        return try #require(try ledger.sign(keys))
    }

    private var both: LogKeys {
        get throws { try LogKeys([.init(new.verifierKey), .init(ledger.key.verifierKey)]) }
    }

    @Test func `the first checkpoint of a new key carries both signatures, and those after it the new one`() throws {
        let first = try signed(SigningKeys(ledger.key))
        let keys = try SigningKeys(current: new, retiring: ledger.key)
        let notes = [first, try signed(keys), try signed(keys)].map(\.note)
        let signers = try notes.map { try SignedNote(parsing: $0).verify(keys: both.keys) }
        #expect(
            signers == [
                [ledger.key.verifierKey], [new.verifierKey, ledger.key.verifierKey], [new.verifierKey],
            ])
        let report = try ledger.verify(keys: both, kept: notes)
        #expect(report.isVerified)
        #expect(report.keyUses.map(\.key) == [ledger.key.verifierKey, new.verifierKey])
        #expect(report.keyUses.map(\.first) == [10, 20])
        #expect(report.keyUses.map(\.last) == [20, 30])
        // With the old key alone the log is believed up to the change, with the new one from it on.
        #expect(try ledger.verify().differences == [.checkpointNotTrusted(size: 30, why: .unsigned)])
        #expect(
            try ledger.verify(key: new.verifierKey).differences == [.checkpointNotTrusted(size: 10, why: .unsigned)])
    }

    @Test func `a retired key that signs on is found, by the log itself and by the end it was given`() throws {
        _ = try signed(SigningKeys(ledger.key))
        let keys = try SigningKeys(current: new, retiring: ledger.key)
        _ = try signed(keys)
        let last = try signed(keys)
        let id = ledger.key.verifierKey.idText
        let late = try ledger.note(last.size, last.root)
        #expect(
            try ledger.verify(keys: both, kept: [late]).differences
                == [.retiredKeySigned(size: 30, key: id, until: 20)])
        // Where nothing in the log speaks of a change, the list of keys does.
        let ended = try LogKeys([.init(new.verifierKey), .init(ledger.key.verifierKey, until: 15)])
        try ledger.tamper("delete from audit.checkpoint where tree_size > 10")
        #expect(try ledger.verify(keys: ended).isVerified)
        #expect(
            try ledger.verify(keys: ended, kept: [late]).differences
                == [.retiredKeySigned(size: 30, key: id, until: 15)])
    }

    @Test func `a new key signs nothing behind another's without the old one beside it`() throws {
        _ = try signed(SigningKeys(ledger.key))
        try ledger.audit(try ledger.record(10))
        #expect(throws: KeyChangeRefused.self) { try ledger.sign(SigningKeys(new)) }
        let stranger = try SigningKey(generatedFor: "example.org/audit")
        let wrong = try SigningKeys(current: new, retiring: stranger)
        #expect(throws: KeyChangeRefused.self) { try ledger.sign(wrong) }
        // A key that is lost can be given an end in the list of keys.
        let published = try LogKeys([.init(ledger.key.verifierKey, until: 10)])
        #expect(try ledger.sign(SigningKeys(current: new, published: published))?.size == 20)
    }

    @Test func `the published keys are all that the log has signed with, the present one first`() async throws {
        let published = try LogKeys([.init(new.verifierKey), .init(ledger.key.verifierKey, until: 20)])
        try await AuditServer.run(ledger, keys: published) { server in
            let answer = try await server.get("/v1/audit/key")
            #expect(try LogKeys(text: answer.body) == published)
        }
    }
}
