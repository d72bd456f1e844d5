import AuditLog
import Contracts
import Domain
import FoundationEssentials
import Messaging
import Persistence
import ServiceKit
import SwiftProtobuf
import TransparencyLog

/// Carries signed checkpoints to Kafka, where others keep them out of this database's reach.
struct CheckpointPublisher {
    private static let most = 100
    let origin: String

    /// Publishes what was not published yet, oldest first, and marks it.
    ///
    /// A crash in between publishes again, with the same event id.
    /// - Parameter publish: returns when the records are delivered.
    /// - Returns: how many were published.
    func publishWaiting(
        at now: Timestamp, on connection: Connection, publish: ([OutgoingRecord]) throws -> Void
    ) throws -> Int {
        let waiting = try StoredLog.unpublishedCheckpoints(limit: Self.most, on: connection)
        guard !waiting.isEmpty else { return 0 }
        try publish(try waiting.map(record))
        try connection.run(
            "update audit.checkpoint set published_at = $2 where tree_size = any($1) and published_at is null",
            [.int64s(waiting.map { Int64($0.size) }), .timestamp(now)])
        return waiting.count
    }

    /// The checkpoint as a CloudEvent whose subject is the log.
    func record(of head: StoredLog.SignedHead) throws -> OutgoingRecord {
        let message = Attune_V1_CheckpointPublished.with {
            $0.treeSize = UInt64(head.size)
            $0.rootHash = Data(head.root.bytes)
            $0.note = head.note
        }
        let id: EventID = DerivedIdentity.named("checkpoint", origin, String(head.size), head.root.base64)
        let headers: [(String, String)] = [
            ("ce_specversion", "1.0"), ("ce_id", id.description), ("ce_type", EventType.checkpointPublished.rawValue),
            ("ce_source", "/attune/audit"), ("ce_subject", origin), ("ce_time", head.signedAt.description),
            ("ce_sequence", String(head.size)), ("content-type", "application/protobuf"),
        ]
        return OutgoingRecord(
            topic: Topic.checkpoints.name, key: Array(origin.utf8),
            headers: headers.map { RecordHeader(name: $0.0, value: Array($0.1.utf8)) },
            value: try message.serializedBytes())
    }
}
