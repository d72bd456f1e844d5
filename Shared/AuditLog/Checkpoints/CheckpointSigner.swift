public import Domain
public import Persistence
public import TransparencyLog

/// Signs the tree as it stands: a promise that everything in it stays.
public struct CheckpointSigner: Sendable {
    private let keys: SigningKeys
    private let history: KeptHistory?

    /// - Parameter history: what was kept outside the database: nothing that contradicts it is signed.
    public init(keys: SigningKeys, history: KeptHistory? = nil) {
        self.keys = keys
        self.history = history
    }

    public init(key: SigningKey) { self.init(keys: SigningKeys(key)) }

    /// Signs and stores a checkpoint if the tree has grown since the last one.
    ///
    /// Signers take turns by the lock on the tree's row, so that no two checkpoints are signed between which
    /// no consistency can be proved, however many replicas sign.
    /// - Throws: `DatabaseError`, ``StoredLogDamage`` when the tree is no continuation of what was signed before, and
    ///   ``KeyChangeRefused``.
    public func sign(at now: Timestamp, on connection: Connection) throws -> StoredLog.SignedHead? {
        try connection.transaction { connection in
            try connection.run("select from audit.tree for update")
            let head = try StoredLog.head(on: connection)
            let last = try StoredLog.latestCheckpoint(on: connection)
            guard head.size != last?.size ?? 0 else {
                if let last, last.root != head.root { throw StoredLogDamage("the tree of \(head.size) leaves has changed") }
                return nil
            }
            try Self.requireContinuation(of: last, head, on: connection)
            try history?.require(head, on: connection)
            let checkpoint = try Checkpoint(origin: keys.origin, size: head.size, root: head.root)
            let note = try checkpoint.signed(by: keys.signers(after: last?.note)).encoded
            try connection.run(
                "insert into audit.checkpoint (tree_size, root, note, signed_at) values ($1, $2, $3, $4)",
                [.int64(Int64(head.size)), .bytes(head.root.bytes), .text(note), .timestamp(now)])
            return try StoredLog.checkpoint(size: head.size, on: connection)
        }
    }

    private static func requireContinuation(
        of last: StoredLog.SignedHead?, _ head: StoredLog.Head, on connection: Connection
    ) throws {
        let first = last?.size ?? 0
        do {
            let proof = try StoredLog.consistencyProof(from: first, to: head.size, on: connection)
            try proof.verify(firstRoot: last?.root ?? .emptyRoot, secondRoot: head.root)
            guard try StoredLog.root(size: head.size, on: connection) == head.root else { throw ProofError.rootMismatch }
        } catch is ProofError {
            throw StoredLogDamage(
                "the tree of \(head.size) leaves is no continuation of the one of \(first) leaves that was signed last")
        }
    }
}
