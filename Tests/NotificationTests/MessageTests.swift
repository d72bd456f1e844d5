import Contracts
import Domain
import Foundation
import Outbound
import ServiceKit
import Testing

@testable import Channels
@testable import attune_notification

@Suite struct MessageTests {
    static let alert = AlertID(rawValue: UUID())

    /// Every place that could hold something about a client holds something recognisable.
    static func delivery(_ kind: AlertKind, level: Int) -> Delivery {
        Delivery(
            id: DeliveryID(rawValue: UUID()), alert: alert, episode: EpisodeID(rawValue: UUID()),
            site: SiteID("sentinel-site")!, cause: EventID(rawValue: UUID()), kind: kind,
            urgency: Urgency(kind, nil), escalationLevel: level,
            dueAt: Timestamp("2026-03-02T09:30:59.5Z")!,
            recipient: RecipientPlace(id: "sentinel-recipient", channel: .email), traceparent: "00-sentinel-trace",
            createdAt: Timestamp("2026-03-02T08:30:00Z")!)
    }

    static let portal = "https://portal.example/app/"

    private func attempt(
        _ delivery: Delivery, language: String = "en", times: MessageTimes? = nil,
        gathered: [DeliveryAttempt.Part]? = nil
    ) throws -> DeliveryAttempt {
        DeliveryAttempt(
            delivery: delivery, number: 1,
            contact: .init(address: .email(try MailAddress("desk@clinic.example")), language: language), times: times,
            gathered: gathered)
    }

    private func mail(_ attempt: DeliveryAttempt, portal: String? = Self.portal) throws -> (
        MessageTemplates.Text, String
    ) {
        let text = try MessageTemplates().text(for: attempt.message, portal: portal)
        let mail = try MailMessage.mail(
            text, of: attempt.message, from: MailAddress("attune@clinic.example"),
            to: MailAddress("desk@clinic.example"), at: Timestamp("2026-03-02T08:30:00Z")!)
        return (text, String(decoding: mail.rendered, as: UTF8.self))
    }

    /// Words that would say something about a client, in the languages of the texts.
    private static let clinical = [
        "client", "patient", "score", "diagnos", "phq", "therap", "suicid", "session", "depress", "klient", "wert",
        "sitzung", "verschlechter", "sicherheit", "sentinel-recipient", "sentinel-trace",
    ]

    /// Every kind of alert, every level, every language, alone and gathered: all messages that can be.
    @Test(arguments: MessageTemplates.builtInLanguages.sorted(), AlertKind.allCases)
    func `No message in any language holds anything about a client`(language: String, kind: AlertKind) throws {
        for level in [0, 1, 7] {
            let delivery = Self.delivery(kind, level: level)
            let other = DeliveryAttempt.Part(delivery: Self.delivery(kind, level: 0), number: 1)
            for gathered in [nil, [other]] {
                let attempt = try attempt(delivery, language: language, gathered: gathered)
                let (text, mailed) = try mail(attempt)
                let posted = String(decoding: WebhookMessage.body(attempt.message, portal: Self.portal), as: UTF8.self)
                var forbidden = Self.clinical + [delivery.episode.description, delivery.cause.description]
                forbidden += AlertKind.allCases.flatMap { [$0.rawValue, $0.rawValue.replacing("_", with: " ")] }
                for message in [text.subject, text.body, mailed, posted] {
                    for word in forbidden { #expect(!message.lowercased().contains(word), "\(word) in \(message)") }
                }
                #expect(!mailed.contains("sentinel-site"))
                #expect(!text.body.contains("{") && !text.subject.contains("{"))
                #expect(text.body.contains("https://portal.example/app/alerts"))
                #expect(gathered != nil || text.body.contains(Self.alert.description))
                let name = gathered != nil ? "digest" : level == 0 ? "alert-waiting" : "alert-overdue"
                #expect(text.template.hasPrefix("\(name).\(language)@"))
            }
        }
    }

    @Test func `Every tag of every text is a field that says nothing about a client`() throws {
        let message = try attempt(Self.delivery(.safety, level: 1)).message
        for field in MessageField.allCases {
            let value = field.value(in: message, portal: Self.portal).map { "\($0)" } ?? ""
            #expect(!value.contains("sentinel"), "\(field) shows \(value)")
        }
        #expect(
            MessageTemplates.builtIn.count == MessageTemplates.Name.allCases.count
                * MessageTemplates.builtInLanguages.count)
        for (key, source) in MessageTemplates.builtIn {
            let tags = TemplateTag.all(in: source)
            #expect(!tags.isEmpty)
            for tag in tags { #expect(tag.problem(in: key.name) == nil) }
            for word in Self.clinical { #expect(!source.lowercased().contains(word), "\(word) in \(key)") }
        }
    }

    @Test(arguments: [
        ("{{client}}", "unknown field \"client\""), ("{{{alert.episode}}}", "unknown field \"alert.episode\""),
        ("{{#score}}x{{/score}}", "unknown field \"score\""), ("{{> partial}}", "unknown field"),
        ("{{=<% %>=}}", "unknown field"), ("{{count}}", "unknown field \"count\""), ("{{.}}", "unknown field"),
        ("{{#link}}", "is not a mustache template"),
    ])
    func `A site's text with an unknown field is refused, with what it may name`(tag: String, reason: String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "texts-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "alert-waiting.en.mustache")
        try Data("Subject\n\nOur own text {{{due}}}\n".utf8).write(to: file)
        let own = try MessageTemplates(folder: folder.path)
        let message = try attempt(Self.delivery(.safety, level: 0)).message
        #expect(own.text(for: message, portal: nil).body == "Our own text 2026-03-02 09:30 UTC\n")
        let builtIn = try MessageTemplates()
        #expect(own.text(for: message, portal: nil).template != builtIn.text(for: message, portal: nil).template)
        try Data("Subject\n\nOur own text \(tag)\n".utf8).write(to: file)
        let error = #expect(throws: TemplateError.self) { try MessageTemplates(folder: folder.path) }
        #expect(error?.file == "alert-waiting.en.mustache")
        #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
        try FileManager.default.moveItem(at: file, to: folder.appending(path: "alert-waiting.fr.mustache"))
        try Data("Sujet\n\n{{{due}}}\n".utf8).write(to: folder.appending(path: "alert-waiting.fr.mustache"))
        let lacking = #expect(throws: TemplateError.self) { try MessageTemplates(folder: folder.path) }
        #expect(lacking == TemplateError(file: "alert-overdue.fr.mustache", reason: "is missing"))
    }

    @Test func `Times are those of the recipient's clock`() throws {
        let berlin = MessageTimes(timeZone: TimeZone(identifier: "Europe/Berlin")!)
        let (text, _) = try mail(attempt(Self.delivery(.safety, level: 0), language: "de", times: berlin))
        #expect(text.body.contains("bis: 2026-03-02 10:30 Europe/Berlin"))
        #expect(try mail(attempt(Self.delivery(.safety, level: 0))).0.body.contains("by: 2026-03-02 09:30 UTC"))
    }

    @Test func `Without a portal there is no link and no empty line for it`() throws {
        let (text, _) = try mail(attempt(Self.delivery(.safety, level: 0)), portal: nil)
        #expect(!text.body.contains("Open it"))
        #expect(!text.body.contains("\n\n\n"))
    }

    @Test
    func `A mail is marked as automatic and keeps its id at every attempt; only a digest can be unsubscribed from`()
        throws
    {
        let delivery = Self.delivery(.alliance, level: 0)
        let lines = try mail(attempt(delivery)).1.components(separatedBy: "\r\n")
        #expect(lines.contains("Auto-Submitted: auto-generated"))
        #expect(lines.contains("Message-ID: <\(delivery.id)@clinic.example>"))
        #expect(lines.contains("Date: Mon, 02 Mar 2026 08:30:00 +0000"))
        #expect(!lines.contains { $0.hasPrefix("List-") })
        let other = DeliveryAttempt.Part(delivery: Self.delivery(.alliance, level: 0), number: 3)
        let digest = try attempt(delivery, gathered: [other])
        let gathered = try mail(digest).1.components(separatedBy: "\r\n")
        #expect(gathered.contains("List-Unsubscribe: <mailto:attune@clinic.example?subject=unsubscribe>"))
        // Whichever of them leads: the same alerts make the same message.
        let turned = try attempt(other.delivery, gathered: [.init(delivery: delivery, number: 1)])
        #expect(digest.message.id == turned.message.id)
        #expect(digest.message.id != delivery.id)
    }

    @Test func `While keys change a webhook is signed with both`() throws {
        let target = WebhookTarget(
            url: "https://bridge.example",
            keys: [WebhookKey(id: "old", bytes: key), WebhookKey(id: "new", bytes: key.reversed())])
        let both = WebhookMessage.signature(of: [1, 2], at: 7, with: target.keys)
        let old = WebhookMessage.signature(of: [1, 2], at: 7, with: [target.keys[0]])
        let new = WebhookMessage.signature(of: [1, 2], at: 7, with: [target.keys[1]])
        #expect(both == old + new.dropFirst("t=7".count))
        #expect(old != new)
    }

    @Test func `A webhook is a signed CloudEvent that openssl verifies`() throws {
        let fixture = try Fixture(recipients: [.webhook])
        let example = Example.safety
        let raised = try example.raised()
        try fixture.handle([raised])
        #expect(try fixture.deliverNext())
        let request = try #require(fixture.webhooks.all.first)
        // The trace goes on with a span of its own, the same at every attempt.
        let trace = try #require(request.header("traceparent").flatMap { TraceContext(traceparent: $0) })
        #expect(trace.traceID == raised.trace?.traceID)
        #expect(trace.parentID != raised.trace?.parentID)
        #expect(request.header("tracestate") == nil)
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
