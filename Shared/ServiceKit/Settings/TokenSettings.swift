public import FoundationEssentials

/// Settings of every service that answers people or other systems and so must know who asks.
public enum TokenSettings {
    public static let keySet = Setting<String>.path(
        "ATTUNE_JWKS_FILE", "JSON Web Key Set with the public keys that sign access tokens (RS256, ES256 or EdDSA)."
    ).optional
    public static let keySetURL = Setting<URL>.url(
        "ATTUNE_JWKS_URL", "Address of the key set in place of a file: `jwks_uri` of the OpenID Connect issuer. Https."
    ).optional
    public static let caFile = Setting<String>.path(
        "ATTUNE_ISSUER_CA_FILE", "Certificates (PEM) to trust in place of the system's when the issuer is asked."
    ).optional
    public static let issuer = Setting<String>.string(
        "ATTUNE_TOKEN_ISSUER", "The `iss` claim every access token must carry.", default: "attune")
    public static let audience = Setting<String>.string(
        "ATTUNE_TOKEN_AUDIENCE", "The `aud` claim every access token must carry.", default: "attune")
    public static let sitesClaim = Setting<String>.string(
        "ATTUNE_TOKEN_SITES_CLAIM", "Claim with the caller's sites; full stops lead into objects.", default: "sites")
    public static let rolesClaim = Setting<String>.string(
        "ATTUNE_TOKEN_ROLES_CLAIM", "Claim with the caller's roles, e.g. realm_access.roles.", default: "roles")
    public static let leeway = Setting<Duration>.duration(
        "ATTUNE_TOKEN_LEEWAY", "By how much the issuer's clock may differ.", default: "30s", in: .zero ... .seconds(300))

    public static let all: [any SettingDeclaration] = [
        keySet, keySetURL, caFile, issuer, audience, sitesClaim, rolesClaim, leeway,
    ]
}

extension TokenRules {
    init(_ settings: Settings) {
        self.init(
            issuer: settings[TokenSettings.issuer], audience: settings[TokenSettings.audience],
            leewaySeconds: Double(settings[TokenSettings.leeway].components.seconds),
            claims: CallerClaims(
                sites: settings[TokenSettings.sitesClaim], roles: settings[TokenSettings.rolesClaim]))
    }
}
