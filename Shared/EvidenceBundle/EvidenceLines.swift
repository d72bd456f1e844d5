import AuditLog
import Contracts
import Domain
import ServiceKit
import TransparencyLog

/// A leaf of the log as a line of NDJSON: its place and all that is hashed.
enum LeafLine {
    private static let members: Set<String> = [
        "index", "topic", "event", "type", "episode", "sequence", "site", "time", "source", "payloadDigest",
    ]

    static func encode(_ leaf: StoredLog.Leaf) -> [UInt8] {
        let entry = leaf.entry
        let line: JSON = [
            "index": .integer(leaf.index), "topic": .string(entry.topic), "event": .text(entry.event),
            "type": .string(entry.type), "episode": .text(entry.episode), "sequence": .integer(entry.sequence),
            "site": .text(entry.site), "time": .text(entry.time), "source": .string(entry.source),
            "payloadDigest": .text(LogHash(bytes: entry.payloadDigest)?.base64),
        ]
        return line.encoded
    }

    static func decode(_ line: [UInt8]) throws -> StoredLog.Leaf {
        let fields = try JSONField(JSON.parse(line)).object(members)
        let entry = AuditEntry(
            topic: try fields["topic"].string(), event: try fields["event"].identity(), type: try fields["type"].string(),
            episode: try fields["episode"].identity(), sequence: Int64(try fields["sequence"].integer()),
            site: try fields["site"].name(), time: try fields["time"].instant(), source: try fields["source"].string(),
            payloadDigest: try fields["payloadDigest"].hash().bytes)
        return StoredLog.Leaf(index: try fields["index"].integer(0...Int.max), entry: entry)
    }
}

/// An inclusion proof as a line: the tree is the one of the bundle's checkpoint.
enum ProofLine {
    static func encode(_ proof: InclusionProof) -> [UInt8] {
        let line: JSON = ["index": .integer(proof.index), "hashes": .array(proof.path.map { .string($0.base64) })]
        return line.encoded
    }

    static func decode(_ line: [UInt8], size: Int) throws -> InclusionProof {
        let fields = try JSONField(JSON.parse(line)).object(["index", "hashes"])
        return InclusionProof(
            index: try fields["index"].integer(0...Int.max), size: size,
            path: try fields["hashes"].array(0...64).map { try $0.hash() })
    }
}

/// A consistency proof between two trees, with their roots.
struct ConsistencyLine {
    let proof: ConsistencyProof
    let firstRoot: LogHash
    let secondRoot: LogHash

    var encoded: [UInt8] {
        let line: JSON = [
            "from": .integer(proof.firstSize), "to": .integer(proof.secondSize), "fromRoot": .string(firstRoot.base64),
            "toRoot": .string(secondRoot.base64), "hashes": .array(proof.path.map { .string($0.base64) }),
        ]
        return line.encoded
    }

    init(proof: ConsistencyProof, firstRoot: LogHash, secondRoot: LogHash) {
        self.proof = proof
        self.firstRoot = firstRoot
        self.secondRoot = secondRoot
    }

    init(_ line: [UInt8]) throws {
        let fields = try JSONField(JSON.parse(line)).object(["from", "to", "fromRoot", "toRoot", "hashes"])
        proof = ConsistencyProof(
            firstSize: try fields["from"].integer(0...Int.max), secondSize: try fields["to"].integer(0...Int.max),
            path: try fields["hashes"].array(0...128).map { try $0.hash() })
        firstRoot = try fields["fromRoot"].hash()
        secondRoot = try fields["toRoot"].hash()
    }
}
