public import JWTKit

/// The public keys of an issuer of tokens (JWKS, RFC 7517), each bound to the one algorithm that it is used with here.
///
/// A token does not choose its algorithm: the key does. Keys of other kinds, for encryption, too short or unreadable are
/// passed over, since issuers keep all sorts in one set; none of them can verify anything.
public struct KeySet: Sendable {
    public enum Algorithm: String, Sendable {
        case rs256 = "RS256"
        case es256 = "ES256"
        case eddsa = "EdDSA"
    }

    public struct Key: Sendable {
        public let id: String?
        public let algorithm: Algorithm
        public let verifier: JWTKeyCollection
    }

    public let keys: [Key]
    private static let limit = 100

    /// Reads a key set.
    ///
    /// - Throws: ``KeySetError`` when none is usable.
    public init(_ document: JSON) async throws(KeySetError) {
        guard case .array(let entries)? = document["keys"] else { throw KeySetError("has no \"keys\" array") }
        var keys: [Key] = []
        for entry in entries.prefix(Self.limit) {
            if let key = await Self.key(entry) { keys.append(key) }
        }
        guard !keys.isEmpty else {
            throw KeySetError("has no public key for RS256 (2048 bits or more), ES256 or EdDSA")
        }
        self.keys = keys
    }

    /// The key that a token names, or the only one for its algorithm when it names none (OpenID Connect Core 10.1).
    public func key(_ id: String?, for algorithm: Algorithm) -> Key? {
        let fitting = id == nil ? keys.filter { $0.algorithm == algorithm } : keys.filter { $0.id == id }
        return fitting.count == 1 ? fitting.first : fitting.first { $0.algorithm == algorithm && id != nil }
    }

    private static func key(_ entry: JSON) async -> Key? {
        guard entry["d"] == nil, entry["k"] == nil else { return nil }
        if let use = entry["use"], use != "sig" { return nil }
        if case .array(let operations)? = entry["key_ops"], !operations.contains("verify") { return nil }
        let verifier = JWTKeyCollection()
        let algorithm: Algorithm
        switch (entry["kty"], entry["crv"], entry["x"], entry["y"], entry["n"], entry["e"]) {
        case ("RSA", _, _, _, .string(let n)?, .string(let e)?):
            // RFC 7518 section 3.3: 2048 bits or more. Far longer ones would only cost time.
            guard let modulus = Base64URL.decode(n), (256...1024).contains(modulus.drop { $0 == 0 }.count),
                let key = try? Insecure.RSA.PublicKey(modulus: n, exponent: e)
            else { return nil }
            algorithm = .rs256
            await verifier.add(rsa: key, digestAlgorithm: .sha256)
        case ("EC", "P-256", .string(let x)?, .string(let y)?, _, _):
            guard let key = try? ES256PublicKey(parameters: ECDSAParameters(x: x, y: y)) else { return nil }
            algorithm = .es256
            await verifier.add(ecdsa: key)
        case ("OKP", "Ed25519", .string(let x)?, _, _, _):
            guard let key = try? EdDSA.PublicKey(x: x, curve: .ed25519) else { return nil }
            algorithm = .eddsa
            await verifier.add(eddsa: key)
        default: return nil
        }
        if let stated = entry["alg"], stated != .string(algorithm.rawValue) { return nil }
        let id: String? = if case .string(let text)? = entry["kid"] { text } else { nil }
        return Key(id: id, algorithm: algorithm, verifier: verifier)
    }
}

/// What is wrong with a key set, as the rest of a sentence about it; no key material.
public struct KeySetError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
}
