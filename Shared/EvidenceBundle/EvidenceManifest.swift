public import Domain
public import ServiceKit
public import TransparencyLog

/// Names of the parts of a bundle.
public enum EvidenceFile {
    public static let manifest = "manifest.json"
    public static let events = "events.ndjson"
    public static let leaves = "leaves.ndjson"
    public static let proofs = "proofs.ndjson"
    public static let consistency = "consistency.ndjson"
    public static let keys = "keys/log.pub"
    public static let checkpoints = "checkpoints"
}

/// What a bundle holds: every file with its digest, so that the manifest's own digest stands for all of it.
public struct EvidenceManifest: Hashable, Sendable {
    static let format = "attune-evidence/1"

    public struct Counts: Hashable, Sendable {
        public internal(set) var events = 0
        /// Of these events and of the trajectories that follow from them.
        public internal(set) var leaves = 0
        public internal(set) var checkpoints = 0
        /// Events asked for that the checkpoint did not cover yet, which were left out.
        public internal(set) var uncovered = 0
    }

    public struct Entry: Hashable, Sendable {
        public let path: String
        public let size: Int
        /// SHA-256 in hexadecimal.
        public let digest: String
    }

    public let createdAt: Timestamp
    public let origin: String
    public let scope: EvidenceScope
    public let counts: Counts
    /// Of the checkpoint that all proofs lead to.
    public let size: Int
    public let root: LogHash
    public let files: [Entry]

    public var json: JSON {
        [
            "format": .string(Self.format), "createdAt": .text(createdAt), "origin": .string(origin),
            "scope": scope.json,
            "counts": [
                "events": .integer(counts.events), "leaves": .integer(counts.leaves),
                "checkpoints": .integer(counts.checkpoints), "uncovered": .integer(counts.uncovered),
            ],
            "checkpoint": ["size": .integer(size), "root": .string(root.base64)],
            "files": .array(
                files.map { ["path": .string($0.path), "size": .integer($0.size), "sha256": .string($0.digest)] }),
        ]
    }
}

extension EvidenceManifest {
    /// - Throws: `JSONSyntaxError`, `FieldError`: the text is not one that ``json`` gives.
    public init(_ text: [UInt8]) throws {
        let fields = try JSONField(JSON.parse(text)).object(
            ["format", "createdAt", "origin", "scope", "counts", "checkpoint", "files"])
        let format = try fields["format"]
        guard try format.string() == Self.format else { throw format.error("is not \(Self.format)") }
        createdAt = try fields["createdAt"].instant()
        origin = try fields["origin"].string()
        scope = try EvidenceScope(fields["scope"])
        let counts = try fields["counts"].object(["events", "leaves", "checkpoints", "uncovered"])
        self.counts = Counts(
            events: try counts["events"].integer(0...Int.max), leaves: try counts["leaves"].integer(0...Int.max),
            checkpoints: try counts["checkpoints"].integer(0...Int.max),
            uncovered: try counts["uncovered"].integer(0...Int.max))
        let checkpoint = try fields["checkpoint"].object(["size", "root"])
        size = try checkpoint["size"].integer(1...Int.max)
        root = try checkpoint["root"].hash()
        files = try fields["files"].array().map { field in
            let file = try field.object(["path", "size", "sha256"])
            return Entry(
                path: try file["path"].string(), size: try file["size"].integer(0...Int.max),
                digest: try file["sha256"].string(64...64))
        }
    }
}

extension JSONField {
    /// A hash in Base 64, as checkpoints write roots.
    func hash() throws(FieldError) -> LogHash {
        guard let hash = LogHash(base64: try string(44...44)) else { throw error("is not a hash in base64") }
        return hash
    }
}
