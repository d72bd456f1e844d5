/// A plain-text mail. Its descriptions show neither people nor content.
public struct Mail: Sendable {
    public let from: MailAddress
    /// At least one; all of them see each other.
    public let to: [MailAddress]
    public let subject: String
    public let textBody: String
    /// `unique@domain`, without angle brackets. The same mail sent again keeps its id, by which
    /// receivers recognise a double.
    public let messageID: String
    /// Seconds since 1970-01-01T00:00:00Z.
    public let unixTime: Int64
    /// Further headers, such as `Auto-Submitted`; not those that this type writes itself.
    public let headers: [Header]

    /// - Throws: ``OutboundError/invalidMail(_:)`` if a part could break out of its place in the
    ///   message: line ends and other control characters are refused, never removed.
    public init(
        from: MailAddress, to: [MailAddress], subject: String, textBody: String, messageID: String,
        unixTime: Int64, headers: [Header] = []
    ) throws(OutboundError) {
        guard !to.isEmpty else { throw .invalidMail(.noRecipient) }
        guard !subject.hasControlCharacter else { throw .invalidMail(.subject) }
        guard (try? MailAddress(messageID)) != nil else { throw .invalidMail(.messageID) }
        guard headers.allSatisfy(Self.isFurther) else { throw .invalidMail(.header) }
        self.from = from
        self.to = to
        self.subject = subject
        self.textBody = textBody
        self.messageID = messageID
        self.unixTime = unixTime
        self.headers = headers
    }

    private static func isFurther(_ header: Header) -> Bool {
        let name = header.name.lowercased()
        let own = ["from", "sender", "to", "cc", "bcc", "subject", "date", "message-id", "mime-version"]
        return !own.contains(name) && !name.hasPrefix("content-")
            // Ten for the line's frame; RFC 5322 section 2.1.1 ends lines at 998 characters.
            && name.utf8.count + header.value.utf8.count <= 988
    }

    /// The whole message (RFC 5322, MIME): ASCII, lines ended by CRLF.
    public var rendered: [UInt8] {
        let lines =
            [
                "Date: \(MailDate.text(unixTime: unixTime))",
                "From: \(from.rendered)",
                "To: \(to.map(\.rendered).joined(separator: ",\r\n "))",
                "Subject: \(EncodedWord.text(subject))",
                "Message-ID: <\(messageID)>",
            ]
            + headers.map { "\($0.name): \($0.value)" } + [
                "MIME-Version: 1.0",
                "Content-Type: text/plain; charset=utf-8",
                "Content-Transfer-Encoding: quoted-printable",
                "",
            ]
        return lines.flatMap { Array($0.utf8) + [0x0D, 0x0A] } + QuotedPrintable.encode(textBody)
    }
}

extension Mail: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "Mail(\(messageID))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["messageID": messageID]) }
}
