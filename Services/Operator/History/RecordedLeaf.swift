import Contracts
import Domain
import Foundation
import ServiceKit

/// What a replay needs of a line of a bundle's `leaves.ndjson`: a leaf in the form in which the audit service serves it.
///
/// Members read: `topic`, `event`, `episode`, `payloadDigest` (SHA-256 in Base 64).
struct RecordedLeaf {
    let event: EventID
    let episode: EpisodeID
    let isTrajectory: Bool
    /// 32 bytes.
    let payloadDigest: [UInt8]

    /// - Throws: `JSONSyntaxError`, `FieldError`
    init(_ line: [UInt8]) throws {
        let fields = try JSONField(JSON.parse(line)).anyObject()
        event = try fields["event"].identity()
        episode = try fields["episode"].identity()
        isTrajectory = try fields["topic"].string() == Topic.trajectories.name
        let digest = try fields["payloadDigest"]
        guard let bytes = Data(base64Encoded: try digest.string()), bytes.count == 32 else {
            throw digest.error("is not a SHA-256 in Base 64")
        }
        payloadDigest = Array(bytes)
    }
}
