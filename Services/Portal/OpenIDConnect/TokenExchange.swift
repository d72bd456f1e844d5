import FoundationEssentials
import Outbound
import ServiceKit

/// The exchange of a code for an ID token (OpenID Connect Core 3.1.3).
enum TokenExchange {
    static func request(
        code: String, verifier: String, client: OpenIDClient, provider: ProviderMetadata
    ) throws(OutboundError) -> HTTPRequest {
        var fields: [(name: String, value: String)] = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", client.redirectURI),
            ("code_verifier", verifier),
        ]
        var headers = [
            try Header("Content-Type", "application/x-www-form-urlencoded"), try Header("Accept", "application/json"),
        ]
        switch (client.currentSecret?() ?? client.secret, provider.secretGoesIn) {
        case (nil, _): fields.append(("client_id", client.clientID))
        case (let secret?, .form): fields += [("client_id", client.clientID), ("client_secret", secret)]
        case (let secret?, .header):
            // RFC 6749 section 2.3.1: both parts are escaped before they are joined.
            let pair = "\(FormText.escape(client.clientID)):\(FormText.escape(secret))"
            headers.append(try Header("Authorization", "Basic \(Data(pair.utf8).base64EncodedString())"))
        }
        return try HTTPRequest(
            .post, url: provider.tokenEndpoint, headers: headers, body: Array(FormText.encode(fields).utf8),
            timeout: ProviderRequests.timeout, connectTimeout: ProviderRequests.connectTimeout,
            maxResponseBytes: ProviderRequests.longestAnswer)
    }

    /// The ID token of an answer.
    static func idToken(from response: HTTPResponse) throws(SignInFailure) -> String {
        let document = try? JSON.parse(response.body, limits: JSONLimits(allowsExponents: true))
        guard response.status == 200 else {
            if case .string(let code)? = document?["error"], (400..<500).contains(response.status) {
                throw .exchangeRefused(code: PendingSignIn.errorCode(code))
            }
            throw .providerFaulty(.status(of: .token, response.status))
        }
        guard let document else { throw .providerFaulty(.notJSON(of: .token)) }
        guard case .string(let token)? = document["id_token"], !token.isEmpty else { throw .providerFaulty(.noIDToken) }
        return token
    }
}
