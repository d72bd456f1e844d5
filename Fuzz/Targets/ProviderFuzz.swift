import Domain
import ServiceKit

@testable import Outbound
@testable import attune_portal

/// Documents of an identity provider, and what a browser brings back from it.
enum ProviderFuzz {
    private static let issuer = "https://id.example"
    private static let now = Timestamp(microseconds: 1_760_000_000_000_000)

    static func run(_ bytes: [UInt8]) throws(FuzzFault) {
        if let document = read({ try JSON.parse(bytes) }),
            let provider = read({ try ProviderMetadata(document, of: issuer) })
        {
            try check(provider, bytes)
        }
        for status in [200, 400] {
            let answer = HTTPResponse(status: status, headers: [], body: bytes)
            guard let token = read({ try TokenExchange.idToken(from: answer) }) else { continue }
            try hold(status == 200 && !token.isEmpty, "a refusal holds a token")
            _ = read { try IdentityTokenRules.head(of: token) }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        _ = read { try IdentityTokenRules.head(of: text) }
        if let fields = FormText.decode(text) {
            let written = FormText.encode(fields.map { (name: $0.key, value: $0.value) })
            try hold(
                written.utf8.count > 16_384 || FormText.decode(written) == fields,
                "fields are others after they were written")
        }
    }

    private static func check(_ provider: ProviderMetadata, _ bytes: [UInt8]) throws(FuzzFault) {
        for address in [provider.authorizationEndpoint, provider.tokenEndpoint, provider.keysAddress] {
            let isSafe = ["https://", "http://localhost", "http://127.0.0.1", "http://[::1]"].contains {
                address.lowercased().hasPrefix($0)
            }
            try hold(isSafe, "a provider's address could be read by others")
        }
        let attempt = PendingSignIn(at: now)
        let query = String(decoding: bytes, as: UTF8.self)
        let code = read { try attempt.code(from: query, of: provider, at: now) }
        try hold(code == nil, "an answer is taken that does not know the attempt")
    }
}
