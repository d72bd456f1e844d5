import Domain
import Logging
import Outbound
import ServiceKit

/// Signing in with an OpenID Connect provider: the authorization code flow with PKCE, state and nonce.
///
/// ```swift
/// let start = try await openID.begin()            // keep start.pending for this browser, send it to start.address
/// let person = try await openID.finish(query, start.pending)
/// ```
struct OpenIDConnect: Sendable {
    let client: OpenIDClient
    private let requests: ProviderRequests
    private let documents: ProviderDocuments
    private let now: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - requests: how the provider is reached.
    ///   - now: the clock; a test gives its own.
    init(
        _ client: OpenIDClient, requests: ProviderRequests = ProviderRequests(),
        now: @escaping @Sendable () -> Timestamp = { .now }, logger: Logger
    ) {
        self.client = client
        self.requests = requests
        self.now = now
        documents = ProviderDocuments(issuer: client.issuer, requests: requests, now: now, logger: logger)
    }

    struct Start: Sendable {
        /// Where to send the browser.
        let address: String
        let pending: PendingSignIn
    }

    /// Begins an attempt.
    func begin() async throws(SignInFailure) -> Start {
        let provider = try await documents.provider()
        let pending = PendingSignIn(at: now())
        return Start(address: pending.authorizationURL(client, at: provider), pending: pending)
    }

    /// Ends an attempt with what the browser came back with. The attempt is to be forgotten before, whatever comes of it:
    /// a second answer to it is nobody's.
    /// - Parameter query: of the request to the redirect address, as it came, without the question mark.
    func finish(_ query: String, _ pending: PendingSignIn) async throws(SignInFailure) -> SignedIn {
        let provider = try await documents.provider()
        let code = try pending.code(from: query, of: provider, at: now())
        let request: HTTPRequest
        do {
            request = try TokenExchange.request(code: code, verifier: pending.verifier, client: client, provider: provider)
        } catch { throw .providerUnreachable(error) }
        let token = try TokenExchange.idToken(from: await requests.send(request))
        let rules = IdentityTokenRules(issuer: provider.issuer, clientID: client.clientID, nonce: pending.nonce)
        let claims = try await claims(of: token, by: rules)
        return try SignedIn(claims: claims, names: client.claims, idToken: token, at: now())
    }

    private func claims(of token: String, by rules: IdentityTokenRules) async throws(SignInFailure) -> JSON {
        let head: IdentityTokenRules.Head
        do { head = try IdentityTokenRules.head(of: token) } catch { throw .badToken(error) }
        let key = try await documents.key(for: head)
        do { return try await rules.claims(of: token, key: key, at: now()) } catch { throw .badToken(error) }
    }

    /// Where to send the browser to sign out at the provider as well (OpenID Connect RP-Initiated Logout 1.0); nil where
    /// the provider has no such place.
    func signOutAddress(idToken: String?) async throws(SignInFailure) -> String? {
        guard let place = try await documents.provider().endSessionEndpoint else { return nil }
        var fields = [("client_id", client.clientID)]
        if let idToken { fields.append(("id_token_hint", idToken)) }
        if let after = client.afterSignOut { fields.append(("post_logout_redirect_uri", after)) }
        return PendingSignIn.adding(fields, to: place)
    }
}
