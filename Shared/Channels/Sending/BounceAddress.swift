public import Domain
public import Outbound

/// Where other servers report what became of a message: an address that holds the message's id (VERP), as
/// `bounces+018f2c1e-….@clinic.example`.
public struct BounceAddress: Hashable, Sendable {
    private let local: String
    private let domain: String

    /// - Parameter address: without an id, such as `bounces@clinic.example`.
    /// - Throws: ``OutboundError/invalidMail(_:)`` where no id has room before the `@`.
    public init(_ address: MailAddress) throws(OutboundError) {
        let parts = address.address.split(separator: "@")
        guard parts.count == 2 else { throw .invalidMail(.address) }
        (local, domain) = (String(parts[0]), String(parts[1]))
        // 36 characters of an id and the sign before it, of 64 (RFC 5321 section 4.5.3.1.1).
        guard local.utf8.count + 37 <= 64, !local.contains("+") else { throw .invalidMail(.address) }
    }

    /// The envelope sender of a message.
    public func sender(of message: DeliveryID) throws(OutboundError) -> MailAddress {
        try MailAddress("\(local)+\(message)@\(domain)")
    }

    /// The message of the first such address in a header field; nil where there is none.
    ///
    /// The field is from outside and may be as long as a mail: it is read once, whatever stands in it.
    public func message(in field: String) -> DeliveryID? {
        let text = Array(field.lowercased().utf8)
        let (prefix, host) = (Array("\(local.lowercased())+".utf8), Array(domain.lowercased().utf8))
        for at in text.indices where text[at] == UInt8(ascii: "@") {
            let start = at - Self.idLength
            guard start >= prefix.count, text[start - prefix.count..<start].elementsEqual(prefix),
                text[(at + 1)...].prefix(while: Self.isOfHost).elementsEqual(host),
                let id = DeliveryID(String(decoding: text[start..<at], as: UTF8.self))
            else { continue }
            return id
        }
        return nil
    }

    private static let idLength = 36

    private static func isOfHost(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x61...0x7A, 0x80...0xFF, UInt8(ascii: "-"), UInt8(ascii: "."): true
        default: false
        }
    }
}
