public import Persistence
public import TransparencyLog

/// Computes tiles and tree head anew from the leaves, beside the live ones, and takes their place where they differ.
///
/// The leaves are what the log is; the rest follows from them. It is done in one transaction, so that nobody sees a
/// half, and it is not kept unless the result is the tree that was signed last.
public struct LogRebuild {
    public struct Outcome: Hashable, Sendable {
        /// Of the tree computed from the leaves.
        public internal(set) var size = 0
        public internal(set) var root = LogHash.emptyRoot
        /// The head that was stored.
        public internal(set) var stored: StoredLog.Head
        public internal(set) var tiles = 0
        public internal(set) var tilesMissing = 0
        public internal(set) var tilesDiffering = 0
        /// Stored where the tree has none.
        public internal(set) var tilesTooMany = 0
        /// Leaves covered by the newest checkpoint; nil when none was signed.
        public internal(set) var signedSize: Int?
        /// Whether the tree has the signed root at that size; true where nothing was signed.
        public internal(set) var agreesWithSigned = true
        public internal(set) var isSwitched = false

        public var isHeadSame: Bool { stored.size == size && stored.root == root }
        public var isSame: Bool { isHeadSame && tilesMissing + tilesDiffering + tilesTooMany == 0 }
    }

    private struct NotToBeKept: Error { let outcome: Outcome }

    private let keys: LogKeys
    private let pageSize: Int

    /// - Parameter keys: the newest checkpoint counts only if one of them has signed it.
    public init(keys: LogKeys, pageSize: Int = 4096) {
        self.keys = keys
        self.pageSize = max(1, pageSize)
    }

    /// - Parameters:
    ///   - isSwitching: whether to replace what differs; needs the rights of the audit service.
    ///   - progress: told how many leaves of about how many were read.
    /// - Throws: `DatabaseError`, ``StoredLogDamage`` where leaves are missing or the newest checkpoint is not to be
    ///   believed: from such leaves nothing can be rebuilt.
    public func run(
        isSwitching: Bool, on connection: Connection, progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> Outcome {
        do {
            return try connection.transaction { connection in
                // Looking reads one snapshot; switching keeps writers away.
                try connection.script(
                    isSwitching ? "select from audit.tree for update"
                        : "set transaction isolation level repeatable read, read only")
                var outcome = try rebuild(isSwitching: isSwitching, on: connection, progress)
                guard isSwitching, outcome.agreesWithSigned, !outcome.isSame else {
                    throw NotToBeKept(outcome: outcome)
                }
                try connection.run(
                    "update audit.tree set size = $1, root = $2",
                    [.int64(Int64(outcome.size)), .bytes(outcome.root.bytes)])
                outcome.isSwitched = true
                return outcome
            }
        } catch let refusal as NotToBeKept {
            return refusal.outcome
        }
    }

    private func rebuild(
        isSwitching: Bool, on connection: Connection, _ progress: (Int, Int) -> Void
    ) throws -> Outcome {
        let signed = try newestSigned(on: connection)
        let head = try StoredLog.head(on: connection)
        var outcome = Outcome(stored: head)
        outcome.signedSize = signed?.size
        outcome.agreesWithSigned = signed == nil
        var tree = TiledTree()
        var comparison = TileComparison(isSwitching: isSwitching, connection: connection)
        while true {
            let page = try StoredLog.leaves(from: tree.size, limit: pageSize, on: connection)
            guard !page.isEmpty else { break }
            for (offset, leaf) in page.enumerated() where leaf.index != tree.size + offset {
                throw StoredLogDamage("leaf \(tree.size + offset) is missing: nothing can be rebuilt from such leaves")
            }
            var rest = page[...]
            if let signed, (tree.size..<tree.size + page.count).contains(signed.size - 1) {
                let part = rest.prefix(signed.size - tree.size)
                comparison.expect(tree.append(part.lazy.map(\.entry.leafHash)))
                outcome.agreesWithSigned = tree.root == signed.root
                rest = rest.dropFirst(part.count)
            }
            comparison.expect(tree.append(rest.lazy.map(\.entry.leafHash)))
            try comparison.settleFull(&outcome)
            progress(tree.size, max(head.size, tree.size))
        }
        try comparison.finish(size: tree.size, &outcome)
        outcome.size = tree.size
        outcome.root = tree.root
        return outcome
    }

    private func newestSigned(on connection: Connection) throws -> Checkpoint? {
        guard let newest = try StoredLog.latestCheckpoint(on: connection) else { return nil }
        do throws(CheckpointError) {
            return try Checkpoint.verified(newest.note, keys: keys).checkpoint
        } catch {
            throw StoredLogDamage("the newest checkpoint, of \(newest.size) leaves, is not signed by the given keys")
        }
    }
}
