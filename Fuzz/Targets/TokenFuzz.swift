import Crypto
import Domain
import Foundation
import Logging

@testable import ServiceKit

/// Access tokens and the key sets that they are checked with.
enum TokenFuzz {
    private static let key = Curve25519.Signing.PrivateKey()
    private static let now = Timestamp(microseconds: 1_760_000_000_000_000)

    private static let verifier = Task { () -> TokenVerifier in
        let file = NSTemporaryDirectory() + "attune-fuzz-\(ProcessInfo.processInfo.processIdentifier).jwks"
        let keys: JSON = [
            "keys": [
                [
                    "kty": "OKP", "crv": "Ed25519", "kid": "k",
                    "x": .string(Base64URL.encode(key.publicKey.rawRepresentation)),
                ]
            ]
        ]
        defer { try? FileManager.default.removeItem(atPath: file) }
        do {
            try Data(keys.encoded).write(to: URL(filePath: file))
            return try await TokenVerifier(
                .file(file), rules: TokenRules(issuer: "attune", audience: "attune"), now: { now },
                logger: Logger(label: "fuzz", factory: { _ in SwiftLogNoOpLogHandler() }))
        } catch { fatalError("no verifier: \(error)") }
    }

    /// Two lines are header and claims, which are signed here; anything else is a token as it stands.
    static func token(_ bytes: [UInt8]) async throws(FuzzFault) {
        let verifier = await verifier.value
        let lines = bytes.split(separator: 0x0A, maxSplits: 1)
        if lines.count == 2 {
            let signed = lines.map { Base64URL.encode($0) }.joined(separator: ".")
            guard let signature = read({ try key.signature(for: Data(signed.utf8)) }) else { return }
            let token = "\(signed).\(Base64URL.encode(signature))"
            guard let caller = try? await verifier.verify(token) else { return }
            try hold(!caller.subject.isEmpty, "a caller without a name")
            let claims = read { try JSON.parse(Array(lines[1]), limits: JSONLimits(allowsExponents: true)) }
            try hold(claims?["iss"] == "attune", "a token of another issuer is believed")
        }
        let caller = try? await verifier.verify(String(decoding: bytes, as: UTF8.self))
        try hold(caller == nil, "a token is believed that nobody has signed")
    }

    static func keySet(_ bytes: [UInt8]) async throws(FuzzFault) {
        guard let document = read({ try JSON.parse(bytes) }), let keys = try? await KeySet(document) else { return }
        try hold(!keys.keys.isEmpty, "a key set without a key is taken")
        for key in keys.keys {
            try hold(
                keys.key(key.id, for: key.algorithm)?.algorithm == key.algorithm || key.id == nil,
                "a key is not found by its own id")
        }
    }
}
