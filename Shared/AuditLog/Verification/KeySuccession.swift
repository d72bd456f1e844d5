public import TransparencyLog

/// What a key of the log has signed.
public struct KeyUse: Hashable, Sendable {
    public let key: VerifierKey
    /// Sizes of the smallest and of the largest tree.
    public internal(set) var first: Int
    public internal(set) var last: Int
    public internal(set) var checkpoints: Int
}

/// Follows, by rising size, which key signs. Whoever signs for the first time beside another, or behind it, succeeds it.
struct KeySuccession {
    /// In the order in which they came.
    private(set) var uses: [KeyUse] = []

    /// A signer whose successor had begun at a smaller tree, if no later key has signed as well.
    func successor(of verified: Checkpoint.Verified) -> (key: VerifierKey, until: Int)? {
        guard let newest = uses.last, newest.first < verified.checkpoint.size,
            !verified.signers.contains(newest.key),
            let signer = verified.signers.first(where: { signer in uses.contains { $0.key == signer } })
        else { return nil }
        return (signer, newest.first)
    }

    mutating func note(_ verified: Checkpoint.Verified) {
        let size = verified.checkpoint.size
        // Of two that sign for the first time together, the one named first is the newer one, as the log signs.
        for signer in verified.signers.reversed() {
            if let index = uses.firstIndex(where: { $0.key == signer }) {
                uses[index].last = max(uses[index].last, size)
                uses[index].checkpoints += 1
            } else {
                uses.append(KeyUse(key: signer, first: size, last: size, checkpoints: 1))
            }
        }
    }
}
