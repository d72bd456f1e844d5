public import TransparencyLog

/// The key with which the log signs, the one before it while the change is being made, and all by which it is believed.
public struct SigningKeys: Sendable {
    public let current: SigningKey
    /// Signs the first checkpoint of the present key, too: so says the old key itself who comes after it.
    public let retiring: SigningKey?
    /// All keys of the log, the present one first.
    public let verifiers: LogKeys

    public var origin: String { verifiers.origin }

    /// - Parameter published: earlier keys, as they are handed out.
    public init(
        current: SigningKey, retiring: SigningKey? = nil, published: LogKeys? = nil
    ) throws(LogKeysError) {
        self.current = current
        self.retiring = retiring
        let own = [current, retiring].compactMap { $0.map { LogKeys.Entry($0.verifierKey) } }
        verifiers = try LogKeys(own + (published?.entries ?? []))
    }

    public init(_ key: SigningKey) {
        current = key
        retiring = nil
        verifiers = LogKeys(key.verifierKey)
    }

    /// Who has to sign next. The first checkpoint after a change of keys carries both.
    /// - Throws: ``KeyChangeRefused`` when the last one is by a key that neither signs along nor was given an end.
    func signers(after last: String?) throws -> [SigningKey] {
        guard let last else { return [current] }
        let signers = (try? Checkpoint.verified(last, keys: verifiers))?.signers ?? []
        if signers.contains(current.verifierKey) { return [current] }
        if let retiring, signers.contains(retiring.verifierKey) { return [current, retiring] }
        guard signers.contains(where: { verifiers.end(of: $0) != nil }) else { throw KeyChangeRefused() }
        return [current]
    }
}

/// The last checkpoint was signed by another key, and nothing says that this one may follow it.
public struct KeyChangeRefused: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String {
        """
        the last checkpoint was not signed by this key: give the key before it as well, so that both sign the next \
        checkpoint, or, if that key is lost, its verifier key with `until SIZE`
        """
    }
}
