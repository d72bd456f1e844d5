import Crypto
import FoundationEssentials
import ServiceKit

/// Signs what the portal hands out and wants back unchanged. From a secret follows a key for each use, so that nothing
/// signed for one can serve another. Of several secrets the last signs, and what any of them has signed is known again:
/// so it can be changed without ending sessions and links.
struct PortalKey: Sendable {
    enum Use: String { case session, form, link, kiosk, resumption, signIn = "sign-in" }

    static let shortestSecret = 32
    /// The one that signs comes first.
    private let secrets: [SymmetricKey]

    /// - Parameter text: a secret a line. Nil where there is none or one is too short.
    init?(_ text: String) {
        let lines = text.split(whereSeparator: \.isNewline)
        guard !lines.isEmpty, lines.allSatisfy({ $0.utf8.count >= Self.shortestSecret }) else { return nil }
        secrets = lines.reversed().map { SymmetricKey(data: Data($0.utf8)) }
    }

    /// The code that proves that these bytes were signed here for this use.
    func code(_ bytes: [UInt8], for use: Use) -> [UInt8] { codes(bytes, for: use)[0] }

    /// That code and those that the older secrets would have given.
    func codes(_ bytes: [UInt8], for use: Use) -> [[UInt8]] {
        keys(use).map { Array(HMAC<SHA256>.authenticationCode(for: bytes, using: $0)) }
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
            isCode(code, of: bytes, for: use)
        else { return nil }
        return bytes
    }

    /// Compares in constant time.
    func isCode(_ code: [UInt8], of bytes: [UInt8], for use: Use) -> Bool {
        keys(use).contains { HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: bytes, using: $0) }
    }

    private func keys(_ use: Use) -> [SymmetricKey] {
        secrets.map { secret in
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: secret, info: Data("attune portal \(use.rawValue)".utf8), outputByteCount: 32)
        }
    }
}
