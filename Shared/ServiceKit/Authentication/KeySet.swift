import FoundationEssentials
import JWTKit

/// The public keys of a JWKS file (RFC 7517), each bound to the one algorithm it may be used with.
///
/// A token does not choose its algorithm: the key it names does.
struct KeySet: Sendable {
    struct Key: Sendable {
        let algorithm: String
        let verifier: JWTKeyCollection
    }

    let keys: [String: Key]

    /// Reads a key set.
    ///
    /// - Throws: `KeySetError` that says which entry is at fault; no key material.
    init(json: [UInt8]) async throws(KeySetError) {
        let document: JSON
        do { document = try JSON.parse(json) } catch { throw KeySetError("is not JSON: \(error)") }
        guard case .array(let entries)? = document["keys"] else { throw KeySetError("has no \"keys\" array") }
        var keys: [String: Key] = [:]
        for (index, entry) in entries.enumerated() {
            guard case .string(let kid)? = entry["kid"], !kid.isEmpty else {
                throw KeySetError("entry \(index) has no \"kid\"")
            }
            guard entry["d"] == nil, entry["k"] == nil else {
                throw KeySetError("entry \(index) holds a private key, which does not belong here")
            }
            guard keys[kid] == nil else { throw KeySetError("entry \(index) repeats a \"kid\"") }
            keys[kid] = try await Self.key(entry, index: index)
        }
        guard !keys.isEmpty else { throw KeySetError("has no keys") }
        self.keys = keys
    }

    private static func key(_ entry: JSON, index: Int) async throws(KeySetError) -> Key {
        let algorithm: String
        let verifier = JWTKeyCollection()
        do {
            switch (entry["kty"], entry["crv"], entry["x"], entry["y"]) {
            case ("OKP", "Ed25519", .string(let x), _):
                algorithm = "EdDSA"
                await verifier.add(eddsa: try EdDSA.PublicKey(x: x, curve: .ed25519))
            case ("EC", "P-256", .string(let x), .string(let y)):
                algorithm = "ES256"
                await verifier.add(ecdsa: try ES256PublicKey(parameters: ECDSAParameters(x: x, y: y)))
            default:
                throw KeySetError("entry \(index) is neither an Ed25519 nor a P-256 public key")
            }
        } catch let error as KeySetError {
            throw error
        } catch {
            throw KeySetError("entry \(index) is not a valid key")
        }
        if let stated = entry["alg"], stated != .string(algorithm) {
            throw KeySetError("entry \(index) states another algorithm than its key has")
        }
        return Key(algorithm: algorithm, verifier: verifier)
    }
}

/// What is wrong with a key file, as the rest of a sentence about it.
struct KeySetError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
