import Domain
import FoundationEssentials

/// What is kept of an attempt to sign in until the provider sends the browser back: in a cookie that only this browser
/// has, sealed or kept on the server.
struct PendingSignIn: Hashable, Sendable, Codable {
    /// Ties the answer to this browser.
    let state: String
    /// Ties the ID token to this attempt.
    let nonce: String
    /// Of PKCE: ties the code to this attempt. Secret.
    let verifier: String
    /// Microseconds since 1970.
    let begun: Int64

    static let longestSeconds: Int64 = 900

    init(at now: Timestamp) {
        state = UnguessableText.make()
        nonce = UnguessableText.make()
        verifier = ProofKey().verifier
        begun = now.microseconds
    }

    /// The address to send the browser to (OpenID Connect Core 3.1.2.1).
    func authorizationURL(_ client: OpenIDClient, at provider: ProviderMetadata) -> String {
        let scopes = ["openid"] + client.scopes.filter { $0 != "openid" }
        let fields = [
            ("response_type", "code"), ("client_id", client.clientID), ("redirect_uri", client.redirectURI),
            ("scope", scopes.joined(separator: " ")), ("state", state), ("nonce", nonce),
            ("code_challenge", ProofKey(verifier: verifier).challenge), ("code_challenge_method", "S256"),
        ]
        return Self.adding(fields, to: provider.authorizationEndpoint)
    }

    static func adding(_ fields: [(String, String)], to address: String) -> String {
        address + (address.contains("?") ? "&" : "?") + FormText.encode(fields.map { (name: $0.0, value: $0.1) })
    }

    /// The code of an answer that belongs to this attempt.
    /// - Parameter query: what stands behind the question mark of the address that the browser came back with.
    func code(
        from query: String, of provider: ProviderMetadata, at now: Timestamp
    ) throws(SignInFailure) -> String {
        guard let fields = FormText.decode(query) else { throw .strangeAnswer(.unreadable) }
        // First whether it is the answer at all: what a stranger sends is not even told from a refusal.
        guard let answered = fields["state"], Self.isSame(answered, state) else { throw .strangeAnswer(.wrongState) }
        if let issuer = fields["iss"] {
            guard issuer == provider.issuer else { throw .strangeAnswer(.otherIssuer) }
        } else if provider.namesItselfInAnswers {
            throw .strangeAnswer(.otherIssuer)
        }
        guard (0...Self.longestSeconds * 1_000_000).contains(now.microseconds - begun) else {
            throw .strangeAnswer(.expired)
        }
        if let error = fields["error"] { throw .refusedByProvider(code: Self.errorCode(error)) }
        guard let code = fields["code"], (1...4096).contains(code.utf8.count) else { throw .strangeAnswer(.noCode) }
        return code
    }

    /// An error's code where it looks like one: it goes into the log, other text does not.
    static func errorCode(_ text: String) -> String {
        let isCode = (1...40).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "_") }
        return isCode ? text : "unreadable"
    }

    /// In a time that does not depend on where they differ.
    private static func isSame(_ left: String, _ right: String) -> Bool {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        return left.count == right.count && zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
