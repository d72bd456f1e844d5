/// A tree that grows and says which tiles have to be stored for it.
///
/// Every hash is computed once: about one per leaf, whatever the size of the batch.
public struct TiledTree: Sendable {
    /// Size, root and right edge of the tree.
    public private(set) var range: CompactRange
    /// By level: the hashes of the tile that is not full yet.
    private var unfinished: [[LogHash]]

    public var size: Int { range.size }
    public var root: LogHash { range.root }

    /// An empty tree.
    public init() {
        range = CompactRange()
        unfinished = []
    }

    /// Resumes a tree from its stored partial tiles, at most one a level.
    ///
    /// Compare `root` with the last signed checkpoint before appending.
    /// - Parameter read: gives a tile's hashes; a wider tile, left by a larger tree, will do.
    /// - Throws: ``ProofError/sizeOutOfRange`` for a negative size, ``ProofError/shortTile(_:)``,
    ///   and what `read` throws.
    public init(size: Int, reading read: (Tile.Address) throws -> [LogHash]) throws {
        guard size >= 0 else { throw ProofError.sizeOutOfRange }
        unfinished = []
        var edge: [LogHash] = []
        for level in stride(from: 7, through: 0, by: -1) where size >> (Tile.height * level) > 0 {
            let hashes = try Self.unfinishedTile(level: level, size: size, reading: read)
            unfinished.insert(hashes, at: 0)
            var start = 0
            for bit in stride(from: Tile.height - 1, through: 0, by: -1) where hashes.count >> bit & 1 == 1 {
                edge.append(.root(ofPerfect: hashes[start..<start + 1 << bit]))
                start += 1 << bit
            }
        }
        guard let range = CompactRange(size: size, hashes: edge) else { throw ProofError.sizeOutOfRange }
        self.range = range
    }

    private static func unfinishedTile(
        level: Int, size: Int, reading read: (Tile.Address) throws -> [LogHash]
    ) throws -> [LogHash] {
        let index = size >> (Tile.height * (level + 1))
        guard let address = Tile.Address(level: level, index: index, treeSize: size) else { return [] }
        let hashes = try read(address)
        guard hashes.count >= address.width else { throw ProofError.shortTile(address) }
        return Array(hashes.prefix(address.width))
    }

    /// Appends leaf hashes in order and returns the tiles to store: every tile filled on the way
    /// and the last partial tile of each level that changed. No level and index comes twice.
    public mutating func append(_ leaves: some Sequence<LogHash>) -> [TileUpdate] {
        let oldSize = size
        var updates: [TileUpdate] = []
        Self.append(leaves, to: &range, filling: &unfinished, into: &updates)
        for address in Tile.partialTiles(treeSize: size)
        where size >> (Tile.height * address.level) > oldSize >> (Tile.height * address.level) {
            updates.append(TileUpdate(address: address, hashes: unfinished[address.level]))
        }
        return updates
    }

    private static func append(
        _ leaves: some Sequence<LogHash>, to range: inout CompactRange, filling tiles: inout [[LogHash]],
        into updates: inout [TileUpdate]
    ) {
        for leaf in leaves {
            let newSize = range.size + 1
            add(leaf, level: 0, newSize: newSize, filling: &tiles, into: &updates)
            range.append(leaf) { height, root in
                guard height.isMultiple(of: Tile.height) else { return }
                add(root, level: height / Tile.height, newSize: newSize, filling: &tiles, into: &updates)
            }
        }
    }

    private static func add(
        _ hash: LogHash, level: Int, newSize: Int, filling tiles: inout [[LogHash]],
        into updates: inout [TileUpdate]
    ) {
        if level == tiles.count { tiles.append([]) }
        tiles[level].append(hash)
        guard tiles[level].count == Tile.fullWidth else { return }
        let index = newSize >> (Tile.height * (level + 1)) - 1
        let address = Tile.Address(unchecked: level, index, Tile.fullWidth)
        updates.append(TileUpdate(address: address, hashes: tiles[level]))
        tiles[level] = []
        tiles[level].reserveCapacity(Tile.fullWidth)
    }
}
