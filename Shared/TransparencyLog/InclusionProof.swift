/// Shows that an entry stands at an index of a tree, to whoever knows the tree's root.
public struct InclusionProof: Hashable, Sendable {
    /// Of the entry, from 0.
    public let index: Int
    /// Of the tree, in leaves.
    public let size: Int
    /// Sibling hashes from the leaf upwards.
    public let path: [LogHash]

    /// A proof received from elsewhere; nothing is believed before ``verify(leaf:root:)``.
    public init(index: Int, size: Int, path: [LogHash]) {
        self.index = index
        self.size = size
        self.path = path
    }

    /// Builds the proof from the log's tiles (RFC 9162 section 2.1.3.1), reading two tiles a level at most.
    /// - Parameter read: gives a tile's hashes; a wider tile, left by a larger tree, will do.
    /// - Throws: ``ProofError`` and what `read` throws.
    public init(index: Int, size: Int, reading read: (Tile.Address) throws -> [LogHash]) throws {
        var nodes = TileNodes(size: size)
        try self.init(index: index, nodes: &nodes, reading: read)
    }

    fileprivate init(
        index: Int, nodes: inout TileNodes, reading read: (Tile.Address) throws -> [LogHash]
    ) throws {
        let size = nodes.size
        guard index >= 0, index < size else { throw ProofError.indexOutOfRange }
        var siblings: [LogHash] = []
        var range = 0..<size
        while range.count > 1 {
            let middle = range.lowerBound + splitPoint(range.count)
            let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
            let inLeft = index < middle
            siblings.append(try nodes.root(over: inLeft ? right : left, reading: read))
            range = inLeft ? left : right
        }
        self.init(index: index, size: size, path: siblings.reversed())
    }

    /// Checks the proof by RFC 9162 section 2.1.3.2; returns if it holds.
    public func verify(leaf: LogHash, root: LogHash) throws(ProofError) {
        guard size >= 0 else { throw .sizeOutOfRange }
        guard index >= 0, index < size else { throw .indexOutOfRange }
        var (place, last) = (index, size - 1)
        var hash = leaf
        for sibling in path {
            guard last > 0 else { throw .wrongLength }
            if place & 1 == 1 || place == last {
                hash = .node(sibling, hash)
                // A last node without a right neighbour is carried up unchanged.
                while place & 1 == 0 && place > 0 {
                    place >>= 1
                    last >>= 1
                }
            } else {
                hash = .node(hash, sibling)
            }
            place >>= 1
            last >>= 1
        }
        guard last == 0 else { throw .wrongLength }
        guard hash == root else { throw .rootMismatch }
    }
}

/// Builds inclusion proofs of many leaves of one tree: for leaves in rough order hardly more than one hash each.
public struct InclusionProofs {
    private var nodes: TileNodes

    /// - Parameter size: of the tree, in leaves.
    public init(size: Int) { nodes = TileNodes(size: size) }

    /// The same proof as ``InclusionProof/init(index:size:reading:)`` builds.
    public mutating func proof(
        of index: Int, reading read: (Tile.Address) throws -> [LogHash]
    ) throws -> InclusionProof {
        try InclusionProof(index: index, nodes: &nodes, reading: read)
    }
}
