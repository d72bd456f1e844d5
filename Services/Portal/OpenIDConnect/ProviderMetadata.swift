import FoundationEssentials
import ServiceKit

/// What a provider says of itself (OpenID Connect Discovery 1.0).
struct ProviderMetadata: Hashable, Sendable {
    let issuer: String
    let authorizationEndpoint: String
    let tokenEndpoint: String
    let keysAddress: String
    let endSessionEndpoint: String?
    /// How a client with a secret shows it.
    let secretGoesIn: SecretPlace
    /// It puts its issuer into every answer (RFC 9207), so that one without is not its own.
    let namesItselfInAnswers: Bool

    enum SecretPlace: Hashable, Sendable {
        /// `client_secret_basic`.
        case header
        /// `client_secret_post`.
        case form
    }

    /// Where the document of an issuer lies.
    static func address(of issuer: String) throws(SignInFailure) -> String {
        let address = try secure(issuer, name: "ATTUNE_OIDC_ISSUER")
        return (address.hasSuffix("/") ? String(address.dropLast()) : address) + "/.well-known/openid-configuration"
    }

    /// - Throws: ``SignInFailure/providerFaulty(_:)`` for another issuer than expected, letter by letter, and for
    ///   addresses over which a code or a token could be read by others.
    init(_ document: JSON, of issuer: String) throws(SignInFailure) {
        guard document["issuer"] == .string(issuer) else { throw .providerFaulty(.otherIssuer) }
        self.issuer = issuer
        authorizationEndpoint = try Self.address("authorization_endpoint", in: document)
        tokenEndpoint = try Self.address("token_endpoint", in: document)
        keysAddress = try Self.address("jwks_uri", in: document)
        endSessionEndpoint =
            document["end_session_endpoint"] == nil ? nil : try Self.address("end_session_endpoint", in: document)
        namesItselfInAnswers = document["authorization_response_iss_parameter_supported"] == .bool(true)
        secretGoesIn = Self.secretPlace(document["token_endpoint_auth_methods_supported"])
    }

    /// The header is what holds when nothing is said (Discovery 1.0 section 3).
    private static func secretPlace(_ methods: JSON?) -> SecretPlace {
        guard case .array(let methods)? = methods else { return .header }
        return methods.contains("client_secret_post") && !methods.contains("client_secret_basic") ? .form : .header
    }

    private static func address(_ name: String, in document: JSON) throws(SignInFailure) -> String {
        guard case .string(let text)? = document[name] else { throw .providerFaulty(.missing(name)) }
        return try secure(text, name: name)
    }

    /// An https address, or one of this machine, where nobody else can listen.
    private static func secure(_ text: String, name: String) throws(SignInFailure) -> String {
        guard text.utf8.count <= 2000, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            let parts = URLComponents(string: text), let host = parts.host, !host.isEmpty, parts.user == nil,
            parts.password == nil, parts.fragment == nil
        else { throw .providerFaulty(.missing(name)) }
        switch parts.scheme {
        case "https": return text
        case "http" where ["localhost", "127.0.0.1", "[::1]", "::1"].contains(host): return text
        default: throw .providerFaulty(.insecure(name))
        }
    }
}
