import Domain
import JWTKit

/// The claims of an access token as they travel.
struct TokenClaims: JWTPayload {
    let sub: String
    let iss: String
    let aud: AudienceClaim
    /// Seconds since 1970, possibly with a fraction (RFC 7519, NumericDate).
    let exp: Double
    let nbf: Double?
    let iat: Double?
    let sites: [String]
    let roles: [String]

    /// Claims are judged by ``TokenVerifier``, which knows the time, the issuer and the leeway.
    func verify(using algorithm: some JWTAlgorithm) async throws {}

    /// Who this is. Unknown roles give no rights and are skipped: an issuer may serve other systems as
    /// well. Site names of a wrong form are a fault.
    func caller() throws(TokenRefusal) -> Caller {
        guard (1...255).contains(sub.utf8.count), sites.count <= 1000 else { throw .badClaims }
        let roles = Set(roles.compactMap(Role.init(rawValue:)))
        if sites.contains("*") { return Caller(subject: sub, sites: .all, roles: roles) }
        var named: Set<SiteID> = []
        for text in sites {
            guard let site = SiteID(text) else { throw .badClaims }
            named.insert(site)
        }
        return Caller(subject: sub, sites: .some(named), roles: roles)
    }
}
