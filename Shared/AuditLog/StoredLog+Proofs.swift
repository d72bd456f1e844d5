public import Persistence
public import TransparencyLog

extension StoredLog {
    /// Stored tiles by place. A tile that is not stored is left out; one that has grown since comes wider than asked.
    public static func tiles(
        _ addresses: [Tile.Address], on connection: Connection
    ) throws -> [Tile.Address: [LogHash]] {
        guard !addresses.isEmpty else { return [:] }
        let rows = try connection.run(
            tilesStatement,
            [.int16s(addresses.map { Int16($0.level) }), .int64s(addresses.map { Int64($0.index) })])
        var found: [Tile.Address: [LogHash]] = [:]
        found.reserveCapacity(rows.count)
        for row in rows {
            let address = addresses[Int(try row.int64(0)) - 1]
            guard let hashes = [LogHash](concatenatedBytes: try row.bytes(1)) else {
                throw StoredLogDamage("tile \(address.level)/\(address.index) is not a row of hashes")
            }
            found[address] = hashes
        }
        return found
    }

    /// Shows that the leaf at `index` is in the tree of `size` leaves.
    public static func inclusionProof(index: Int, size: Int, on connection: Connection) throws -> InclusionProof {
        try InclusionProof(index: index, size: size, reading: tileReader(connection))
    }

    /// Shows that the tree of `to` leaves begins with the one of `from` leaves.
    public static func consistencyProof(from: Int, to: Int, on connection: Connection) throws -> ConsistencyProof {
        try ConsistencyProof(firstSize: from, secondSize: to, reading: tileReader(connection))
    }

    /// The root that the tree had when it had `size` leaves.
    public static func root(size: Int, on connection: Connection) throws -> LogHash {
        try Tile.root(treeSize: size, reading: tileReader(connection))
    }

    /// Reads tiles one by one, for whoever builds proofs.
    public static func tileReader(_ connection: Connection) -> (Tile.Address) throws -> [LogHash] {
        { address in try tiles([address], on: connection)[address] ?? [] }
    }

    private static let tilesStatement: Statement = """
        select wanted.place, t.hashes
        from unnest($1::smallint[], $2::bigint[]) with ordinality as wanted (level, tile_index, place)
        join published.audit_tile t using (level, tile_index)
        """
}
