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
    public func message(in field: String) -> DeliveryID? {
        let text = field.lowercased()
        var rest = text[...]
        let prefix = local.lowercased() + "+"
        while let found = rest.firstRange(of: prefix) {
            rest = rest[found.upperBound...]
            guard let at = rest.firstIndex(of: "@") else { return nil }
            let host = rest[rest.index(after: at)...].prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "." }
            if host == domain.lowercased(), let id = DeliveryID(String(rest[..<at])) { return id }
        }
        return nil
    }
}
