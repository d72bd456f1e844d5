public import Domain
public import Persistence
import TransparencyLog

/// Appends to the log, in the transaction that it is given.
///
/// The cost of a batch does not depend on the size of the log: known events are found by an index, and of
/// the tree only its right edge is needed, which is kept in memory for as long as nobody else writes.
public struct LogWriter {
    /// What became of a batch.
    public struct Outcome: Hashable, Sendable {
        public var appended = 0
        /// In the log already, or twice in the batch, with the same content.
        public var duplicates = 0
        /// In the log already with other content. The log keeps what it has.
        public var conflicts: [EventID] = []
        /// Leaves in the log now.
        public var size = 0

        public init(appended: Int = 0, duplicates: Int = 0, conflicts: [EventID] = [], size: Int = 0) {
            self.appended = appended
            self.duplicates = duplicates
            self.conflicts = conflicts
            self.size = size
        }
    }

    private let history: KeptHistory?
    private var known: TiledTree?

    /// - Parameter history: what was kept outside the database: a tree that contradicts it is not continued.
    public init(history: KeptHistory? = nil) { self.history = history }

    /// Makes a leaf of each entry that is none yet, in the order given.
    /// - Throws: `DatabaseError`, and ``StoredLogDamage`` when tiles and tree contradict each other: a log that
    ///   was tampered with is not continued.
    public mutating func append(_ entries: [AuditEntry], on connection: Connection) throws -> Outcome {
        let head = try Self.lockHead(on: connection)
        var outcome = Outcome()
        let fresh = try Self.unknown(entries, &outcome, on: connection)
        outcome.size = head.size + fresh.count
        guard !fresh.isEmpty else { return outcome }

        var tree = try tree(of: head, on: connection)
        let tiles = tree.append(fresh.lazy.map(\.leafHash))
        try Self.insert(fresh, from: head.size, on: connection)
        try Self.store(tiles, on: connection)
        try Self.move(from: head, to: tree, on: connection)
        // If the transaction is undone after all, this is not the tree of the row next time, and is read anew.
        known = tree
        outcome.appended = fresh.count
        return outcome
    }

    /// One writer at a time: whoever holds the row knows the last index, and what is in the log.
    private static func lockHead(on connection: Connection) throws -> (size: Int, root: LogHash) {
        let row = try connection.run("select size, root from audit.tree for update").only()
        guard let root = LogHash(bytes: try row.bytes(1)) else { throw StoredLogDamage("the tree's root is no hash") }
        return (Int(try row.int64(0)), root)
    }

    private static func unknown(
        _ entries: [AuditEntry], _ outcome: inout Outcome, on connection: Connection
    ) throws -> [AuditEntry] {
        var seen: [EventID: AuditEntry] = [:]
        for leaf in try StoredLog.leaves(of: entries.map(\.event), on: connection) {
            seen[leaf.entry.event] = leaf.entry
        }
        var fresh: [AuditEntry] = []
        fresh.reserveCapacity(entries.count)
        for entry in entries {
            switch seen[entry.event] {
            case nil:
                seen[entry.event] = entry
                fresh.append(entry)
            case entry?: outcome.duplicates += 1
            case .some: outcome.conflicts.append(entry.event)
            }
        }
        return fresh
    }

    private func tree(of head: (size: Int, root: LogHash), on connection: Connection) throws -> TiledTree {
        if let known, known.size == head.size, known.root == head.root { return known }
        // The first batch, or somebody else has written, or the database was restored.
        try history?.require(StoredLog.Head(size: head.size, root: head.root), on: connection)
        let stored = try StoredLog.tiles(Tile.partialTiles(treeSize: head.size), on: connection)
        let tree: TiledTree
        do {
            tree = try TiledTree(size: head.size) { stored[$0] ?? [] }
        } catch is ProofError {
            throw StoredLogDamage("the right edge of the tree of \(head.size) leaves is incomplete")
        }
        guard tree.root == head.root else {
            throw StoredLogDamage("the tiles at the right edge do not lead to the root of the tree of \(head.size) leaves")
        }
        return tree
    }

    private static func insert(_ entries: [AuditEntry], from size: Int, on connection: Connection) throws {
        try connection.run(
            """
            insert into audit.leaf
                (leaf_index, event_id, topic, type, episode_id, sequence, site, event_time, source, payload_digest)
            select * from unnest(
                $1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::bigint[], $7::text[],
                $8::timestamptz[], $9::text[], $10::bytea[])
            """,
            [
                .int64s((size..<size + entries.count).map(Int64.init)), .ids(entries.map(\.event)),
                .texts(entries.map(\.topic)), .texts(entries.map(\.type)), .ids(entries.map(\.episode)),
                .int64s(entries.map(\.sequence)), .texts(entries.map(\.site.text)), .timestamps(entries.map(\.time)),
                .texts(entries.map(\.source)), .byteArrays(entries.map(\.payloadDigest)),
            ])
    }

    static func store(_ tiles: [TileUpdate], on connection: Connection) throws {
        guard !tiles.isEmpty else { return }
        try connection.run(
            """
            insert into audit.tile (level, tile_index, hashes)
            select * from unnest($1::smallint[], $2::bigint[], $3::bytea[])
            on conflict (level, tile_index) do update set hashes = excluded.hashes
            """,
            [
                .int16s(tiles.map { Int16($0.address.level) }), .int64s(tiles.map { Int64($0.address.index) }),
                .byteArrays(tiles.map(\.hashes.concatenatedBytes)),
            ])
    }

    private static func move(
        from head: (size: Int, root: LogHash), to tree: TiledTree, on connection: Connection
    ) throws {
        let moved = try connection.run(
            "update audit.tree set size = $3, root = $4 where size = $1 and root = $2",
            [
                .int64(Int64(head.size)), .bytes(head.root.bytes), .int64(Int64(tree.size)), .bytes(tree.root.bytes),
            ])
        guard moved.affectedRows == 1 else { throw StoredLogDamage("the tree changed although its row was locked") }
    }
}
