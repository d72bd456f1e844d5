import Contracts
import Domain
import Foundation
import ServiceKit

/// What a replay needs of a line of a bundle's `leaves.ndjson`: a leaf of the audit log with the fields of `AuditEntry`.
struct LeafLine {
    let event: EventID
    let episode: EpisodeID
    let isTrajectory: Bool
    /// 32 bytes.
    let payloadDigest: [UInt8]

    /// - Throws: `JSONSyntaxError`, `FieldError`
    init(_ line: [UInt8]) throws {
        let fields = try JSONField(JSON.parse(line)).anyObject()
        event = try fields["eventId"].identity()
        episode = try fields["episodeId"].identity()
        isTrajectory = try fields["topic"].string() == Topic.trajectories.name
        let digest = try fields["payloadDigest"]
        guard let bytes = Self.bytes(ofHexadecimal: try digest.string()), bytes.count == 32 else {
            throw digest.error("is not 64 hexadecimal digits")
        }
        payloadDigest = bytes
    }

    private static func bytes(ofHexadecimal text: String) -> [UInt8]? {
        let digits = text.utf8.map { Hexadecimal.value(ofDigit: $0) }
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }
}
