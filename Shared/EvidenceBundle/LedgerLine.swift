import Domain
import Foundation
public import Persistence
import ServiceKit

/// A ledger event as one line of NDJSON: how bundles carry the ledger out of the database.
///
/// Members, all present: `position`, `category` (1 episode, 2 alert, 3 notification, 4 access), `backfill`, `eventId`,
/// `streamId`, `version`, `site`, `type`, `recordedAt` (RFC 3339, microseconds), `traceparent` (text or null),
/// `payload` (base64 of the protobuf message).
public enum LedgerLine {
    private static let members: Set<String> = [
        "position", "category", "backfill", "eventId", "streamId", "version", "site", "type", "recordedAt",
        "traceparent", "payload",
    ]

    /// The line, without its line feed.
    public static func encode(_ event: LedgerEvent) -> [UInt8] {
        let line: JSON = [
            "position": .integer(event.position), "category": .integer(event.category.rawValue),
            "backfill": .bool(event.backfill), "eventId": .text(event.id), "streamId": .text(event.stream),
            "version": .integer(event.version), "site": .text(event.site), "type": .string(event.type),
            "recordedAt": .text(event.recordedAt), "traceparent": .text(event.traceparent),
            "payload": .string(Data(event.payload).base64EncodedString()),
        ]
        return line.encoded
    }

    /// Reads a line: at once where it is as `encode` writes it, else as any JSON.
    /// - Throws: as `decode` of bytes.
    public static func decode(_ line: UnsafeBufferPointer<UInt8>) throws -> LedgerEvent {
        if let event = LedgerLineScan(line)?.event { return event }
        return try decode(Array(line))
    }

    /// - Throws: `JSONSyntaxError`, `FieldError`: the line is not one that `encode` writes.
    public static func decode(_ line: [UInt8]) throws -> LedgerEvent {
        let fields = try JSONField(JSON.parse(line)).object(members)
        guard let category = LedgerCategory(rawValue: Int16(try fields["category"].integer(1...4))) else {
            throw try fields["category"].error("is not a category of the ledger")
        }
        guard let payload = Data(base64Encoded: try fields["payload"].string(0...Int(Int32.max))) else {
            throw try fields["payload"].error("is not base64")
        }
        return LedgerEvent(
            position: Int64(try fields["position"].integer(1...Int(Int64.max))),
            lane: Lane(category: category, backfill: try fields["backfill"].bool()),
            id: try fields["eventId"].identity(), stream: try fields["streamId"].identity(),
            version: Int64(try fields["version"].integer(1...Int(Int64.max))), site: try fields["site"].name(),
            type: try fields["type"].string(), recordedAt: try fields["recordedAt"].instant(),
            traceparent: try fields.optional("traceparent")?.string(),
            payload: Array(payload))
    }
}
