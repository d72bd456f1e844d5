import AuditLog
import ServiceKit
import TransparencyLog

/// The JSON forms of leaves and proofs. Hashes are standard Base 64, as in checkpoints.
enum AuditDocuments {
    /// Everything that is hashed, so that a reader can compute the leaf.
    static func leaf(_ leaf: StoredLog.Leaf) -> JSON {
        let entry = leaf.entry
        return [
            "index": .integer(leaf.index), "topic": .string(entry.topic), "event": .text(entry.event),
            "type": .string(entry.type), "episode": .text(entry.episode), "sequence": .integer(entry.sequence),
            "site": .text(entry.site), "time": .text(entry.time), "source": .string(entry.source),
            "payloadDigest": .text(LogHash(bytes: entry.payloadDigest)?.base64),
            "leafHash": .string(entry.leafHash.base64),
        ]
    }

    /// - Parameter checkpoint: the signed note about the tree of the proof; null if that size was never signed.
    static func inclusion(
        _ proof: InclusionProof, leaf: LogHash, root: LogHash, checkpoint: StoredLog.SignedHead?
    ) -> JSON {
        [
            "index": .integer(proof.index), "treeSize": .integer(proof.size), "root": .string(root.base64),
            "leafHash": .string(leaf.base64), "hashes": hashes(proof.path), "checkpoint": .text(checkpoint?.note),
        ]
    }

    static func consistency(_ proof: ConsistencyProof, firstRoot: LogHash, secondRoot: LogHash) -> JSON {
        [
            "from": .integer(proof.firstSize), "to": .integer(proof.secondSize),
            "fromRoot": .string(firstRoot.base64), "toRoot": .string(secondRoot.base64),
            "hashes": hashes(proof.path),
        ]
    }

    private static func hashes(_ path: [LogHash]) -> JSON { .array(path.map { .string($0.base64) }) }
}
