import Foundation
import Outbound
import Testing

@Suite struct SMTPTests {
    private func session() throws -> CurlSession { try CurlSession(proxy: .none) }

    private func endpoint(_ peer: TestPeer, timeout: Duration = .seconds(20)) throws -> SMTPEndpoint {
        try SMTPEndpoint(url: "smtp://127.0.0.1:\(peer.port)", requireTLS: false, timeout: timeout)
    }

    private func mail(to addresses: [String] = ["b@clinic.example"], body: String = "Hello\n") throws -> Mail {
        try Mail(
            from: MailAddress("attune@clinic.example"), to: addresses.map { try MailAddress($0) },
            subject: "A message is waiting", textBody: body, messageID: "0198c0de@clinic.example", unixTime: 0)
    }

    @Test func `A mail arrives with its envelope and unchanged text`() throws {
        let seen = Seen<ReceivedMail>()
        let peer = try TestPeer.smtp(noting: seen)
        do {
            let mail = try mail(to: ["b@clinic.example", "c@clinic.example"], body: "One\n.\n..two\n")
            #expect(try session().send(mail, through: endpoint(peer)).code == 250)
            let received = try #require(seen.all.first)
            #expect(received.commands.contains { $0.hasPrefix("MAIL FROM:<attune@clinic.example>") })
            #expect(
                received.commands.filter { $0.hasPrefix("RCPT") }
                    == ["RCPT TO:<b@clinic.example>", "RCPT TO:<c@clinic.example>"])
            // A dot that begins a line is doubled on the wire, so that it does not end the message.
            let sent = String(decoding: mail.rendered, as: UTF8.self)
            let expected = sent.components(separatedBy: "\r\n").dropLast().map { $0.hasPrefix(".") ? "." + $0 : $0 }
            #expect(received.lines == expected)
            #expect(received.lines.suffix(3) == ["One", "..", "...two"])
        }
        peer.stop()
    }

    @Test func `One connection carries several mails of a session`() throws {
        let seen = Seen<ReceivedMail>()
        let peer = try TestPeer.smtp(noting: seen)
        do {
            let session = try session()
            for _ in 1...3 { _ = try session.send(mail(), through: endpoint(peer)) }
            #expect(seen.all.count == 3)
            #expect(peer.connections == 1)
        }
        peer.stop()
    }

    @Test(arguments: ["CONNECT", "MAIL", "RCPT", "DATA", "."], [421, 450, 452, 550, 554])
    func `A refusal at any step is reported with the server's code`(step: String, code: Int) throws {
        let seen = Seen<ReceivedMail>()
        let peer = try TestPeer.smtp(noting: seen) { $0.hasPrefix(step) ? "\(code) no" : nil }
        do {
            let error = #expect(throws: OutboundError.rejected(code: code)) {
                try session().send(mail(), through: endpoint(peer))
            }
            #expect(error?.isTransient == (code < 500))
            #expect(seen.all.isEmpty == (step != "."))
        }
        peer.stop()
    }

    @Test func `A mail of which one recipient is refused reaches nobody`() throws {
        let seen = Seen<ReceivedMail>()
        let peer = try TestPeer.smtp(noting: seen) { $0.contains("bad@") ? "550 unknown" : nil }
        do {
            let mail = try mail(to: ["good@clinic.example", "bad@clinic.example"])
            #expect(throws: OutboundError.rejected(code: 550)) { try session().send(mail, through: endpoint(peer)) }
            #expect(seen.all.isEmpty)
        }
        peer.stop()
    }

    @Test func `A session goes on after a refused mail`() throws {
        let seen = Seen<ReceivedMail>()
        let peer = try TestPeer.smtp(noting: seen) { $0.contains("bad@") ? "450 later" : nil }
        do {
            let session = try session()
            let bad = try mail(to: ["bad@clinic.example"])
            #expect(throws: OutboundError.rejected(code: 450)) { try session.send(bad, through: endpoint(peer)) }
            #expect(try session.send(mail(), through: endpoint(peer)).code == 250)
            #expect(seen.all.count == 1)
        }
        peer.stop()
    }

    @Test func `A server that falls silent at any step ends in a timeout`() throws {
        for step in ["CONNECT", "RCPT", "."] {
            let peer = try TestPeer { peer in
                if step == "CONNECT" { return peer.stall() }
                peer.write("220 ready\r\n")
                while let line = peer.readLine(), !line.hasPrefix(step) {
                    if line.hasPrefix("DATA") { peer.write("354 go on\r\n") }
                    if ["EHLO", "MAIL", "RCPT"].contains(where: line.hasPrefix) { peer.write("250 ok\r\n") }
                }
                peer.stall()
            }
            do {
                #expect(throws: OutboundError.timedOut) {
                    try session().send(mail(), through: endpoint(peer, timeout: .milliseconds(200)))
                }
            }
            peer.stop()
        }
    }

    @Test func `A session ends its connection without a goodbye, for whose answer it would have to wait`() throws {
        let last = Seen<String?>()
        let peer = try TestPeer { peer in
            peer.write("220 ready\r\n")
            while let line = peer.readLine(), line != "." {
                if line.hasPrefix("DATA") { peer.write("354 go on\r\n") }
                if ["EHLO", "MAIL", "RCPT"].contains(where: line.hasPrefix) { peer.write("250 ok\r\n") }
            }
            peer.write("250 taken\r\n")
            last.note(peer.readLine())
        }
        do { _ = try session().send(mail(), through: endpoint(peer)) }
        peer.stop()
        #expect(last.all == [nil])
    }

    @Test func `A connection lost after the message was sent is not taken for a success`() throws {
        let peer = try TestPeer { peer in
            peer.write("220 ready\r\n")
            while let line = peer.readLine(), line != "." {
                if line.hasPrefix("DATA") { peer.write("354 go on\r\n") }
                if ["EHLO", "MAIL", "RCPT"].contains(where: line.hasPrefix) { peer.write("250 ok\r\n") }
            }
        }
        do {
            let error = #expect(throws: OutboundError.self) { try session().send(mail(), through: endpoint(peer)) }
            #expect(error?.isTransient == true)
        }
        peer.stop()
    }

    @Test func `A port where nobody listens is a failure to connect`() throws {
        let (socket, port) = try LoopbackPort.bind()
        defer { close(socket) }
        let endpoint = try SMTPEndpoint(url: "smtp://127.0.0.1:\(port)", requireTLS: false)
        #expect(throws: OutboundError.couldNotConnect) { try session().send(mail(), through: endpoint) }
    }

    @Test func `Where encryption is demanded and not offered no mail is sent`() throws {
        let seen = Seen<ReceivedMail>()
        let peer = try TestPeer.smtp(noting: seen)
        do {
            let endpoint = try SMTPEndpoint(url: "smtp://127.0.0.1:\(peer.port)")
            let error = #expect(throws: OutboundError.self) { try session().send(mail(), through: endpoint) }
            guard case .tls = error else { throw error ?? OutboundError.refusedURL }
            #expect(seen.all.isEmpty)
        }
        peer.stop()
    }

    @Test func `Credentials are presented, and their refusal is told apart`() throws {
        for (answer, expected) in [("235 welcome", nil), ("535 no", OutboundError.loginDenied)] {
            let commands = Seen<String>()
            let peer = try TestPeer.smtp(extensions: ["AUTH PLAIN"]) { command in
                commands.note(command)
                return command.hasPrefix("AUTH") ? answer : nil
            }
            do {
                let endpoint = try SMTPEndpoint(
                    url: "smtp://127.0.0.1:\(peer.port)", username: "user", password: "word", requireTLS: false)
                let session = try session()
                if let expected {
                    #expect(throws: expected) { try session.send(mail(), through: endpoint) }
                } else {
                    _ = try session.send(mail(), through: endpoint)
                }
                let token = Data("\0user\0word".utf8).base64EncodedString()
                #expect(commands.all.contains("AUTH PLAIN \(token)"))
            }
            peer.stop()
        }
    }

    @Test func `A password that was replaced is used without a restart`() throws {
        let commands = Seen<String>()
        let peer = try TestPeer.smtp(extensions: ["AUTH PLAIN"]) { command in
            commands.note(command)
            return command.hasPrefix("AUTH") ? "235 welcome" : nil
        }
        defer { peer.stop() }
        let passwords = Seen<String>()
        passwords.note("first")
        var endpoint = try SMTPEndpoint(
            url: "smtp://127.0.0.1:\(peer.port)", username: "user", password: "first", requireTLS: false)
        endpoint.currentPassword = { passwords.all.last }
        _ = try session().send(mail(), through: endpoint)
        passwords.note("second")
        _ = try session().send(mail(), through: endpoint)
        let logins = commands.all.filter { $0.hasPrefix("AUTH") }
        #expect(logins == ["first", "second"].map { "AUTH PLAIN \(Data("\0user\0\($0)".utf8).base64EncodedString())" })
    }

    @Test(arguments: [
        "", "host", "http://host", "smtp://", "smtp://user:word@host", "smtp://host/name", "smtp://host\r\n",
    ])
    func `An endpoint of another form is refused`(url: String) {
        #expect(throws: OutboundError.refusedURL) { try SMTPEndpoint(url: url) }
    }

    @Test func `Credentials that could leave the machine in clear are refused`() throws {
        #expect(throws: OutboundError.refusedURL) {
            try SMTPEndpoint(url: "smtp://mail.example:25", username: "u", password: "w", requireTLS: false)
        }
        _ = try SMTPEndpoint(url: "smtp://mail.example:587", username: "u", password: "w")
        _ = try SMTPEndpoint(url: "smtps://mail.example", username: "u", password: "w", requireTLS: false)
    }

    @Test func `Descriptions show neither credentials nor people nor content`() throws {
        let endpoint = try SMTPEndpoint(url: "smtps://mail.example", username: "login", password: "word")
        let mail = try mail(body: "content")
        var dumped = ""
        dump(endpoint, to: &dumped)
        dump(mail, to: &dumped)
        for text in ["\(endpoint) \(mail)", String(reflecting: endpoint), String(reflecting: mail), dumped] {
            for secret in ["login", "word", "b@clinic", "attune@", "waiting", "content"] { #expect(!text.contains(secret)) }
        }
    }
}
