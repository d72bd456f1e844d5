import AuditLog
import Contracts
import Domain
import Foundation
import Logging
import Messaging
import ServiceKit
import SwiftProtobuf
import TestSupport
import Testing
import TransparencyLog

@testable import attune_audit

@Suite struct CheckpointTests {
    private let origin = "example.org/audit"

    @Test func `a checkpoint is signed when the tree has grown and only then`() throws {
        let ledger = try AuditedLedger()
        #expect(try ledger.sign() == nil)
        let entries = try ledger.record(30)
        try ledger.audit(Array(entries.prefix(10)))
        let first = try #require(try ledger.sign())
        #expect(try ledger.sign() == nil)
        try ledger.audit(entries)
        let second = try #require(try ledger.sign())
        let (older, newer) = (
            try Checkpoint(verifying: first.note, origin: origin, keys: [ledger.key.verifierKey]),
            try Checkpoint(verifying: second.note, origin: origin, keys: [ledger.key.verifierKey])
        )
        #expect(older.size == 10)
        #expect(newer.size == 30)
        let proof = try StoredLog.consistencyProof(from: 10, to: 30, on: ledger.admin)
        try proof.verify(firstRoot: older.root, secondRoot: newer.root)
    }

    @Test func `metrics tell of the tree and the newest checkpoint, whoever has written them`() async throws {
        let ledger = try AuditedLedger()
        let figures = Figures()
        await figures.ask(AuditMetrics.standing, of: ledger.database, as: "attune_audit")
        #expect(figures["attune_audit_checkpoint_time_seconds"] == 0)
        #expect(figures["attune_audit_tree_leaves"] == 0)
        try ledger.audit(try ledger.record(10))
        try ledger.sign()
        try ledger.audit(try ledger.record(3))
        let signed = try ledger.admin.run("select extract(epoch from signed_at)::bigint from audit.checkpoint").only()
            .int64(0)
        await figures.ask(AuditMetrics.standing, of: ledger.database, as: "attune_audit")
        #expect(figures["attune_audit_checkpoint_time_seconds"] == Double(signed))
        #expect(figures["attune_audit_checkpoint_leaves"] == 10)
        #expect(figures["attune_audit_tree_leaves"] == 13)
    }

    @Test(arguments: [
        "update audit.checkpoint set root = sha256('x')", "update audit.tree set root = sha256('x')",
        "update audit.tile set hashes = overlay(hashes placing sha256('x') from 33) where level = 0",
        "update audit.checkpoint set tree_size = 50",
    ])
    func `a tree that is no continuation of the signed one is never signed`(sql: String) throws {
        let ledger = try AuditedLedger()
        let entries = try ledger.record(30)
        try ledger.audit(Array(entries.prefix(10)))
        try ledger.sign()
        try ledger.audit(entries)
        try ledger.tamper(sql)
        #expect(throws: StoredLogDamage.self) { try ledger.sign() }
        #expect(try ledger.admin.run("select from audit.checkpoint").count == 1)
    }

    @Test func `checkpoints wait for Kafka while signing goes on`() throws {
        let ledger = try AuditedLedger()
        let connection = try ledger.database.connect(role: "attune_audit")
        var work = CheckpointWork(
            signer: CheckpointSigner(key: ledger.key), publisher: CheckpointPublisher(origin: origin),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        for count in [10, 5] {
            try ledger.audit(try ledger.record(count))
            try work.turn(at: .now, on: connection) { _ in throw MessagingError.timedOut(undelivered: 1) }
        }
        var sent: [OutgoingRecord] = []
        try work.turn(at: .now, on: connection) { sent += $0 }
        try work.turn(at: .now, on: connection) { sent += $0 }
        let messages = try sent.map { try Attune_V1_CheckpointPublished(serializedBytes: $0.value) }
        #expect(messages.map(\.treeSize) == [10, 15])
        #expect(try StoredLog.unpublishedCheckpoints(limit: 10, on: connection).isEmpty)
    }

    @Test func `a published checkpoint says which log it is about and has the same id every time`() throws {
        let ledger = try AuditedLedger()
        try ledger.audit(try ledger.record(3))
        let head = try #require(try ledger.sign())
        let publisher = CheckpointPublisher(origin: origin)
        let record = try publisher.record(of: head)
        #expect(try publisher.record(of: head) == record)
        #expect(record.topic == "attune.checkpoints.v1")
        #expect(record.key == Array(origin.utf8))
        let headers = Dictionary(
            uniqueKeysWithValues: record.headers.map { ($0.name, String(decoding: $0.value, as: UTF8.self)) })
        #expect(headers["ce_subject"] == origin)
        #expect(headers["ce_type"] == "attune.checkpoint.published.v1")
        #expect(headers["ce_sequence"] == "3")
        let message = try Attune_V1_CheckpointPublished(serializedBytes: record.value)
        #expect(message.note == head.note)
        #expect(Array(message.rootHash) == head.root.bytes)
    }
}
