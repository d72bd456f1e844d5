import Contracts
import Domain
import Foundation
import Outbound
import Testing

@testable import Channels

/// Against a mail server, a receiver and a MIME reader that are not ours.
@Suite(.serialized, .enabled(if: RealPeers.isAvailable, "needs Debian's python3-aiosmtpd"), .timeLimit(.minutes(1)))
final class RealPartsTests {
    private let peers: RealPeers
    private let templates: MessageTemplates

    init() throws {
        peers = try RealPeers()
        templates = try MessageTemplates()
    }

    private func sender(
        _ url: String = "", user: String? = nil, password: String = "a good password", requireTLS: Bool = true,
        trusting caFile: String? = nil, timeout: Duration = .seconds(30)
    ) throws -> MessageSender {
        let url = url.isEmpty ? "smtp://127.0.0.1:\(peers.ports.plain)" : url
        let endpoint = try SMTPEndpoint(
            url: url, username: user, password: user == nil ? nil : password, requireTLS: requireTLS, timeout: timeout)
        return try MessageSender(
            SendingSettings(
                mail: .init(
                    endpoint: endpoint, from: MailAddress("attune@clinic.example", displayName: "Attune Grüße")),
                portal: "https://portal.example", timeout: timeout, caFile: caFile),
            templates)
    }

    private func message(
        _ address: Recipient.Address, _ occasion: Notice.Occasion = .waiting(AlertID(rawValue: UUID())),
        language: String = "en"
    ) -> OutgoingMessage {
        OutgoingMessage(
            id: DeliveryID(rawValue: UUID()),
            notice: Notice(occasion, .high, dueAt: Timestamp("2026-03-02T09:30:00Z")!, site: north),
            contact: .init(address: address, language: language), createdAt: .init(microseconds: 0))
    }

    private func mailbox(_ name: String) throws -> Recipient.Address {
        .email(try MailAddress("\(name)@clinic.example"))
    }

    private func hook(
        _ path: String, isEncrypted: Bool = false, keys: [String: String] = ["k1": "0123456789abcdef0123456789abcdef"]
    ) -> Recipient.Address {
        let base = isEncrypted ? "https://127.0.0.1:\(peers.ports.https)" : "http://127.0.0.1:\(peers.ports.http)"
        return .webhook(
            WebhookTarget(
                url: base + path,
                keys: keys.sorted { $0.key < $1.key }.map { WebhookKey(id: $0.key, bytes: Array($0.value.utf8)) },
                allowsPrivateAddress: true))
    }

    @Test func `Every text in every language is read by another MIME implementation as it was written`() throws {
        let sender = try sender(requireTLS: false)
        let occasions: [Notice.Occasion] = [
            .waiting(AlertID(rawValue: UUID())), .overdue(AlertID(rawValue: UUID())), .digest(count: 17), .test,
        ]
        for language in templates.languages.sorted() {
            for occasion in occasions {
                let message = message(try mailbox("anna"), occasion, language: language)
                let text = templates.text(for: message, portal: "https://portal.example")
                #expect(sender.send(message).outcome == .delivered(reply: 250, template: text.template))
                let mail = try peers.record(of: message.id)
                #expect(mail.id == "<\(message.id)@clinic.example>")
                #expect(mail.subject == text.subject)
                #expect(mail.text == text.body)
                #expect((mail.type, mail.charset, mail.automatic) == ("text/plain", "utf-8", "auto-generated"))
                #expect((mail.unsubscribe != nil) == (occasion == .digest(count: 17)))
                #expect(mail.to == ["anna@clinic.example"])
                #expect(mail.defects == [])
                #expect(mail.date?.hasSuffix("+00:00") == true)
            }
        }
    }

    @Test func `Mail goes encrypted and signed in, by STARTTLS and from the start, and to nobody else`() throws {
        let (starttls, smtps) = ("smtp://127.0.0.1:\(peers.ports.starttls)", "smtps://127.0.0.1:\(peers.ports.smtps)")
        for url in [starttls, smtps] {
            let message = message(try mailbox("anna"))
            let sent = try sender(url, user: "attune", trusting: peers.ports.certificate).send(message)
            #expect(sent.outcome.reply == 250)
            let mail = try peers.record(of: message.id)
            #expect(mail.tls == true || url == smtps)
            #expect(mail.user == "attune")
            // A certificate that nobody vouches for, and a password that is not good, are put right elsewhere: it waits.
            for failing in [
                try sender(url, user: "attune").send(message),
                try sender(url, user: "attune", password: "wrong", trusting: peers.ports.certificate).send(message),
            ] {
                #expect(failing.outcome.word == "transient")
                #expect(!failing.wasReached)
            }
        }
        // Nothing leaves in the clear where encryption is demanded and not offered.
        let plain = try sender(trusting: peers.ports.certificate).send(message(try mailbox("anna")))
        #expect((plain.outcome.word, plain.wasReached) == ("transient", false))
    }

    @Test func `A mail server that refuses, greylists, drops or stalls is understood`() throws {
        let sender = try sender(requireTLS: false)
        let refused = sender.send(message(try mailbox("refused")))
        #expect(refused.outcome == .permanent(reply: 550, reason: "mail server answered 550"))
        #expect(refused.wasReached)
        let greylisted = message(try mailbox("greylisted"))
        let first = sender.send(greylisted)
        #expect((first.outcome.word, first.outcome.reply, first.wasReached) == ("transient", 451, true))
        #expect(sender.send(greylisted).outcome.reply == 250)
        let dropped = sender.send(message(try mailbox("drops")))
        #expect((dropped.outcome.word, dropped.outcome.reply, dropped.wasReached) == ("transient", nil, false))
        let stalled = try self.sender(requireTLS: false, timeout: .milliseconds(300)).send(
            message(try mailbox("stalls")))
        #expect(stalled.outcome == .transient(reply: nil, reason: "timed out", retryAfter: nil))
        #expect(!stalled.wasReached)
        // The session goes on after all that.
        #expect(sender.send(message(try mailbox("anna"))).outcome.reply == 250)
    }

    @Test func `A receiver's answers are understood, and it verifies the signature of both keys`() throws {
        let sender = try sender()
        let keys = ["k1": "0123456789abcdef0123456789abcdef", "k2": "fedcba9876543210fedcba9876543210"]
        let signed = message(hook("/200", keys: keys))
        #expect(sender.send(signed).outcome == .delivered(reply: 200, template: "alert-event.1"))
        let received = try peers.record(of: signed.id)
        #expect(received.signed == [[.key("k1"), .isRight(true)], [.key("k2"), .isRight(true)]])
        #expect(sender.send(message(hook("/410"))).outcome == .permanent(reply: 410, reason: "refused by the receiver"))
        #expect(
            sender.send(message(hook("/429"))).outcome
                == .transient(reply: 429, reason: "asked to come again later", retryAfter: .seconds(120)))
        #expect(
            sender.send(message(hook("/500"))).outcome
                == .transient(reply: 500, reason: "the receiver failed", retryAfter: nil))
        let silent = try self.sender(timeout: .milliseconds(300)).send(message(hook("/never")))
        #expect((silent.outcome.reason, silent.wasReached) == ("timed out", false))
        // Whoever it was moved to hears nothing.
        #expect(
            sender.send(message(hook("/moved"))).outcome == .permanent(reply: 302, reason: "redirects are not followed")
        )
        let last = message(hook("/last"))
        #expect(sender.send(last).outcome.reply == 200)
        while case let request = try peers.nextRecord(), request.path != "/last" { #expect(request.path != "/stolen") }
        let untrusted = sender.send(message(hook("/200", isEncrypted: true)))
        #expect((untrusted.outcome.word, untrusted.wasReached) == ("transient", false))
        let trusting = try self.sender(trusting: peers.ports.certificate)
        #expect(trusting.send(message(hook("/200", isEncrypted: true))).outcome.reply == 200)
    }
}
