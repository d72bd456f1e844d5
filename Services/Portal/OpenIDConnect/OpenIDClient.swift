import FoundationEssentials
import ServiceKit

/// What the provider knows the portal as, and where claims stand.
struct OpenIDClient: Sendable {
    /// Exactly as the provider's own document and its tokens say it.
    let issuer: String
    let clientID: String
    /// Nil for a public client, which has only PKCE.
    let secret: String?
    /// Reads the secret as it is now; nil, or an answer of nil, means ``secret``.
    var currentSecret: (@Sendable () -> String?)?
    /// Where the provider sends the browser back, registered there.
    let redirectURI: String
    /// Where it sends it after signing out, registered there as well; nil: it stays at the provider.
    var afterSignOut: String?
    /// Asked for beside `openid`.
    var scopes: [String] = []
    var claims = ClaimNames()

    /// Where claims that are not standard stand; a name with full stops is a path, as in ``CallerClaims``.
    struct ClaimNames: Sendable {
        var caller = CallerClaims(sites: "attune_sites", roles: "attune_roles")
        /// The id of a client as participant, a UUID.
        var participant = "attune_participant"
    }
}

/// Settings of the sign-in with an OpenID Connect provider.
enum OpenIDSettings {
    static let issuer = Setting<URL>.url(
        "ATTUNE_OIDC_ISSUER", "OpenID Connect provider that people sign in with, its issuer exactly as it writes it."
    ).optional
    static let clientID = Setting<String>.string(
        "ATTUNE_OIDC_CLIENT_ID", "What the provider knows the portal as.", default: "attune")
    static let secret = Setting<String>.string(
        "ATTUNE_OIDC_CLIENT_SECRET", "Secret of the portal at the provider; without one it is a public client. A file is "
            + "read again at every sign-in.", secret: true
    ).optional
    static let scopes = Setting<[String]>.list(
        "ATTUNE_OIDC_SCOPES", "Scopes asked for beside openid, where the provider needs them for claims.", default: "")
    static let sitesClaim = Setting<String>.string(
        "ATTUNE_OIDC_SITES_CLAIM", "Claim of the ID token with a person's sites.", default: "attune_sites")
    static let rolesClaim = Setting<String>.string(
        "ATTUNE_OIDC_ROLES_CLAIM", "Claim of the ID token with a person's roles.", default: "attune_roles")
    static let participantClaim = Setting<String>.string(
        "ATTUNE_OIDC_PARTICIPANT_CLAIM", "Claim of the ID token with a client's participant id.",
        default: "attune_participant")

    static let all: [any SettingDeclaration] = [
        issuer, TokenSettings.caFile, clientID, secret, scopes, sitesClaim, rolesClaim, participantClaim,
    ]
}

extension OpenIDClient {
    /// As the settings say; nil where no provider is set.
    init?(_ settings: Settings, redirectURI: String, afterSignOut: String?) {
        guard let issuer = settings[OpenIDSettings.issuer] else { return nil }
        self.issuer = issuer.absoluteString
        clientID = settings[OpenIDSettings.clientID]
        secret = settings[OpenIDSettings.secret]
        currentSecret = settings.rereading(OpenIDSettings.secret)
        self.redirectURI = redirectURI
        self.afterSignOut = afterSignOut
        scopes = settings[OpenIDSettings.scopes]
        claims = ClaimNames(
            caller: CallerClaims(
                sites: settings[OpenIDSettings.sitesClaim], roles: settings[OpenIDSettings.rolesClaim]),
            participant: settings[OpenIDSettings.participantClaim])
    }
}
