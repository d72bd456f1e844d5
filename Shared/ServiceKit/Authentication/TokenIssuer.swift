public import Domain
import FoundationEssentials
import JWTKit

/// Signs access tokens with an Ed25519 key: for demonstrations, tests and sites without an identity
/// provider of their own.
public struct TokenIssuer: Sendable {
    public let keyID: String
    public let issuer: String
    public let audience: String
    private let key: EdDSA.PrivateKey

    /// Makes a key pair of its own.
    ///
    /// - Parameters:
    ///   - keyID: the `kid` by which verifiers find the public key.
    public init(generating keyID: String, issuer: String = "attune", audience: String = "attune") throws {
        key = try EdDSA.PrivateKey()
        self.keyID = keyID
        self.issuer = issuer
        self.audience = audience
    }

    /// Reads a private key written by ``write(privateKey:keySet:)``.
    public init(privateKeyFile file: String, issuer: String = "attune", audience: String = "attune") throws {
        let document = try JSON.parse(Array(try Data(contentsOf: URL(filePath: file))))
        guard document["kty"] == "OKP", document["crv"] == "Ed25519", case .string(let keyID)? = document["kid"],
            case .string(let secret)? = document["d"]
        else { throw KeySetError("\(file) is not an Ed25519 private key in JWK form") }
        key = try EdDSA.PrivateKey(d: secret, curve: .ed25519)
        self.keyID = keyID
        self.issuer = issuer
        self.audience = audience
    }

    /// The public key as a key set, as `ATTUNE_JWKS_FILE` wants it.
    public var keySet: JSON { ["keys": [.object(publicMembers)]] }

    /// Writes the private key, readable by its owner alone, and the public key set. Neither file may exist.
    public func write(privateKey: String, keySet: String) throws {
        let secret = JSON.object(publicMembers + [.init("d", .string(Base64URL.encode(key.rawRepresentation)))])
        try PrivateFile.create(privateKey, secret.encoded, mode: 0o600)
        try PrivateFile.create(keySet, self.keySet.encoded, mode: 0o644)
    }

    /// A compact signed token.
    ///
    /// - Parameters:
    ///   - validFor: time until it expires; negative makes one that has expired, for tests.
    public func token(
        for caller: Caller, validFor: Duration = .seconds(3600), at now: Timestamp = .now
    ) async throws -> String {
        let issued = Double(now.microseconds / 1_000_000)
        let sites =
            switch caller.sites {
            case .all: ["*"]
            case .some(let sites): sites.map(\.text).sorted()
            }
        let claims = TokenClaims(
            sub: caller.subject, iss: issuer, aud: AudienceClaim(value: [audience]),
            exp: issued + Double(validFor.components.seconds), iat: issued, sites: sites,
            roles: caller.roles.map(\.rawValue).sorted())
        let signer = JWTKeyCollection()
        await signer.add(eddsa: key, kid: JWKIdentifier(string: keyID))
        return try await signer.sign(claims, kid: JWKIdentifier(string: keyID))
    }

    private var publicMembers: [JSON.Member] {
        [
            .init("kty", "OKP"), .init("crv", "Ed25519"), .init("alg", "EdDSA"), .init("use", "sig"),
            .init("kid", .string(keyID)), .init("x", .string(Base64URL.encode(key.publicKey.rawRepresentation))),
        ]
    }
}
