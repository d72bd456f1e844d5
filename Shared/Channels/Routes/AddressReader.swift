import FoundationEssentials
import Outbound

/// Reads where a recipient is reached.
struct AddressReader {
    /// Shorter keys could be guessed by trying; 256 bits in base64 are 44 characters.
    private static let keyLength = 32...1024

    /// Where key files are looked for.
    let folder: URL

    func address(_ place: RouteNode) throws(RoutesError) -> Recipient.Address {
        let fields = try place.fields(knowing: "email", "webhook", "inbox")
        switch (fields.optional("email"), fields.optional("webhook"), fields.optional("inbox")) {
        case (let email?, nil, nil): return .email(try mailAddress(email))
        case (nil, let webhook?, nil): return .webhook(try target(webhook))
        case (nil, nil, let inbox?): return .inbox(subject: try subject(inbox))
        default: throw place.refusal("must be one of email, webhook and inbox")
        }
    }

    private func mailAddress(_ place: RouteNode) throws(RoutesError) -> MailAddress {
        let address = try place.fields(knowing: "address").required("address")
        let text = try address.text()
        do throws(OutboundError) {
            return try MailAddress(text)
        } catch {
            throw address.refusal("must be a plain mail address, local@domain")
        }
    }

    private func subject(_ place: RouteNode) throws(RoutesError) -> String {
        let user = try place.fields(knowing: "user").required("user")
        let text = try user.text()
        guard text.utf8.count <= 255, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw user.refusal("must be the subject of their access tokens: up to 255 visible ASCII characters")
        }
        return text
    }

    private func target(_ place: RouteNode) throws(RoutesError) -> WebhookTarget {
        let fields = try place.fields(
            knowing: "url", "key_id", "key_file", "next_key_id", "next_key_file", "allow_private")
        var keys = [try key(try fields.required("key_id"), try fields.required("key_file"))]
        switch (fields.optional("next_key_id"), fields.optional("next_key_file")) {
        case (let id?, let file?):
            keys.append(try key(id, file))
            guard keys[0].id != keys[1].id else { throw id.refusal("must differ from key_id") }
        case (nil, nil): break
        default: throw place.refusal("next_key_id and next_key_file belong together")
        }
        let allowsPrivate = try fields.optional("allow_private")?.flag() ?? false
        return WebhookTarget(
            url: try webhookURL(try fields.required("url"), allowsPrivate: allowsPrivate), keys: keys,
            allowsPrivateAddress: allowsPrivate)
    }

    private func webhookURL(_ place: RouteNode, allowsPrivate: Bool) throws(RoutesError) -> String {
        let text = try place.text()
        guard let url = URL(string: text), let host = url.host(), url.user() == nil, url.password() == nil,
            url.fragment() == nil, (try? HTTPRequest(.post, url: text)) != nil
        else { throw place.refusal("must be an absolute https URL without user, password and fragment") }
        guard url.scheme == "https" || Loopback.isHost(host) else {
            throw place.refusal("must be https, except on this machine")
        }
        guard allowsPrivate || !Loopback.isHost(host) else {
            throw place.refusal("is on this machine; say allow_private: true beside it if that is meant")
        }
        return text
    }

    private func key(_ id: RouteNode, _ file: RouteNode) throws(RoutesError) -> WebhookKey {
        let name = try id.text()
        guard Self.isKeyID(name) else { throw id.refusal("must be 1 to 64 letters, digits, '.', '_' and '-'") }
        let path = URL(filePath: try file.text(), relativeTo: folder).path
        guard let content = FileManager.default.contents(atPath: path) else {
            throw file.refusal("the key file cannot be read")
        }
        var bytes = Array(content)
        while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
        guard Self.keyLength.contains(bytes.count) else {
            throw file.refusal(
                "the key file must hold \(Self.keyLength.lowerBound) to \(Self.keyLength.upperBound) bytes")
        }
        return WebhookKey(id: name, bytes: bytes)
    }

    private static func isKeyID(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}

/// Hosts that are this machine itself.
public enum Loopback {
    public static func isHost(_ host: String) -> Bool { ["localhost", "127.0.0.1", "::1", "[::1]"].contains(host) }
}
