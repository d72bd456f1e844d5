public import Domain
import FoundationEssentials
import JWTKit
public import Logging
import Synchronization

/// Checks access tokens (RFC 7519, RFC 8725): signature by a known key and its own algorithm, issuer,
/// audience and time.
///
/// Keys are read again when a token names an unknown one and once a minute, so that keys can be
/// added and withdrawn without a restart. If the file cannot be read the last good keys stay.
public final class TokenVerifier: Sendable {
    private struct State {
        var keys: KeySet
        var readAt: Timestamp
    }

    /// Clocks of different machines may differ by this much.
    private static let leewaySeconds = 30.0
    private static let longestToken = 8192
    private static let rereadSeconds: Int64 = 60
    /// Unknown keys may be sent by anybody; they cause at most one reading in this time.
    private static let unknownKeyRereadSeconds: Int64 = 5

    private let file: String
    private let issuer: String
    private let audience: String
    private let now: @Sendable () -> Timestamp
    private let logger: Logger
    private let state: Mutex<State>

    /// Reads the key set.
    ///
    /// - Parameters:
    ///   - file: a JWKS file with Ed25519 or P-256 public keys.
    ///   - now: the clock; a test gives its own.
    /// - Throws: ``SettingsError`` when the file cannot be used.
    public init(
        keySetFile file: String, issuer: String, audience: String,
        now: @escaping @Sendable () -> Timestamp = { .now }, logger: Logger
    ) async throws(SettingsError) {
        self.file = file
        self.issuer = issuer
        self.audience = audience
        self.now = now
        self.logger = logger
        do {
            state = Mutex(State(keys: try await Self.read(file), readAt: now()))
        } catch {
            throw SettingsError(
                TokenSettings.keySet.name, "names a key set that \(error)",
                "Give a JWKS file with public keys; `attune keys` makes one.")
        }
    }

    /// The caller a compact token stands for.
    public func verify(_ token: String) async throws(TokenRefusal) -> Caller {
        guard token.utf8.count <= Self.longestToken else { throw .malformed }
        let header = try Self.header(of: token)
        guard case .string(let kid)? = header["kid"] else { throw .unknownKey }
        guard case .string(let algorithm)? = header["alg"] else { throw .malformed }
        // RFC 7515: a critical extension that is not understood makes the token invalid.
        guard header["crit"] == nil else { throw .malformed }
        guard let key = await key(kid) else { throw .unknownKey }
        guard key.algorithm == algorithm else { throw .wrongAlgorithm }
        let claims: TokenClaims
        do {
            claims = try await key.verifier.verify(token, as: TokenClaims.self)
        } catch let error as JWTError where error.errorType == .signatureVerificationFailed {
            throw .wrongSignature
        } catch is JWTError {
            throw .badClaims
        } catch {
            throw .wrongSignature
        }
        try judge(claims)
        return try claims.caller()
    }

    private func judge(_ claims: TokenClaims) throws(TokenRefusal) {
        let seconds = Double(now().microseconds) / 1_000_000
        guard claims.iss == issuer else { throw .wrongIssuer }
        guard claims.aud.value.contains(audience) else { throw .wrongAudience }
        guard seconds < claims.exp + Self.leewaySeconds else { throw .expired }
        if let start = claims.nbf, seconds < start - Self.leewaySeconds { throw .notYetValid }
    }

    private static func header(of token: String) throws(TokenRefusal) -> JSON {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = Base64URL.decode(parts[0]),
            let header = try? JSON.parse(bytes), case .object = header
        else { throw .malformed }
        return header
    }

    // MARK: Keys

    private func key(_ kid: String) async -> KeySet.Key? {
        let (known, age) = state.withLock { ($0.keys.keys[kid], now().microseconds - $0.readAt.microseconds) }
        let due = known == nil ? Self.unknownKeyRereadSeconds : Self.rereadSeconds
        guard age >= due * 1_000_000 else { return known }
        state.withLock { $0.readAt = now() }
        do {
            let keys = try await Self.read(file)
            state.withLock { $0.keys = keys }
            return keys.keys[kid]
        } catch {
            logger.error("Key set cannot be read again; the last good keys stay", metadata: ["reason": "\(error)"])
            return known
        }
    }

    private static func read(_ file: String) async throws(KeySetError) -> KeySet {
        guard let data = try? Data(contentsOf: URL(filePath: file)) else { throw KeySetError("cannot be read") }
        return try await KeySet(json: Array(data))
    }
}
