import Contracts
import Domain
import Foundation
import Outbound
import ServiceKit
import Testing

@testable import attune_notification

@Suite struct MessageTests {
    static let alert = AlertID(rawValue: UUID())

    /// Every place that could hold something about a client holds something recognisable.
    static func delivery(_ kind: AlertKind, level: Int) -> Delivery {
        Delivery(
            id: DeliveryID(rawValue: UUID()), alert: alert, episode: EpisodeID(rawValue: UUID()),
            site: SiteID("sentinel-site")!, cause: EventID(rawValue: UUID()), kind: kind, escalationLevel: level,
            dueAt: Timestamp("2026-03-02T09:30:59.5Z")!,
            recipient: RecipientPlace(id: "sentinel-recipient", channel: .email), traceparent: "00-sentinel-trace",
            createdAt: Timestamp("2026-03-02T08:30:00Z")!)
    }

    static let cases = AlertKind.allCases.flatMap { kind in [0, 1, 7].map { (kind, $0) } }

    @Test(arguments: cases)
    func `A message tells that an alert waits, how urgent it is and by when, and nothing else`(
        kind: AlertKind, level: Int
    ) throws {
        let delivery = Self.delivery(kind, level: level)
        let notice = AlertNotice(delivery, portal: "https://portal.example/app/")
        let text = try MessageTemplates().text(for: notice)
        let mail = try MailMessage.mail(
            text, of: delivery, attempt: 3, from: MailAddress("attune@clinic.example"),
            to: MailAddress("desk@clinic.example"), at: Timestamp(microseconds: 0))
        let request = String(decoding: WebhookMessage.body(notice, of: delivery), as: UTF8.self)
        let mailed = text.subject + text.body + String(decoding: mail.rendered, as: UTF8.self)
        for message in [mailed, request] {
            #expect(message.contains(Self.alert.description))
            #expect(message.contains(notice.urgency.word))
            #expect(message.contains("https://portal.example/app/alerts/\(Self.alert)"))
            var forbidden = [
                delivery.episode.description, delivery.cause.description, "sentinel-recipient", "sentinel-trace",
            ]
            forbidden += AlertKind.allCases.flatMap { [$0.rawValue, $0.rawValue.replacing("_", with: " ")] }
            forbidden += ["client", "patient", "score", "diagnos", "phq", "therap", "suicid"]
            for word in forbidden { #expect(!message.lowercased().contains(word)) }
        }
        #expect(!mailed.contains("sentinel-site"))
        #expect(text.body.contains("2026-03-02 09:30 UTC"))
        #expect(!text.body.contains("{") && !text.subject.contains("{"))
        #expect(text.template == (level == 0 ? .alertWaiting : .alertOverdue))
    }

    @Test func `Every template uses only fields that exist`() {
        for name in MessageTemplates.Name.allCases {
            let source = MessageTemplates.source(of: name)
            let tags = (source.subject + source.body).matches(of: /\{\{+[#\/]?(\w+)\}\}+/).map { String($0.1) }
            #expect(!tags.isEmpty)
            #expect(Set(tags).isSubset(of: ["alert", "urgency", "due", "link"]))
        }
    }

    @Test func `Without a portal there is no link and no empty line for it`() throws {
        let text = try MessageTemplates().text(for: AlertNotice(Self.delivery(.safety, level: 0), portal: nil))
        #expect(!text.body.contains("Open it"))
        #expect(!text.body.contains("\n\n\n"))
    }

    @Test func `A mail is marked as automatic and its id names delivery and attempt`() throws {
        let delivery = Self.delivery(.alliance, level: 0)
        let text = try MessageTemplates().text(for: AlertNotice(delivery, portal: nil))
        func mail() throws -> Mail {
            try MailMessage.mail(
                text, of: delivery, attempt: 2, from: MailAddress("attune@clinic.example"),
                to: MailAddress("desk@clinic.example"), at: Timestamp("2026-03-02T08:30:00Z")!)
        }
        let lines = String(decoding: try mail().rendered, as: UTF8.self).components(separatedBy: "\r\n")
        #expect(lines.contains("Auto-Submitted: auto-generated"))
        #expect(lines.contains("Message-ID: <\(delivery.id).2@clinic.example>"))
        #expect(lines.contains("Date: Mon, 02 Mar 2026 08:30:00 +0000"))
        #expect(try mail().rendered == mail().rendered)
    }

    @Test func `A webhook is a signed CloudEvent that openssl verifies`() throws {
        let fixture = try Fixture(recipients: [.webhook])
        let example = Example.safety
        try fixture.handle([try example.raised()])
        #expect(try fixture.deliverNext())
        let request = try #require(fixture.webhooks.all.first)
        #expect(request.line == "POST /hook HTTP/1.1")
        #expect(request.header("Content-Type")?.hasPrefix("application/cloudevents+json") == true)
        let signature = try #require(request.header("Attune-Signature"))
        let parts = Dictionary(
            uniqueKeysWithValues: signature.split(separator: ",").map { part in
                let pair = part.split(separator: "=", maxSplits: 1)
                return (String(pair[0]), String(pair[1]))
            })
        #expect(parts["kid"] == "2026-1")
        let seconds = try #require(parts["t"].flatMap { Int64($0) })
        #expect(abs(seconds - Timestamp.now.microseconds / 1_000_000) < 600)
        #expect(parts["v1"] == (try opensslHMAC("\(seconds).".utf8 + request.body)))
        #expect(parts["v1"] != (try opensslHMAC("\(seconds + 1).".utf8 + request.body)))
        let event = try #require(
            try JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any])
        #expect(event["specversion"] as? String == "1.0")
        #expect(event["id"] as? String == request.header("Attune-Delivery"))
        #expect(event["type"] as? String == "attune.alert.waiting.v1")
        let data = try #require(event["data"] as? [String: String])
        #expect(
            data == [
                "alertId": "\(example.alert)", "urgency": "urgent", "dueAt": "\(example.dueAt)", "site": "north",
                "link": "https://portal.example/alerts/\(example.alert)",
            ])
    }

    /// The same code from another implementation.
    private func opensslHMAC(_ bytes: some Sequence<UInt8>) throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "hmac-\(UUID())")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = ["dgst", "-sha256", "-hmac", String(decoding: key, as: UTF8.self), file.path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text.split(separator: "= ").last.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) } ?? ""
    }
}
