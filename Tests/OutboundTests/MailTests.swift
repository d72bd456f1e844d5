import Foundation
import Outbound
import Testing

@Suite struct MailTests {
    private func mail(
        from: MailAddress? = nil, to: [MailAddress]? = nil, subject: String = "Subject", body: String = "Body",
        messageID: String = "1@clinic.example", unixTime: Int64 = 1_772_357_400, headers: [Header] = []
    ) throws -> Mail {
        let address = try MailAddress("a@clinic.example")
        return try Mail(
            from: from ?? address, to: to ?? [address], subject: subject, textBody: body, messageID: messageID,
            unixTime: unixTime, headers: headers)
    }

    /// Header fields, unfolded, and the raw lines of the body.
    private func parse(_ mail: Mail) throws -> (headers: [String], body: [String]) {
        let text = String(decoding: mail.rendered, as: UTF8.self)
        #expect(text.utf8.allSatisfy { $0 < 0x7F })
        let lines = text.components(separatedBy: "\r\n")
        for line in lines { #expect(line.utf8.count <= 76 && !line.contains("\n") && !line.contains("\r")) }
        // Blanks at the end of a line may be dropped by a server on the way.
        for line in lines { #expect(line.last != " " && line.last != "\t") }
        let empty = try #require(lines.firstIndex(of: ""))
        let headers = lines[..<empty].reduce(into: [String]()) { fields, line in
            if line.hasPrefix(" ") { fields[fields.count - 1] += line } else { fields.append(line) }
        }
        return (headers, Array(lines[(empty + 1)...].dropLast()))
    }

    /// Decodes the encoded words of a header by RFC 2047, apart from the code under test.
    private func decodeWords(_ text: String) -> String {
        text.split(separator: " ").map { word in
            let base64 = word.dropFirst("=?UTF-8?B?".count).dropLast(2)
            return String(decoding: Data(base64Encoded: String(base64)) ?? Data(), as: UTF8.self)
        }.joined()
    }

    /// Decodes quoted-printable lines by RFC 2045, apart from the code under test.
    private func decodeBody(_ lines: [String]) -> String {
        var bytes: [UInt8] = []
        for line in lines {
            var rest = Array(line.utf8)[...]
            var isSoft = false
            while let byte = rest.popFirst() {
                guard byte == UInt8(ascii: "=") else { bytes.append(byte); continue }
                if rest.isEmpty { isSoft = true; break }
                bytes.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)!)
                rest = rest.dropFirst(2)
            }
            if !isSoft { bytes.append(0x0A) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `A plain mail is rendered line by line as expected`() throws {
        let to = [try MailAddress("b@clinic.example", displayName: "Team \"North\""), try MailAddress("c@clinic.example")]
        let mail = try mail(to: to, subject: "A message", body: "One\nTwo", headers: [Header("Auto-Submitted", "auto-generated")])
        let expected = [
            "Date: Sun, 01 Mar 2026 09:30:00 +0000", "From: a@clinic.example",
            #"To: "Team \"North\"" <b@clinic.example>,"#, " c@clinic.example", "Subject: A message",
            "Message-ID: <1@clinic.example>", "Auto-Submitted: auto-generated", "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable", "", "One", "Two", "",
        ]
        #expect(String(decoding: mail.rendered, as: UTF8.self) == expected.joined(separator: "\r\n"))
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 +0000"), (951_827_696, "Tue, 29 Feb 2000 12:34:56 +0000"),
        (-1, "Wed, 31 Dec 1969 23:59:59 +0000"), (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 +0000"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 +0000"), (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 +0000"),
    ])
    func `The date is the instant in UTC`(time: Int64, text: String) throws {
        #expect(try parse(mail(unixTime: time)).headers[0] == "Date: \(text)")
    }

    @Test func `Every day of four centuries has the date that the calendar gives it`() throws {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss '+0000'"
        for day in stride(from: Int64(-50_000), to: 100_000, by: 37) {
            let time = day * 86_400 + 3_661
            let expected = formatter.string(from: Date(timeIntervalSince1970: Double(time)))
            #expect(try parse(mail(unixTime: time)).headers[0] == "Date: \(expected)")
        }
    }

    @Test(arguments: [
        "Größe", "日本語の件名がここにあり、とても長いので何行にもわたって続きます", "=?UTF-8?B?QQ==?=",
        String(repeating: "long ", count: 40) + "end", " leading", "👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️", "e\u{301}",
    ])
    func `A subject or name that is long or not ASCII comes back from its encoded words`(text: String) throws {
        let from = try MailAddress("a@clinic.example", displayName: text)
        let headers = try parse(mail(from: from, subject: text)).headers
        let subject = try #require(headers.first { $0.hasPrefix("Subject: ") }).dropFirst("Subject: ".count)
        #expect(Array(decodeWords(String(subject)).utf8) == Array(text.utf8))
        let name = try #require(headers.first { $0.hasPrefix("From: ") }).dropFirst("From: ".count)
            .replacing(" <a@clinic.example>", with: "")
        #expect(Array(decodeWords(String(name)).utf8) == Array(text.utf8))
    }

    @Test(arguments: [
        "", "x", "One\nTwo\n", "Grüße, 50 % = halb", "blank at the end \nand a tab\t\n", "\n\nthree\n\n\n",
        String(repeating: "a", count: 75), String(repeating: "a", count: 76), String(repeating: "a", count: 77),
        String(repeating: "ä", count: 500), String(repeating: "a", count: 75) + " ", ".\n..\n", "From here",
        String(repeating: "word ", count: 100), "a\u{0}b\u{7}c", String(repeating: "=", count: 26) + "\n",
    ])
    func `A body comes back from its encoding, with one kind of line end`(body: String) throws {
        let expected = body.isEmpty || body.hasSuffix("\n") ? body : body + "\n"
        #expect(try decodeBody(parse(mail(body: body)).body) == expected)
    }

    @Test func `Line ends of every kind become CRLF`() throws {
        #expect(try parse(mail(body: "a\r\nb\rc\nd\n\re")).body == ["a", "b", "c", "d", "", "e"])
    }

    @Test(arguments: ["\r\nBcc: x@y.example", "\nBcc: x", "\rBcc: x", "\0", "\u{85}", "\u{2028}", "\u{7f}"])
    func `No part of a mail can add a header`(injected: String) throws {
        #expect(throws: OutboundError.invalidMail(.subject)) { try mail(subject: "S" + injected) }
        #expect(throws: OutboundError.invalidMail(.messageID)) { try mail(messageID: "1@clinic.example" + injected) }
        #expect(throws: OutboundError.invalidMail(.address)) { try MailAddress("a@clinic.example" + injected) }
        #expect(throws: OutboundError.invalidMail(.displayName)) {
            try MailAddress("a@clinic.example", displayName: "A" + injected)
        }
        #expect(throws: OutboundError.invalidHeader) { try Header("X-Kind", "k" + injected) }
        let body = try parse(mail(body: "text\r\n" + injected))
        #expect(!body.headers.contains { $0.hasPrefix("Bcc") })
    }

    @Test(arguments: ["To", "bcc", "Content-Type", "MIME-Version", "Message-ID", "Sender"])
    func `A header that the mail writes itself cannot be given`(name: String) throws {
        #expect(throws: OutboundError.invalidMail(.header)) { try mail(headers: [Header(name, "x")]) }
    }

    @Test func `A header line longer than mail allows is refused`() throws {
        let long = try Header("X-Long", String(repeating: "x", count: 1_000))
        #expect(throws: OutboundError.invalidMail(.header)) { try mail(headers: [long]) }
    }

    @Test(arguments: [
        "", "a", "@", "a@", "@b", "a@b@c", "a b@c", "a@b c", "a@b..c", ".a@b", "a.@b", "<a@b>", "a@b>", "a@b,c@d",
        "ä@b", "a@[127.0.0.1]", "\"a\"@b", "a@b;", "a@b ", "a@\(String(repeating: "b", count: 260))",
    ])
    func `An address of another form is refused`(address: String) {
        #expect(throws: OutboundError.invalidMail(.address)) { try MailAddress(address) }
    }

    @Test func `A mail needs a recipient`() {
        #expect(throws: OutboundError.invalidMail(.noRecipient)) { try mail(to: []) }
    }
}
