import Crypto
import ServiceKit

/// The proof that whoever exchanges a code is who asked for it (PKCE, RFC 7636, method S256).
struct ProofKey: Hashable {
    /// Kept until the exchange; 43 characters, 256 bits.
    let verifier: String

    init(verifier: String) { self.verifier = verifier }

    init() { verifier = UnguessableText.make() }

    /// Sent with the question (RFC 7636 section 4.2).
    var challenge: String { Base64URL.encode(SHA256.hash(data: Array(verifier.utf8))) }
}

/// 256 bits from the system's generator as text for a URL.
enum UnguessableText {
    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        return Base64URL.encode((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }
}
