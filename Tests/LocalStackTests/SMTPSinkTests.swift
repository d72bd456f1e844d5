import Foundation
import Outbound
import Testing

@testable import LocalStack

@Suite struct SMTPSinkTests {
    /// What a mail client says, line by line, with the answers it needs.
    private static let script = [
        ("EHLO client", "250"), ("MAIL FROM:<attune@example.org> SIZE=200", "250"),
        ("RCPT TO:<first@example.org>", "250"), ("RCPT TO:<second@example.org>", "250"), ("DATA", "354"),
        (
            "Subject: An alert\r\n waits\r\nMessage-ID: <1@example.org>\r\n\r\nPlease look.\r\n..a dot\r\n.", "250"
        ), ("QUIT", "221"),
    ]

    @Test func `a whole dialogue over a socket is kept, in memory and in a file`() throws {
        try withFolder { folder in
            let sink = try SMTPSink(folder: folder.appendingPathComponent("mail"))
            defer { sink.stop() }
            #expect(try speak(Self.script, to: sink.port) == Self.script.map(\.1))
            let mail = try #require(sink.mails.first)
            #expect(sink.count == 1)
            #expect(mail.sender == "attune@example.org")
            #expect(mail.recipients == ["first@example.org", "second@example.org"])
            #expect(mail.subject == "An alert waits")
            #expect(mail.messageID == "<1@example.org>")
            #expect(String(decoding: mail.body, as: UTF8.self) == "Please look.\r\n.a dot\r\n")
            let file = folder.appendingPathComponent("mail/000001.eml")
            #expect(try String(contentsOf: file, encoding: .utf8).contains("Please look."))
        }
    }

    @Test func `file numbers go on after those of an earlier run`() throws {
        try withFolder { folder in
            for _ in 1...2 {
                let sink = try SMTPSink(folder: folder)
                _ = try speak(Self.script, to: sink.port)
                sink.stop()
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["000001.eml", "000002.eml"])
        }
    }

    @Test func `as many mails as scripted are refused for the moment, and not kept`() throws {
        let sink = try SMTPSink()
        defer { sink.stop() }
        sink.refuseNext(2)
        var expected = Self.script.map(\.1)
        for attempt in 1...3 {
            expected[5] = attempt <= 2 ? "451" : "250"
            #expect(try speak(Self.script, to: sink.port) == expected)
        }
        #expect(sink.count == 1)
        #expect(sink.refused == 2)
    }

    @Test func `commands in the wrong order are refused`() throws {
        let sink = try SMTPSink()
        defer { sink.stop() }
        let script = [
            ("MAIL FROM:<a@example.org>", "503"), ("EHLO x", "250"), ("RCPT TO:<b@example.org>", "503"), ("DATA", "503"),
            ("MAIL FROM: nobody", "501"), ("VRFY someone", "500"), ("QUIT", "221"),
        ]
        #expect(try speak(script, to: sink.port) == script.map(\.1))
        #expect(sink.count == 0)
    }

    @Test func `a message that is too long is refused, and the session goes on`() {
        var dialogue = SMTPDialogue()
        for line in ["EHLO x", "MAIL FROM:<a@example.org>", "RCPT TO:<b@example.org>", "DATA"] {
            _ = dialogue.receive(Array(line.utf8))
        }
        let long = [UInt8](repeating: 0x61, count: SMTPDialogue.messageLimit)
        #expect(dialogue.receive(long) == .silence)
        #expect(dialogue.receive(Array("more".utf8)) == .silence)
        #expect(dialogue.receive(Array(".".utf8)) == .reply("552 message too long"))
        #expect(dialogue.receive(Array("NOOP".utf8)) == .reply("250 ok"))
    }

    @Test func `a mail of the project's own client arrives`() throws {
        let sink = try SMTPSink()
        defer { sink.stop() }
        let mail = try Mail(
            from: MailAddress("attune@example.org"), to: [MailAddress("team@example.org")], subject: "Eine Rückmeldung",
            textBody: "Bitte ansehen.", messageID: "2@example.org", unixTime: 1_700_000_000)
        _ = try CurlSession(proxy: .none).send(mail, through: SMTPEndpoint(url: sink.url, requireTLS: false))
        #expect(sink.mails.first?.recipients == ["team@example.org"])
        #expect(sink.mails.first?.messageID?.contains("2@example.org") == true)
    }

    @Test func `stopping ends the connections that are open`() throws {
        let sink = try SMTPSink()
        let client = try LoopbackSocket.connection(to: sink.port, timeout: .seconds(60))
        defer { close(client) }
        var byte: UInt8 = 0
        #expect(recv(client, &byte, 1, 0) == 1)
        sink.stop()
        // The rest of the banner, then the end.
        var got = 1
        while got > 0 { got = recv(client, &byte, 1, 0) }
        #expect(got == 0)
    }

    /// Says each line and returns the code of the answer to each.
    private func speak(_ script: [(String, String)], to port: Int) throws -> [String] {
        let client = try LoopbackSocket.connection(to: port, timeout: .seconds(60))
        defer { close(client) }
        #expect(reply(client) == "220")
        return script.map { line, _ in
            #expect(LoopbackSocket.sendAll(Array((line + "\r\n").utf8), to: client))
            return reply(client)
        }
    }

    /// The code of one reply, which ends with a line that has no hyphen after it.
    private func reply(_ client: Int32) -> String {
        var line = ""
        var byte: UInt8 = 0
        while recv(client, &byte, 1, 0) == 1 {
            line.append(Character(UnicodeScalar(byte)))
            guard line.hasSuffix("\r\n") else { continue }
            if line.dropFirst(3).first != "-" { return String(line.prefix(3)) }
            line = ""
        }
        return "closed"
    }
}
