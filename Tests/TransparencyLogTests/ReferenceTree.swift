import TransparencyLog

/// A tree kept whole and hashed by the recursive definitions of RFC 9162 section 2.1, slow and
/// plain: what the module is measured against.
struct ReferenceTree {
    let leaves: [LogHash]

    init(size: Int) {
        leaves = (0..<size).map { .leaf(Array("entry \($0)".utf8)) }
    }

    func root(_ range: Range<Int>) -> LogHash {
        switch range.count {
        case 0: return .emptyRoot
        case 1: return leaves[range.lowerBound]
        default:
            let middle = range.lowerBound + split(range.count)
            return .node(root(range.lowerBound..<middle), root(middle..<range.upperBound))
        }
    }

    /// The roots of all trees from size 0 to this one's.
    var roots: [LogHash] { (0...leaves.count).map { root(0..<$0) } }

    func inclusionPath(_ index: Int, in range: Range<Int>) -> [LogHash] {
        guard range.count > 1 else { return [] }
        let middle = range.lowerBound + split(range.count)
        let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
        return index < middle
            ? inclusionPath(index, in: left) + [root(right)]
            : inclusionPath(index, in: right) + [root(left)]
    }

    func consistencyPath(_ first: Int, in range: Range<Int>, known: Bool = true) -> [LogHash] {
        if first == range.upperBound { return known ? [] : [root(range)] }
        let middle = range.lowerBound + split(range.count)
        let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
        return first <= middle
            ? consistencyPath(first, in: left, known: known) + [root(right)]
            : consistencyPath(first, in: right, known: false) + [root(left)]
    }

    private func split(_ count: Int) -> Int {
        var power = 1
        while power * 2 < count { power *= 2 }
        return power
    }
}

/// Tiles as a store keeps them: one row for a level and index.
struct TileStore {
    struct Place: Hashable { let level, index: Int }
    private(set) var rows: [Place: [LogHash]] = [:]

    mutating func apply(_ updates: [TileUpdate]) {
        for update in updates {
            rows[Place(level: update.address.level, index: update.address.index)] = update.hashes
        }
    }

    func read(_ address: Tile.Address) -> [LogHash] {
        rows[Place(level: address.level, index: address.index)] ?? []
    }
}

extension LogHash {
    /// The hash with one of its 256 bits turned.
    func flipping(bit: Int) -> LogHash {
        var changed = bytes
        changed[bit / 8] ^= 1 << UInt8(bit % 8)
        return LogHash(bytes: changed)!
    }
}
