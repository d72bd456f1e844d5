import Crypto
import FoundationEssentials

/// The proof that whoever exchanges a code is who asked for it (PKCE, RFC 7636, method S256).
struct ProofKey: Hashable {
    /// Kept until the exchange; 43 characters, 256 bits.
    let verifier: String

    init(verifier: String) { self.verifier = verifier }

    init() { verifier = UnguessableText.make() }

    /// Sent with the question (RFC 7636 section 4.2).
    var challenge: String { URLBase64.encode(SHA256.hash(data: Array(verifier.utf8))) }
}

/// 256 bits from the system's generator as text for a URL.
enum UnguessableText {
    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        return URLBase64.encode((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }
}

/// Base64 with the URL alphabet and without padding (RFC 4648 section 5).
enum URLBase64 {
    static func encode(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isPlain else { return nil }
        var standard = String(text).replacing("-", with: "+").replacing("_", with: "/")
        standard += String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
        return Data(base64Encoded: standard).map { Array($0) }
    }
}
