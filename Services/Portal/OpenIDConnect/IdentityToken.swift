import Domain
import FoundationEssentials
import JWTKit
import ServiceKit

/// The rules by which an ID token is believed (OpenID Connect Core 3.1.3.7, RFC 8725). Pure but for its arguments.
struct IdentityTokenRules: Sendable {
    let issuer: String
    let clientID: String
    let nonce: String

    /// Clocks of different machines may differ by this much.
    static let leewaySeconds = 60.0
    /// A token comes straight from the provider: an older one was made for something else.
    static let longestAgeSeconds = 600.0
    private static let longestToken = 65_536

    /// What a token says about how it is to be verified.
    struct Head: Sendable {
        let algorithm: KeySet.Algorithm
        let keyID: String?
    }

    /// Reads the header, which nobody has vouched for yet.
    static func head(of token: String) throws(TokenFault) -> Head {
        guard token.utf8.count <= longestToken else { throw .malformed }
        let header = try part(0, of: token)
        guard case .string(let name)? = header["alg"] else { throw .malformed }
        guard let algorithm = KeySet.Algorithm(rawValue: name) else { throw .refusedAlgorithm }
        // RFC 7515 section 4.1.11: a critical extension that is not understood makes the token invalid.
        guard header["crit"] == nil else { throw .malformed }
        switch header["kid"] {
        case .string(let id)?: return Head(algorithm: algorithm, keyID: id)
        case nil: return Head(algorithm: algorithm, keyID: nil)
        default: throw .malformed
        }
    }

    /// The claims of a token whose signature is the key's, and which was made for this attempt.
    func claims(of token: String, key: KeySet.Key, at now: Timestamp) async throws(TokenFault) -> JSON {
        let head = try Self.head(of: token)
        guard head.algorithm == key.algorithm else { throw .wrongAlgorithm }
        do {
            _ = try await key.verifier.verify(token, as: AnyClaims.self)
        } catch let error as JWTError where error.errorType == .malformedToken {
            throw .malformed
        } catch {
            throw .wrongSignature
        }
        let claims = try Self.part(1, of: token)
        try judge(claims, seconds: Double(now.microseconds) / 1_000_000)
        return claims
    }

    private func judge(_ claims: JSON, seconds: Double) throws(TokenFault) {
        guard claims["iss"] == .string(issuer) else { throw .wrongIssuer }
        let audience: [JSON]
        switch claims["aud"] {
        case .string(let one)?: audience = [.string(one)]
        case .array(let several)?: audience = several
        default: throw .wrongAudience
        }
        guard audience.contains(.string(clientID)) else { throw .wrongAudience }
        if let party = claims["azp"] {
            guard party == .string(clientID) else { throw .wrongAuthorizedParty }
        } else if audience.count > 1 {
            throw .wrongAuthorizedParty
        }
        guard let end = Self.seconds(claims["exp"]), let issued = Self.seconds(claims["iat"]) else { throw .badClaims }
        guard seconds < end + Self.leewaySeconds else { throw .expired }
        guard issued <= seconds + Self.leewaySeconds else { throw .issuedInFuture }
        guard seconds - issued <= Self.longestAgeSeconds + Self.leewaySeconds else { throw .issuedTooLongAgo }
        if let start = claims["nbf"] {
            guard let start = Self.seconds(start) else { throw .badClaims }
            guard seconds >= start - Self.leewaySeconds else { throw .notYetValid }
        }
        guard claims["nonce"] == .string(nonce) else { throw .wrongNonce }
    }

    /// NumericDate of RFC 7519, possibly with a fraction.
    private static func seconds(_ value: JSON?) -> Double? {
        guard case .number(let number)? = value, let seconds = Double(number.text), seconds.isFinite else { return nil }
        return seconds
    }

    private static func part(_ index: Int, of token: String) throws(TokenFault) -> JSON {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = Base64URL.decode(parts[index]),
            let value = try? JSON.parse(bytes, limits: JSONLimits(allowsExponents: true)), case .object = value
        else { throw .malformed }
        return value
    }

    /// The signature is jwt-kit's to judge, the claims are judged above, where the attempt is known.
    private struct AnyClaims: JWTPayload {
        func verify(using algorithm: some JWTAlgorithm) async throws {}
    }
}
