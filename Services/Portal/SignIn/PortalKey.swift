import Crypto
import FoundationEssentials
import ServiceKit

/// Signs what the portal hands out and wants back unchanged. From the one secret follows a key for each use, so that
/// nothing signed for one can serve another.
struct PortalKey: Sendable {
    enum Use: String { case session, form, link, kiosk, resumption, signIn = "sign-in" }

    static let shortestSecret = 32
    private let secret: SymmetricKey

    /// Nil for a secret that is too short.
    init?(_ text: String) {
        guard text.utf8.count >= Self.shortestSecret else { return nil }
        secret = SymmetricKey(data: Data(text.utf8))
    }

    /// The code that proves that these bytes were signed here for this use.
    func code(_ bytes: [UInt8], for use: Use) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key(use)))
    }

    /// The bytes and their code as text for a cookie or an address.
    func signed(_ bytes: [UInt8], for use: Use) -> String {
        Base64URL.encode(bytes) + "." + Base64URL.encode(code(bytes, for: use))
    }

    /// What was signed; nil for anything that was not, or for another use.
    func verified(_ text: some StringProtocol, for use: Use) -> [UInt8]? {
        guard text.utf8.count <= 4096 else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let bytes = Base64URL.decode(parts[0]), let code = Base64URL.decode(parts[1]),
            HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: bytes, using: key(use))
        else { return nil }
        return bytes
    }

    fileprivate func key(_ use: Use) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: secret, info: Data("attune portal \(use.rawValue)".utf8), outputByteCount: 32)
    }
}

extension PortalKey {
    /// Compares in constant time.
    func isCode(_ code: [UInt8], of bytes: [UInt8], for use: Use) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: bytes, using: key(use))
    }
}
