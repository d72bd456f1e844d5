/// What is wrong with a mail.
public enum MailDefect: Hashable, Sendable {
    case address, displayName, subject, messageID, header, noRecipient
}

/// A mailbox with an optional name to show.
public struct MailAddress: Hashable, Sendable {
    public let address: String
    public let displayName: String?

    /// - Parameter address: `local@domain` in plain form: ASCII letters, digits and the signs of
    ///   RFC 5322's dot-atom, at most 254 characters; no quoted local part, no address literal.
    /// - Throws: ``OutboundError/invalidMail(_:)`` for another form, or a control character in the name.
    public init(_ address: String, displayName: String? = nil) throws(OutboundError) {
        guard Self.isPlain(address) else { throw .invalidMail(.address) }
        if let displayName {
            guard !displayName.isEmpty, !displayName.hasControlCharacter else { throw .invalidMail(.displayName) }
        }
        self.address = address
        self.displayName = displayName
    }

    private static func isPlain(_ address: String) -> Bool {
        let parts = address.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, address.utf8.count <= 254, parts[0].count <= 64 else { return false }
        return isDotted(parts[0], signs: "!#$%&'*+-/=?^_`{|}~") && isDotted(parts[1], signs: "-")
    }

    private static func isDotted(_ text: Substring.UTF8View, signs: String) -> Bool {
        text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty && atom.allSatisfy { $0.isASCIILetterOrDigit || signs.utf8.contains($0) }
        }
    }

    /// As it stands in a header, the address on a line of its own where encoded words fill theirs.
    var rendered: String {
        guard let displayName else { return address }
        let phrase = EncodedWord.phrase(displayName)
        return phrase.hasPrefix("\"") ? "\(phrase) <\(address)>" : "\(phrase)\r\n <\(address)>"
    }
}

extension String {
    /// Line ends of every kind are among them: C0, delete, C1 and Unicode's line and paragraph separators.
    var hasControlCharacter: Bool {
        unicodeScalars.contains { scalar in
            scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || (0x2028...0x2029).contains(scalar.value)
        }
    }
}

extension UInt8 {
    var isASCIILetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
