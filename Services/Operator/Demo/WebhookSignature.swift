import Crypto
import Foundation
import LocalStack

/// How a receiver checks that a webhook comes from Attune and is what was sent: header
/// `Attune-Signature: t=<unix seconds>,kid=<key id>,v1=<hex>`, an HMAC-SHA256 over the seconds as
/// written, a full stop and the body.
struct WebhookSignature: Sendable {
    /// Its text, without the line break at the end, is the key.
    let keyFile: URL

    func holds(_ webhook: ReceivedWebhook) -> Bool {
        guard let header = webhook.header("Attune-Signature"), let text = try? String(contentsOf: keyFile, encoding: .utf8)
        else { return false }
        var parts: [Substring: Substring] = [:]
        for part in header.split(separator: ",") {
            guard let equals = part.firstIndex(of: "=") else { return false }
            parts[part[..<equals]] = part[part.index(after: equals)...]
        }
        guard let seconds = parts["t"], let code = parts["v1"].flatMap(Self.bytes) else { return false }
        let key = SymmetricKey(data: Data(text.trimmingCharacters(in: .newlines).utf8))
        return HMAC<SHA256>.isValidAuthenticationCode(
            code, authenticating: Data(seconds.utf8) + Data(".".utf8) + Data(webhook.body), using: key)
    }

    private static func bytes(_ hex: Substring) -> Data? {
        guard hex.count.isMultiple(of: 2) else { return nil }
        var data = Data()
        var rest = hex
        while !rest.isEmpty {
            guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
            data.append(byte)
            rest = rest.dropFirst(2)
        }
        return data
    }
}
