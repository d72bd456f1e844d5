import Crypto
import Domain
import Foundation
import ServiceKit
import Testing

@testable import attune_portal

/// ID tokens, good and forged, made here byte by byte.
@Suite struct IdentityTokenTests {
    private static let now = Timestamp("2026-03-02T10:00:00Z")!
    private static let seconds = now.microseconds / 1_000_000
    private static let rules = IdentityTokenRules(issuer: "https://id.example", clientID: "attune", nonce: "n-1")
    private static let signer = Curve25519.Signing.PrivateKey()
    private static let ecSigner = P256.Signing.PrivateKey()

    private static func keys(_ more: [JSON] = []) async throws -> KeySet {
        let point = Array(ecSigner.publicKey.rawRepresentation)
        return try await KeySet([
            "keys": .array(
                [
                    [
                        "kty": "OKP", "crv": "Ed25519", "kid": "ed", "use": "sig",
                        "x": .string(Base64URL.encode(signer.publicKey.rawRepresentation)),
                    ],
                    [
                        "kty": "EC", "crv": "P-256", "kid": "ec", "x": .string(Base64URL.encode(point.prefix(32))),
                        "y": .string(Base64URL.encode(point.suffix(32))),
                    ],
                ] + more)
        ])
    }

    private static func claims(_ changes: [String: JSON?] = [:]) -> JSON {
        var members: [String: JSON] = [
            "iss": "https://id.example", "aud": "attune", "sub": "u1", "nonce": "n-1", "iat": .integer(seconds - 5),
            "exp": .integer(seconds + 300),
        ]
        for (name, value) in changes { members[name] = value }
        return .object(members.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) })
    }

    private static func token(
        _ header: JSON = ["alg": "EdDSA", "kid": "ed"], _ claims: JSON = claims(),
        sign: (Data) throws -> Data = { try signer.signature(for: $0) }
    ) throws -> String {
        let signed = Base64URL.encode(header.encoded) + "." + Base64URL.encode(claims.encoded)
        return signed + "." + Base64URL.encode(try sign(Data(signed.utf8)))
    }

    private static func judge(_ token: String, _ keys: KeySet? = nil) async throws -> JSON {
        let head = try IdentityTokenRules.head(of: token)
        let keys = if let keys { keys } else { try await Self.keys() }
        guard let key = keys.key(head.keyID, for: head.algorithm) else { throw TokenFault.unknownKey }
        return try await rules.claims(of: token, key: key, at: now)
    }

    @Test func aGoodTokenIsBelieved() async throws {
        #expect(try await Self.judge(Self.token())["sub"] == "u1")
        let ec = try Self.token(["alg": "ES256", "kid": "ec"]) { try Self.ecSigner.signature(for: $0).rawRepresentation }
        #expect(try await Self.judge(ec)["sub"] == "u1")
        // Without a name the only key for the algorithm.
        #expect(try await Self.judge(Self.token(["alg": "EdDSA"]))["sub"] == "u1")
        let several = Self.claims(["aud": ["attune", "other"], "azp": "attune", "nbf": .integer(Self.seconds - 5)])
        #expect(try await Self.judge(Self.token(["alg": "EdDSA", "kid": "ed"], several))["sub"] == "u1")
        // Half a minute of difference between clocks is nothing.
        let skewed = Self.claims(["iat": .integer(Self.seconds + 30), "nbf": .integer(Self.seconds + 30)])
        #expect(try await Self.judge(Self.token(["alg": "EdDSA", "kid": "ed"], skewed))["sub"] == "u1")
    }

    @Test(arguments: [
        ("iss", JSON.string("https://id.example/"), TokenFault.wrongIssuer), ("iss", nil, .wrongIssuer),
        ("aud", "other", .wrongAudience), ("aud", ["other", "third"], .wrongAudience), ("aud", nil, .wrongAudience),
        ("aud", ["attune", "other"], .wrongAuthorizedParty), ("azp", "other", .wrongAuthorizedParty),
        ("nonce", "n-2", .wrongNonce), ("nonce", nil, .wrongNonce), ("nonce", ["n-1"], .wrongNonce),
        ("exp", .integer(seconds - 61), .expired), ("exp", nil, .badClaims), ("exp", "later", .badClaims),
        ("iat", .integer(seconds + 61), .issuedInFuture), ("iat", .integer(seconds - 700), .issuedTooLongAgo),
        ("iat", nil, .badClaims), ("nbf", .integer(seconds + 61), .notYetValid), ("nbf", "now", .badClaims),
    ] as [(String, JSON?, TokenFault)])
    func aTokenMadeForSomethingElseIsRefused(_ name: String, _ value: JSON?, _ fault: TokenFault) async throws {
        let token = try Self.token(["alg": "EdDSA", "kid": "ed"], Self.claims([name: value]))
        await #expect(throws: fault) { try await Self.judge(token) }
    }

    @Test func aForgedTokenIsRefused() async throws {
        let stranger = Curve25519.Signing.PrivateKey()
        let claims = Self.claims()
        let forged: [(String, TokenFault)] = [
            (try Self.token(["alg": "none"], claims) { _ in Data() }, .refusedAlgorithm),
            (try Self.token(["alg": "None", "kid": "ed"], claims) { _ in Data() }, .refusedAlgorithm),
            // The public key, which everybody has, as the secret of an HMAC.
            (
                try Self.token(["alg": "HS256", "kid": "ed"], claims) {
                    Data(
                        HMAC<SHA256>.authenticationCode(
                            for: $0, using: SymmetricKey(data: Self.signer.publicKey.rawRepresentation)))
                }, .refusedAlgorithm
            ),
            (try Self.token(["alg": "RS512", "kid": "ed"]), .refusedAlgorithm),
            (try Self.token(["alg": "ES256", "kid": "ed"]), .wrongAlgorithm),
            (try Self.token(["alg": "RS256", "kid": "ec"]), .wrongAlgorithm),
            (try Self.token(["alg": "EdDSA", "kid": "ed"], claims) { try stranger.signature(for: $0) }, .wrongSignature),
            (try Self.token(["alg": "EdDSA", "kid": "ed"], claims) { _ in Data() }, .wrongSignature),
            (try Self.token(["alg": "EdDSA", "kid": "other"]), .unknownKey),
            (try Self.token(["alg": "RS256"]), .unknownKey),
            (try Self.token(["alg": "EdDSA", "kid": "ed", "crit": ["exp"]]), .malformed),
            (try Self.token(["alg": "EdDSA", "kid": ["ed"]]), .malformed),
            (try Self.token() + ".x", .malformed), ("a.b.c", .malformed), ("", .malformed),
            (String(repeating: "a", count: 70_000), .malformed),
        ]
        for (token, fault) in forged {
            await #expect(throws: fault, "\(token.prefix(200))") { try await Self.judge(token) }
        }
        // Claims changed under a good signature.
        let parts = try Self.token().split(separator: ".").map(String.init)
        let changed = Base64URL.encode(Self.claims(["sub": "u2"]).encoded)
        await #expect(throws: TokenFault.wrongSignature) {
            try await Self.judge([parts[0], changed, parts[2]].joined(separator: "."))
        }
    }

    @Test func onlyKeysForSignaturesAreTaken() async throws {
        func count(_ more: [JSON]) async throws -> Int { try await Self.keys(more).keys.count }
        let short = Base64URL.encode([UInt8](repeating: 0xFF, count: 128))
        let long = Base64URL.encode([0xC1] + [UInt8](repeating: 0xFF, count: 255))
        #expect(try await count([["kty": "RSA", "kid": "r", "n": .string(short), "e": "AQAB"]]) == 2)
        #expect(try await count([["kty": "RSA", "kid": "r", "n": .string(long), "e": "AQAB"]]) == 3)
        #expect(try await count([["kty": "RSA", "kid": "r", "n": .string(long), "e": "AQAB", "use": "enc"]]) == 2)
        #expect(try await count([["kty": "RSA", "kid": "r", "n": .string(long), "e": "AQAB", "alg": "PS256"]]) == 2)
        #expect(try await count([["kty": "oct", "kid": "h", "k": "c2VjcmV0"]]) == 2)
        await #expect(throws: KeySetError.self) { try await KeySet(["keys": []]) }
    }
}
