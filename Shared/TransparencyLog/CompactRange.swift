/// The right edge of a Merkle tree: the roots of its complete subtrees, largest first.
///
/// It is all that is needed to append leaves and to know the root, at most 63 hashes for any tree.
/// `size` and `hashes` together are its whole state; keep both to resume later.
public struct CompactRange: Hashable, Sendable {
    /// Leaves appended so far.
    public private(set) var size: Int
    /// One root for each bit set in `size`, from the highest bit to the lowest.
    public private(set) var hashes: [LogHash]

    /// The range of an empty tree.
    public init() {
        size = 0
        hashes = []
    }

    /// Resumes from a kept state; nil if `size` is negative or does not call for that many hashes.
    public init?(size: Int, hashes: [LogHash]) {
        guard size >= 0, hashes.count == size.nonzeroBitCount else { return nil }
        self.size = size
        self.hashes = hashes
    }

    public mutating func append(_ leaf: LogHash) {
        append(leaf) { _, _ in }
    }

    public mutating func append(contentsOf leaves: some Sequence<LogHash>) {
        for leaf in leaves { append(leaf) { _, _ in } }
    }

    /// Appends a leaf and reports each subtree that it completes, with its height (1 and up), from
    /// the lowest to the highest.
    @inline(__always)
    mutating func append(_ leaf: LogHash, completing report: (_ height: Int, _ root: LogHash) -> Void) {
        var root = leaf
        for height in 0..<(~size).trailingZeroBitCount {
            root = .node(hashes.removeLast(), root)
            report(height + 1, root)
        }
        hashes.append(root)
        size += 1
    }

    /// The root of the tree (RFC 6962 section 2.1).
    public var root: LogHash { Self.fold(hashes) ?? .emptyRoot }

    /// Joins the roots of neighbouring subtrees of falling size into one; nil for none.
    static func fold(_ hashes: [LogHash]) -> LogHash? {
        guard var root = hashes.last else { return nil }
        for left in hashes.dropLast().reversed() { root = .node(left, root) }
        return root
    }
}
