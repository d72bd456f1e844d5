import Foundation
import Testing

@testable import Outbound

@Suite struct AddressRuleTests {
    private func bytes(_ text: String) throws -> [UInt8] {
        var v4 = in_addr()
        if inet_pton(AF_INET, text, &v4) == 1 { return withUnsafeBytes(of: v4) { Array($0) } }
        var v6 = in6_addr()
        try #require(inet_pton(AF_INET6, text, &v6) == 1)
        return withUnsafeBytes(of: v6) { Array($0) }
    }

    private func isPublic(_ text: String) throws -> Bool {
        let bytes = try bytes(text)
        return bytes.count == 4 ? AddressRule.isPublic(v4: bytes) : AddressRule.isPublic(v6: bytes)
    }

    @Test(arguments: [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.9.9.9", "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255",
        "198.51.100.7", "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::192.168.0.1", "2001:db8::1", "2001::1", "2002:7f00:1::", "3fff::1", "100::1",
    ])
    func `Special addresses are not public`(address: String) throws { #expect(try !isPublic(address)) }

    @Test(arguments: [
        "1.1.1.1", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "126.1.1.1", "128.0.0.1",
        "169.253.1.1",
        "172.15.0.1", "172.32.0.1", "192.0.1.1", "192.167.1.1", "198.17.1.1", "198.20.0.1", "223.255.255.255",
        "2606:4700::1111", "2a00:1450::1", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1", "2003::1", "2001:4860::8888",
    ])
    func `Ordinary addresses are`(address: String) throws { #expect(try isPublic(address)) }

    /// What a name leads to counts, not the name: so a name that is pointed elsewhere meanwhile gains nothing.
    @Test(arguments: ["127.0.0.1", "localhost"])
    func `No connection is made to an address that is not admitted`(host: String) throws {
        let peer = try TestPeer { peer in
            while let line = peer.readLine(), !line.isEmpty {}
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        }
        do {
            let request = try HTTPRequest(.post, url: "http://\(host):\(peer.port)/")
            let session = try CurlSession(proxy: .none, addresses: .publicOnly)
            #expect(throws: OutboundError.refusedAddress) { try session.send(request) }
            #expect(peer.connections == 0)
            #expect(!OutboundError.refusedAddress.isTransient)
            #expect(try CurlSession(proxy: .none).send(request).status == 200)
        }
        peer.stop()
    }
}

@Suite struct ConversationTests {
    @Test func `A conversation with a mail server shows its steps, neither credentials nor mailboxes`() throws {
        let peer = try TestPeer.smtp(extensions: ["AUTH PLAIN LOGIN"]) { command in
            command.hasPrefix("RCPT") ? "550 5.1.1 <b@clinic.example> is unknown" : nil
        }
        do {
            let conversation = Conversation()
            let endpoint = try SMTPEndpoint(
                url: "smtp://127.0.0.1:\(peer.port)", username: "sentineluser", password: "sentinelword",
                requireTLS: false)
            let mail = try Mail(
                from: MailAddress("attune@clinic.example"), to: [MailAddress("b@clinic.example")],
                subject: "sentinelsubject",
                textBody: "sentinelbody", messageID: "1@clinic.example", unixTime: 0)
            let session = try CurlSession(proxy: .none, conversation: conversation)
            #expect(throws: OutboundError.rejected(code: 550)) { try session.send(mail, through: endpoint) }
            let said = conversation.lines.joined(separator: "\n")
            for expected in [
                "* Connected to ", "< 220 ready", "> EHLO ", "> AUTH PLAIN …", "> MAIL FROM:<…>", "> RCPT TO:<…>",
                "< 550 5.1.1 … is unknown",
            ] {
                #expect(said.contains(expected), "\(expected) in \(said)")
            }
            let secret = Data("\0sentineluser\0sentinelword".utf8).base64EncodedString()
            for hidden in ["sentinel", "clinic.example", secret] {
                #expect(!said.contains(hidden), "\(hidden) in \(said)")
            }
        }
        peer.stop()
    }

    @Test(arguments: [
        ("AUTH LOGIN c2VjcmV0", "AUTH LOGIN …"), ("c2VjcmV0", "…"), ("POST /secret?x=1 HTTP/1.1", "POST …"),
        ("Attune-Signature: t=1", "Attune-Signature: …"), ("Host: bridge.example", "Host: …"), ("STARTTLS", "STARTTLS"),
    ])
    func `What is sent is shown without what is secret`(line: String, shown: String) {
        #expect(Conversation.command(Substring(line)) == shown)
    }

    @Test(arguments: [
        ("HTTP/1.1 410 Gone", "HTTP/1.1 410 Gone"), ("Retry-After: 30", "Retry-After: 30"),
        ("Location: https://x/secret", "Location: …"),
        ("250-AUTH PLAIN", "250-AUTH PLAIN"), ("550 <a@b.example> no", "550 … no"),
    ])
    func `What is answered is shown without mailboxes and contents`(line: String, shown: String) {
        #expect(Conversation.reply(Substring(line)) == shown)
    }
}
