public import Domain
import JWTKit
public import Logging

/// What an access token must say to be taken, and where.
public struct TokenRules: Sendable {
    /// The `iss` claim.
    public let issuer: String
    /// One of the `aud` claim.
    public let audience: String
    /// Clocks of different machines may differ by this much.
    public let leewaySeconds: Double
    public let claims: CallerClaims

    public init(issuer: String, audience: String, leewaySeconds: Double = 30, claims: CallerClaims = CallerClaims()) {
        self.issuer = issuer
        self.audience = audience
        self.leewaySeconds = leewaySeconds
        self.claims = claims
    }
}

/// Checks access tokens (RFC 7519, RFC 8725): signature by a known key and its own algorithm, issuer, audience and time.
public struct TokenVerifier: Sendable {
    static let longestToken = 8192

    private let rules: TokenRules
    private let keys: IssuerKeys<KeySetError>
    private let now: @Sendable () -> Timestamp

    /// Reads the key set. One that comes from an address may be missing at first: until it can be read every token is refused
    /// as ``TokenRefusal/noKeys``.
    ///
    /// - Parameters:
    ///   - now: the clock; a test gives its own.
    /// - Throws: ``SettingsError`` when a file cannot be used.
    public init(
        _ source: KeySource, rules: TokenRules, now: @escaping @Sendable () -> Timestamp = { .now }, logger: Logger
    ) async throws(SettingsError) {
        self.rules = rules
        self.now = now
        keys = IssuerKeys(source.schedule, now: now) { () throws(KeySetError) in
            try await source.read()
        } failed: { error in
            logger.error("Key set cannot be read again; the last good keys stay", metadata: ["reason": "\(error)"])
        }
        do {
            try await keys.prepare()
        } catch {
            switch source {
            case .file:
                throw SettingsError(
                    TokenSettings.keySet.name, "names a key set that \(error)",
                    "Give a JWKS file with public keys; `attune keys` makes one.")
            case .url:
                logger.error("No token can be checked yet: the issuer's key set \(error)")
            }
        }
    }

    /// For `/ready`: whether tokens can be checked at all.
    public func health() async -> HealthFinding {
        do throws(KeySetError) {
            try await keys.prepare()
            return .healthy
        } catch { return .failing("the issuer's key set \(error)") }
    }

    /// The caller a compact token stands for.
    public func verify(_ token: String) async throws(TokenRefusal) -> Caller {
        guard token.utf8.count <= Self.longestToken else { throw .malformed }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed }
        let key = try await key(for: try Self.object(parts[0]))
        do {
            _ = try await key.verifier.verify(token, as: AnyClaims.self)
        } catch {
            throw .wrongSignature
        }
        let claims = try Self.object(parts[1])
        try judge(claims)
        guard CallerClaims.value(rules.claims.sites, in: claims) != nil,
            CallerClaims.value(rules.claims.roles, in: claims) != nil
        else { throw .badClaims }
        do { return try rules.claims.caller(claims) } catch { throw .badClaims }
    }

    private func key(for header: JSON) async throws(TokenRefusal) -> KeySet.Key {
        guard case .string(let name)? = header["alg"] else { throw .malformed }
        // RFC 7515 section 4.1.11: a critical extension that is not understood makes the token invalid.
        guard header["crit"] == nil else { throw .malformed }
        guard case .string(let id)? = header["kid"] else { throw .unknownKey }
        guard let algorithm = KeySet.Algorithm(rawValue: name) else { throw .wrongAlgorithm }
        let found: KeySet.Key?
        do { found = try await keys.key(id, for: algorithm) } catch { throw .noKeys }
        guard let found else { throw .unknownKey }
        guard found.algorithm == algorithm else { throw .wrongAlgorithm }
        return found
    }

    private func judge(_ claims: JSON) throws(TokenRefusal) {
        let seconds = Double(now().microseconds) / 1_000_000
        guard claims["iss"] == .string(rules.issuer) else { throw .wrongIssuer }
        switch claims["aud"] {
        case .string(let one)? where one == rules.audience: break
        case .array(let several)? where several.contains(.string(rules.audience)): break
        case .string?, .array?: throw .wrongAudience
        default: throw .badClaims
        }
        guard let end = Self.seconds(claims["exp"]) else { throw .badClaims }
        guard seconds < end + rules.leewaySeconds else { throw .expired }
        if let start = claims["nbf"] {
            guard let start = Self.seconds(start) else { throw .badClaims }
            guard seconds >= start - rules.leewaySeconds else { throw .notYetValid }
        }
    }

    /// NumericDate of RFC 7519, possibly with a fraction.
    private static func seconds(_ value: JSON?) -> Double? {
        guard case .number(let number)? = value, let seconds = Double(number.text), seconds.isFinite else { return nil }
        return seconds
    }

    private static func object(_ part: Substring) throws(TokenRefusal) -> JSON {
        guard let bytes = Base64URL.decode(part),
            let value = try? JSON.parse(bytes, limits: JSONLimits(allowsExponents: true)), case .object = value
        else { throw .malformed }
        return value
    }

    /// The signature is jwt-kit's to judge; the claims are judged here, where their names and the time are known.
    private struct AnyClaims: JWTPayload {
        func verify(using algorithm: some JWTAlgorithm) async throws {}
    }
}
