public import Domain
import HTTPTypes

/// What a person or system may do, as its access token says.
public enum Role: String, CaseIterable, Hashable, Sendable {
    case client, clinician, supervisor
    case siteAdmin = "site_admin"
    case networkAdmin = "network_admin"
    case auditor, `operator`, integration
}

/// The sites whose data a caller may touch.
public enum SiteAccess: Hashable, Sendable {
    case all
    case some(Set<SiteID>)

    public func includes(_ site: SiteID) -> Bool {
        switch self {
        case .all: true
        case .some(let sites): sites.contains(site)
        }
    }

    /// The sites by name; nil for all.
    public var listed: [SiteID]? {
        switch self {
        case .all: nil
        case .some(let sites): sites.sorted()
        }
    }
}

/// Who asks: the verified content of an access token.
public struct Caller: Hashable, Sendable {
    /// The `sub` claim: an opaque id of a person or system.
    public let subject: String
    public let sites: SiteAccess
    public let roles: Set<Role>

    public init(subject: String, sites: SiteAccess, roles: Set<Role>) {
        self.subject = subject
        self.sites = sites
        self.roles = roles
    }

    /// Refuses (403) a caller who has none of the roles.
    public func requireRole(_ roles: Set<Role>) throws(Problem) {
        if self.roles.isDisjoint(with: roles) { throw Problem.wrongRole }
    }

    /// Refuses (403) a caller of another site. The answer is the same whether the site exists or not.
    public func requireSite(_ site: SiteID) throws(Problem) {
        if !sites.includes(site) { throw Problem.otherSite }
    }
}

extension Problem {
    /// 401 with the challenge that RFC 6750 asks for: no token was sent.
    static let missingToken = Problem(
        "authentication-required", .unauthorized, title: "An access token is required",
        headers: [.wwwAuthenticate: #"Bearer realm="attune""#])

    /// 401: a token was sent that is not good.
    static func invalidToken(_ reason: TokenRefusal) -> Problem {
        Problem(
            "invalid-token", .unauthorized, title: "The access token is not valid", detail: reason.explanation,
            headers: [
                .wwwAuthenticate:
                    #"Bearer realm="attune", error="invalid_token", error_description="\#(reason.explanation)""#
            ])
    }

    /// 403: none of the caller's roles may do this.
    public static let wrongRole = Problem(
        "wrong-role", .forbidden, title: "Your role does not allow this",
        headers: [.wwwAuthenticate: #"Bearer realm="attune", error="insufficient_scope""#])

    /// 403: the caller's sites do not include the one asked for.
    public static let otherSite = Problem(
        "other-site", .forbidden, title: "Your access does not extend to this site")
}
