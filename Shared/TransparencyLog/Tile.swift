/// The arithmetic of C2SP tlog-tiles: a tree stored as tiles of up to 256 hashes.
///
/// A tile of level 0 holds leaf hashes; each hash of a tile of level n + 1 is the root over a full
/// tile of level n. Only the last tile of a level can be partial.
public enum Tile {
    /// Hashes in a full tile.
    public static let fullWidth = 256
    /// Levels of the tree that one tile spans.
    static let height = 8

    /// Names one tile as it stands in a tree of a certain size.
    public struct Address: Hashable, Sendable {
        /// 0 for tiles of leaf hashes.
        public let level: Int
        /// Counts the tiles of a level from the left, from 0.
        public let index: Int
        /// Hashes in the tile, 1 to 256.
        public let width: Int

        /// The tile at that place in a tree of `treeSize` leaves, nil where the tree has none.
        public init?(level: Int, index: Int, treeSize: Int) {
            guard (0...7).contains(level), index >= 0, treeSize >= 0 else { return nil }
            let hashes = treeSize >> (Tile.height * level)
            guard index <= hashes / Tile.fullWidth else { return nil }
            let width = min(Tile.fullWidth, hashes - index * Tile.fullWidth)
            guard width > 0 else { return nil }
            self.init(unchecked: level, index, width)
        }

        init(unchecked level: Int, _ index: Int, _ width: Int) {
            self.level = level
            self.index = index
            self.width = width
        }

        public var isFull: Bool { width == Tile.fullWidth }

        /// The path below the log's prefix, e.g. `tile/0/x001/067` or, partial, `tile/1/000.p/17`.
        public var path: String {
            "tile/\(level)/\(Self.indexPath(index))" + (isFull ? "" : ".p/\(width)")
        }

        /// The index in groups of three digits, all but the last marked with `x`.
        private static func indexPath(_ index: Int) -> String {
            let digits = String(1_000 + index % 1_000).dropFirst()
            guard index >= 1_000 else { return String(digits) }
            let leading = indexPath(index / 1_000)
            let marked = leading.split(separator: "/").map { $0.hasPrefix("x") ? String($0) : "x\($0)" }
            return marked.joined(separator: "/") + "/\(digits)"
        }
    }

    /// The partial tiles of a tree, lowest level first: what an integrator needs to go on from it.
    public static func partialTiles(treeSize: Int) -> [Address] {
        (0...7).compactMap { level in
            Address(level: level, index: max(0, treeSize) >> (height * (level + 1)), treeSize: treeSize)
        }
    }

    /// The tiles that a tree of `newSize` leaves has and one of `oldSize` leaves has not, or has
    /// only with a smaller width; by level, then index. Empty unless the tree grows.
    public static func changedTiles(from oldSize: Int, to newSize: Int) -> [Address] {
        guard oldSize >= 0 else { return [] }
        var found: [Address] = []
        for level in 0...7 {
            let (old, new) = (oldSize >> (height * level), newSize >> (height * level))
            guard new > old else { break }
            for index in (old / fullWidth)...((new - 1) / fullWidth) {
                found.append(Address(unchecked: level, index, min(fullWidth, new - index * fullWidth)))
            }
        }
        return found
    }
}

/// A tile to be stored. It replaces what is stored for its level and index, a narrower tile.
public struct TileUpdate: Hashable, Sendable {
    public let address: Tile.Address
    /// As many as `address.width`.
    public let hashes: [LogHash]
}
