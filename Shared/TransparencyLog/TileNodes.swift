/// Hashes of subtrees of one tree, computed from its tiles.
///
/// Tiles and hashes are kept, for proofs of neighbouring leaves have most of them in common, up to a limit that one
/// proof never reaches: for it, each tile is read at most once.
struct TileNodes {
    private static let mostTiles = 256
    private static let mostRoots = 1 << 16

    private struct Subtree: Hashable {
        let height: Int
        let start: Int
    }

    let size: Int
    private var tiles: [Tile.Address: [LogHash]] = [:]
    private var roots: [Subtree: LogHash] = [:]

    /// - Parameter size: of the tree, which may be smaller than the stored one; at least 1.
    init(size: Int) { self.size = size }

    /// The root over the leaves in `range`, which starts at a multiple of the smallest power of two
    /// that is not below its length: the only ranges of which proofs speak.
    mutating func root(
        over range: Range<Int>, reading read: (Tile.Address) throws -> [LogHash]
    ) throws -> LogHash {
        var start = range.lowerBound
        var subtrees: [LogHash] = []
        while start < range.upperBound {
            let height = Int.bitWidth - 1 - (range.upperBound - start).leadingZeroBitCount
            subtrees.append(try complete(height: height, from: start, reading: read))
            start += 1 << height
        }
        return CompactRange.fold(subtrees) ?? .emptyRoot
    }

    /// The root over the 2^height leaves from `start`, which is a multiple of that number.
    private mutating func complete(
        height: Int, from start: Int, reading read: (Tile.Address) throws -> [LogHash]
    ) throws -> LogHash {
        let subtree = Subtree(height: height, start: start)
        if let known = roots[subtree] { return known }
        let (level, rest) = height.quotientAndRemainder(dividingBy: Tile.height)
        let first = start >> (Tile.height * level)
        guard let address = Tile.Address(level: level, index: first / Tile.fullWidth, treeSize: size)
        else { throw ProofError.indexOutOfRange }
        let hashes = try tile(address, reading: read)
        let position = first % Tile.fullWidth
        let root = LogHash.root(ofPerfect: hashes[position..<position + 1 << rest])
        if roots.count >= Self.mostRoots { roots.removeAll(keepingCapacity: true) }
        roots[subtree] = root
        return root
    }

    private mutating func tile(
        _ address: Tile.Address, reading read: (Tile.Address) throws -> [LogHash]
    ) throws -> [LogHash] {
        if let known = tiles[address] { return known }
        let hashes = try read(address)
        guard hashes.count >= address.width else { throw ProofError.shortTile(address) }
        if tiles.count >= Self.mostTiles { tiles.removeAll(keepingCapacity: true) }
        tiles[address] = hashes
        return hashes
    }
}

extension Tile {
    /// The root of the tree of `size` leaves, from its partial tiles.
    /// - Parameter read: gives a tile's hashes; a wider tile, left by a larger tree, will do.
    /// - Throws: ``ProofError`` and what `read` throws.
    public static func root(
        treeSize size: Int, reading read: (Address) throws -> [LogHash]
    ) throws -> LogHash {
        guard size >= 0 else { throw ProofError.sizeOutOfRange }
        var nodes = TileNodes(size: size)
        return try nodes.root(over: 0..<size, reading: read)
    }
}

/// The largest power of two below `count`, where a tree of `count` leaves is split; `count` > 1.
func splitPoint(_ count: Int) -> Int {
    1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
}
