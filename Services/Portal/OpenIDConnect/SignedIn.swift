import Domain
import ServiceKit

/// Somebody whom the provider has vouched for.
struct SignedIn: Hashable, Sendable {
    let caller: Caller
    /// Of a client: whose course they may see. From its own claim, or the subject where that is such an id.
    let participant: ParticipantID?
    /// Hint for signing out at the provider. Not a credential here, but personal: it belongs into the session alone.
    let idToken: String
    let at: Timestamp

    /// Reads who somebody is from claims that have been verified. Unknown roles give nothing: a provider may serve other
    /// systems as well.
    /// - Throws: ``SignInFailure/unreadableClaim(_:)``
    init(claims: JSON, names: OpenIDClient.ClaimNames, idToken: String, at: Timestamp) throws(SignInFailure) {
        guard case .string(let subject)? = claims["sub"], (1...255).contains(subject.utf8.count),
            subject.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else { throw .unreadableClaim("sub") }
        let roles = Set(try Self.texts(names.roles, in: claims).compactMap(Role.init(rawValue:)))
        caller = Caller(subject: subject, sites: try Self.sites(names.sites, in: claims), roles: roles)
        if !roles.contains(.client) {
            participant = nil
        } else if let value = Self.value(names.participant, in: claims) {
            guard case .string(let text) = value, let id = ParticipantID(text) else {
                throw .unreadableClaim(names.participant)
            }
            participant = id
        } else {
            participant = ParticipantID(subject)
        }
        self.idToken = idToken
        self.at = at
    }

    private static func sites(_ name: String, in claims: JSON) throws(SignInFailure) -> SiteAccess {
        let texts = try texts(name, in: claims)
        if texts.contains("*") { return .all }
        let sites = texts.compactMap { SiteID($0) }
        guard sites.count == texts.count else { throw .unreadableClaim(name) }
        return .some(Set(sites))
    }

    /// A list of texts, or one; nothing where the claim is missing.
    private static func texts(_ name: String, in claims: JSON) throws(SignInFailure) -> [String] {
        switch value(name, in: claims) {
        case nil, .null?: return []
        case .string(let text)?: return [text]
        case .array(let elements)?:
            guard elements.count <= 1000 else { throw .unreadableClaim(name) }
            var texts: [String] = []
            for element in elements {
                guard case .string(let text) = element else { throw .unreadableClaim(name) }
                texts.append(text)
            }
            return texts
        default: throw .unreadableClaim(name)
        }
    }

    private static func value(_ name: String, in claims: JSON) -> JSON? {
        if let value = claims[name] { return value }
        return name.split(separator: ".").reduce(Optional(claims)) { $0?[String($1)] }
    }
}
