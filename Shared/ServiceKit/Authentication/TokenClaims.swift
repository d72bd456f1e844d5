import JWTKit

/// The claims that ``TokenIssuer`` puts into an access token.
struct TokenClaims: JWTPayload {
    let sub: String
    let iss: String
    let aud: AudienceClaim
    /// Seconds since 1970, possibly with a fraction (RFC 7519, NumericDate).
    let exp: Double
    let iat: Double?
    let sites: [String]
    let roles: [String]

    /// Whoever receives a token judges it: ``TokenVerifier``.
    func verify(using algorithm: some JWTAlgorithm) async throws {}
}
