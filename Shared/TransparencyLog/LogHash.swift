import Crypto

/// A SHA-256 value in a transparency log: a leaf, an inner node or a root.
///
/// Leaves and nodes are hashed with different prefixes (RFC 6962 section 2.1, the same in RFC 9162
/// section 2.1.1), so that no entry can be passed off as an inner node.
public struct LogHash: Hashable, Sendable {
    /// Every hash is this many bytes long.
    public static let byteCount = 32

    // Four words in memory order rather than an array: a hash is copied without an allocation.
    private var words: InlineArray<4, UInt64>

    /// The hash held by exactly 32 bytes; nil for any other length.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        words = InlineArray(repeating: 0)
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
    }

    private init(_ digest: SHA256Digest) {
        words = digest.withUnsafeBytes { $0.loadUnaligned(as: InlineArray<4, UInt64>.self) }
    }

    public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try Swift.withUnsafeBytes(of: words, body)
    }

    /// The root of a tree without leaves: SHA-256 of nothing.
    public static let emptyRoot = LogHash(SHA256().finalize())

    /// SHA-256(0x00 ‖ entry).
    public static func leaf(_ entry: [UInt8]) -> LogHash {
        entry.withUnsafeBytes { leaf($0) }
    }

    /// SHA-256(0x00 ‖ entry).
    public static func leaf(_ entry: UnsafeRawBufferPointer) -> LogHash {
        var hasher = SHA256()
        var prefix: UInt8 = 0
        Swift.withUnsafeBytes(of: &prefix) { hasher.update(bufferPointer: $0) }
        hasher.update(bufferPointer: entry)
        return LogHash(hasher.finalize())
    }

    /// SHA-256(0x01 ‖ left ‖ right).
    public static func node(_ left: LogHash, _ right: LogHash) -> LogHash {
        left.withUnsafeBytes { left in right.withUnsafeBytes { node(joining: left, $0) } }
    }

    /// Gathers the three parts in one buffer, which is cheaper than three updates.
    static func node(joining left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> LogHash {
        withUnsafeTemporaryAllocation(byteCount: 1 + left.count + right.count, alignment: 1) { input in
            input[0] = 1
            UnsafeMutableRawBufferPointer(rebasing: input[1...]).copyMemory(from: left)
            UnsafeMutableRawBufferPointer(rebasing: input[(1 + left.count)...]).copyMemory(from: right)
            var hasher = SHA256()
            hasher.update(bufferPointer: UnsafeRawBufferPointer(input))
            return LogHash(hasher.finalize())
        }
    }

    /// The root over 2^k hashes, k >= 0.
    static func root(ofPerfect hashes: ArraySlice<LogHash>) -> LogHash {
        var row = Array(hashes)
        while row.count > 1 {
            let half = row.count / 2
            for position in 0..<half { row[position] = node(row[2 * position], row[2 * position + 1]) }
            row.removeLast(half)
        }
        return row[0]
    }

    public static func == (left: LogHash, right: LogHash) -> Bool {
        left.words[0] == right.words[0] && left.words[1] == right.words[1]
            && left.words[2] == right.words[2] && left.words[3] == right.words[3]
    }

    public func hash(into hasher: inout Hasher) {
        withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}
