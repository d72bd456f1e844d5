import Persistence
import TransparencyLog

/// Compares the tiles that follow from the leaves with the stored ones, and stores those that differ if it may.
struct TileComparison {
    let isSwitching: Bool
    let connection: Connection
    private var full: [TileUpdate] = []
    /// The tile at the right edge of each level.
    private var edge: [Int: TileUpdate] = [:]

    init(isSwitching: Bool, connection: Connection) {
        self.isSwitching = isSwitching
        self.connection = connection
    }

    mutating func expect(_ updates: [TileUpdate]) {
        for update in updates {
            let level = update.address.level
            if update.address.isFull {
                full.append(update)
                if edge[level]?.address.index == update.address.index { edge[level] = nil }
            } else {
                edge[level] = update
            }
        }
    }

    /// Settles what cannot change any more, so that no more than a page's tiles are held.
    mutating func settleFull(_ outcome: inout LogRebuild.Outcome) throws {
        try settle(full, &outcome)
        full.removeAll(keepingCapacity: true)
    }

    mutating func finish(size: Int, _ outcome: inout LogRebuild.Outcome) throws {
        try settleFull(&outcome)
        try settle(edge.values.sorted { $0.address.level < $1.address.level }, &outcome)
        let stray = try connection.run(TileCheck.strayTiles, [.int64(Int64(size))])
        outcome.tilesTooMany = stray.count
        guard isSwitching else { return }
        for row in stray {
            try connection.run(
                "delete from audit.tile where level = $1 and tile_index = $2",
                [.int16(try row.int16(0)), .int64(try row.int64(1))])
        }
    }

    private func settle(_ expected: [TileUpdate], _ outcome: inout LogRebuild.Outcome) throws {
        let stored = try StoredLog.tiles(expected.map(\.address), on: connection)
        outcome.tiles += expected.count
        var wrong: [TileUpdate] = []
        for tile in expected where stored[tile.address] != tile.hashes {
            if stored[tile.address] == nil { outcome.tilesMissing += 1 } else { outcome.tilesDiffering += 1 }
            wrong.append(tile)
        }
        if isSwitching { try LogWriter.store(wrong, on: connection) }
    }
}
