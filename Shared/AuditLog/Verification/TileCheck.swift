import Domain
import Persistence
import TransparencyLog

/// Compares stored tiles with those that follow from the leaves.
struct TileCheck {
    private struct Place: Hashable {
        let level: Int
        let index: Int
    }

    let connection: Connection
    /// Full tiles that have not been compared yet.
    private var complete: [TileUpdate] = []
    /// The tile at the right edge of each level, while it is not full.
    private var edge: [Int: TileUpdate] = [:]

    init(connection: Connection) { self.connection = connection }

    /// Takes the tiles that the growing tree calls for.
    mutating func expect(_ updates: [TileUpdate]) {
        for update in updates {
            if update.address.isFull {
                complete.append(update)
                if edge[update.address.level]?.address.index == update.address.index { edge[update.address.level] = nil }
            } else {
                edge[update.address.level] = update
            }
        }
    }

    /// Compares what is complete.
    mutating func compare(_ report: inout VerificationReport) throws {
        try compare(complete, &report)
        complete.removeAll(keepingCapacity: true)
    }

    /// Compares the right edge, and looks for tiles that the tree does not have.
    mutating func finish(_ tree: TiledTree, _ report: inout VerificationReport) throws {
        try compare(&report)
        try compare(edge.values.sorted { $0.address.level < $1.address.level }, &report)
        let rows = try connection.run(Self.strayTiles, [.int64(Int64(tree.size))])
        for row in rows { report.add(.tileTooMany(level: Int(try row.int16(0)), index: Int(try row.int64(1)))) }
    }

    private func compare(_ expected: [TileUpdate], _ report: inout VerificationReport) throws {
        let stored = try StoredLog.tiles(expected.map(\.address), on: connection)
        for tile in expected {
            let (level, index) = (tile.address.level, tile.address.index)
            guard let found = stored[tile.address] else {
                report.add(.tileMissing(level: level, index: index))
                continue
            }
            if found == tile.hashes { continue }
            let places = level == 0 ? found.indices.filter { $0 < tile.hashes.count && found[$0] != tile.hashes[$0] } : []
            guard !places.isEmpty, found.count == tile.hashes.count else {
                report.add(.tileDiffers(level: level, index: index))
                continue
            }
            try name(places.map { index * Tile.fullWidth + $0 }, &report)
        }
    }

    /// Says which leaves a tile of leaf hashes disagrees with. Places without a leaf were reported as such.
    private func name(_ indexes: [Int], _ report: inout VerificationReport) throws {
        let rows = try connection.run(Self.eventsAt, [.int64s(indexes.map(Int64.init))])
        for row in rows { report.add(.leafNotInTile(index: Int(try row.int64(0)), event: try row.id(1))) }
    }

    private static let eventsAt: Statement = """
        select leaf_index, event_id from published.audit_leaf where leaf_index = any($1) order by leaf_index
        """

    /// A tree of n leaves has n / 256^level hashes on a level, rounded down, and a tile for every 256 of them.
    /// The levels beyond the eighth would belong to trees that nobody can have.
    static let strayTiles: Statement = """
        select level, tile_index from published.audit_tile
        where level not between 0 and 6 or tile_index < 0 or tile_index * 256 >= $1 >> (8 * level::int)
        order by level, tile_index
        """
}
