public import Domain

/// Where issuers put what Attune asks of a token. A name with full stops leads into objects where there is no claim of the
/// whole name, e.g. `realm_access.roles`.
public struct CallerClaims: Hashable, Sendable {
    public var sites: String
    public var roles: String

    public init(sites: String = "sites", roles: String = "roles") {
        self.sites = sites
        self.roles = roles
    }

    /// A claim that has another form than it should, by name.
    public struct Fault: Error, Hashable, Sendable { public let name: String }

    /// Who somebody is by claims that have been verified. A missing claim gives nothing, nor does an unknown role: an issuer
    /// may serve other systems as well.
    public func caller(_ claims: JSON) throws(Fault) -> Caller {
        guard case .string(let subject)? = claims["sub"], (1...255).contains(subject.utf8.count),
            subject.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else { throw Fault(name: "sub") }
        let roles = Set(try Self.texts(self.roles, in: claims).compactMap(Role.init(rawValue:)))
        return Caller(subject: subject, sites: try siteAccess(claims), roles: roles)
    }

    /// The claim of a name, or of a path.
    public static func value(_ name: String, in claims: JSON) -> JSON? {
        if let value = claims[name] { return value }
        return name.split(separator: ".").reduce(Optional(claims)) { $0?[String($1)] }
    }

    private func siteAccess(_ claims: JSON) throws(Fault) -> SiteAccess {
        let texts = try Self.texts(sites, in: claims)
        if texts.contains("*") { return .all }
        let named = texts.compactMap { SiteID($0) }
        guard named.count == texts.count else { throw Fault(name: sites) }
        return .some(Set(named))
    }

    /// A list of texts, or one; nothing where the claim is missing.
    private static func texts(_ name: String, in claims: JSON) throws(Fault) -> [String] {
        switch value(name, in: claims) {
        case nil, .null?: return []
        case .string(let text)?: return [text]
        case .array(let elements)?:
            guard elements.count <= 1000 else { throw Fault(name: name) }
            var texts: [String] = []
            for element in elements {
                guard case .string(let text) = element else { throw Fault(name: name) }
                texts.append(text)
            }
            return texts
        default: throw Fault(name: name)
        }
    }
}
