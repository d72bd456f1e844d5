/// Shows that a tree begins with all the leaves of an earlier one: that nothing was rewritten.
public struct ConsistencyProof: Hashable, Sendable {
    /// Size of the earlier tree, in leaves.
    public let firstSize: Int
    /// Size of the later tree, in leaves.
    public let secondSize: Int
    public let path: [LogHash]

    /// A proof received from elsewhere; nothing is believed before ``verify(firstRoot:secondRoot:)``.
    public init(firstSize: Int, secondSize: Int, path: [LogHash]) {
        self.firstSize = firstSize
        self.secondSize = secondSize
        self.path = path
    }

    /// Builds the proof from the log's tiles (RFC 9162 section 2.1.4.1), reading three tiles a level at most.
    /// It is empty for equal sizes and for an empty first tree.
    /// - Parameter read: gives a tile's hashes; a wider tile, left by a larger tree, will do.
    /// - Throws: ``ProofError`` and what `read` throws.
    public init(
        firstSize: Int, secondSize: Int, reading read: (Tile.Address) throws -> [LogHash]
    ) throws {
        guard firstSize >= 0, firstSize <= secondSize else { throw ProofError.sizeOutOfRange }
        guard firstSize > 0, firstSize < secondSize else {
            self.init(firstSize: firstSize, secondSize: secondSize, path: [])
            return
        }
        var nodes = TileNodes(size: secondSize)
        var hashes: [LogHash] = []
        var range = 0..<secondSize
        while range.upperBound != firstSize {
            let middle = range.lowerBound + splitPoint(range.count)
            let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
            let inLeft = firstSize <= middle
            hashes.append(try nodes.root(over: inLeft ? right : left, reading: read))
            range = inLeft ? left : right
        }
        // The verifier knows the first root and needs no hash where the first tree is itself a subtree.
        if range.lowerBound > 0 { hashes.append(try nodes.root(over: range, reading: read)) }
        self.init(firstSize: firstSize, secondSize: secondSize, path: hashes.reversed())
    }

    /// Checks the proof by RFC 9162 section 2.1.4.2; returns if it holds.
    ///
    /// Two cases beside that algorithm: trees of equal size need equal roots and an empty path; an
    /// empty first tree, with which everything is consistent, needs its known root and an empty path.
    public func verify(firstRoot: LogHash, secondRoot: LogHash) throws(ProofError) {
        guard firstSize >= 0, firstSize <= secondSize else { throw .sizeOutOfRange }
        if firstSize == secondSize || firstSize == 0 {
            guard path.isEmpty else { throw .wrongLength }
            guard firstRoot == (firstSize == 0 ? .emptyRoot : secondRoot) else { throw .rootMismatch }
            guard secondSize > 0 || secondRoot == .emptyRoot else { throw .rootMismatch }
            return
        }
        guard !path.isEmpty else { throw .wrongLength }
        // A first tree of 2^k leaves is a subtree, its root the first hash of the path.
        let steps = firstSize.nonzeroBitCount == 1 ? [firstRoot] + path : path
        try verify(steps: steps, firstRoot: firstRoot, secondRoot: secondRoot)
    }

    private func verify(steps: [LogHash], firstRoot: LogHash, secondRoot: LogHash) throws(ProofError) {
        let shared = (~(firstSize - 1)).trailingZeroBitCount
        var (place, last) = ((firstSize - 1) >> shared, (secondSize - 1) >> shared)
        var (first, second) = (steps[0], steps[0])
        for hash in steps.dropFirst() {
            guard last > 0 else { throw .wrongLength }
            if place & 1 == 1 || place == last {
                first = .node(hash, first)
                second = .node(hash, second)
                while place & 1 == 0 && place > 0 {
                    place >>= 1
                    last >>= 1
                }
            } else {
                second = .node(second, hash)
            }
            place >>= 1
            last >>= 1
        }
        guard last == 0 else { throw .wrongLength }
        guard first == firstRoot, second == secondRoot else { throw .rootMismatch }
    }
}
