import Contracts
import Domain
import Foundation
import Outbound
import Persistence
import Testing

@testable import Channels
@testable import attune_notification

/// Messages that come back after a server had taken them over.
@Suite struct BounceTests {
    private let fixture: Fixture
    private let folder: URL
    private let address: BounceAddress

    init() throws {
        fixture = try Fixture(routes: { url, _ in
            let hook = Recipient.Address.webhook(
                WebhookTarget(url: url, keys: [WebhookKey(id: "1", bytes: key)], allowsPrivateAddress: true))
            let desk = Recipient(
                id: "desk", contact: .init(address: .email(try MailAddress("desk@clinic.example")), second: hook),
                kinds: Set(AlertKind.allCases), takesEscalations: true)
            return Routes(default: [desk], sites: [:])
        })
        folder = FileManager.default.temporaryDirectory.appending(path: "bounces-\(UUID())")
        for name in ["new", "cur"] {
            try FileManager.default.createDirectory(at: folder.appending(path: name), withIntermediateDirectories: true)
        }
        address = try BounceAddress(try MailAddress("bounces@clinic.example"))
    }

    private func put(_ text: String, as name: String = "1.eml") throws {
        try Data(text.utf8).write(to: folder.appending(path: "new/\(name)"))
    }

    /// - Returns: whether anything was recorded.
    @discardableResult private func collect() throws -> Bool {
        let intake = BounceIntake(folder: folder, address: address, store: fixture.store, logger: quiet)
        return try intake.collect(on: fixture.connection)
    }

    private func files(_ name: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: name).path)) ?? []).sorted()
    }

    private func deliverAll() throws { while try fixture.deliverNext() {} }

    private func toldID() throws -> DeliveryID {
        try fixture.connection.run("select delivery_id from notification.delivery where channel = 'email'").only().id(0)
    }

    private static func report(
        to id: some CustomStringConvertible, action: String = "failed", status: String = "5.1.1", field: String = "To"
    ) -> String {
        """
        \(field): <bounces+\(id)@clinic.example>
        Content-Type: multipart/report; report-type=delivery-status;
        \tboundary="a;b"

        Text for people.
        --a;b
        Content-Type: text/plain

        It came back.
        --a;b
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.example

        Final-Recipient: rfc822; gone@clinic.example
        Action: \(action) (as it were)
        Status: \(status) (bad
         mailbox)

        --a;b--
        """
    }

    @Test func `A mail that comes back counts as not arrived, once, and goes over the second channel`() throws {
        try fixture.handle([try Example().raised()])
        try deliverAll()
        let id = try toldID()
        try put(Self.report(to: id).replacing("\n", with: "\r\n"))
        #expect(try collect())
        try put(Self.report(to: "\(id)".uppercased(), field: "Delivered-To"), as: "2.eml")
        #expect(try !collect())
        #expect((files("new"), files("cur")) == ([], ["1.eml:2,S", "2.eml:2,S"]))
        try deliverAll()
        #expect(fixture.webhooks.all.count == 1)
        #expect(try fixture.ledger().map(\.result).contains(.bounced(status: "5.1.1")))
        #expect(try fixture.ledger().map(\.type) == [.notificationDelivered, .notificationBounced, .notificationDelivered])
        let failing = try fixture.connection.run("select recipient, channel, reason from notification.failing_contact").only()
        #expect(try (failing.text(0), failing.text(1)) == ("desk", "email"))
        #expect(try failing.text(2) == "came back with status 5.1.1")
    }

    @Test func `What is only delayed, and what arrived, changes nothing`() throws {
        try fixture.handle([try Example().raised()])
        try deliverAll()
        let id = try toldID()
        try put(Self.report(to: id, action: "Delayed", status: "4.4.1"), as: "1")
        try put(Self.report(to: id, action: "delivered", status: "2.0.0"), as: "2")
        #expect(try !collect())
        #expect(files("cur") == ["1:2,S", "2:2,S"])
        #expect(try fixture.ledger().map(\.type) == [.notificationDelivered])
        // A server that has tried for days gives up with a status of class 4.
        try put(Self.report(to: id, status: "4.4.7"), as: "3")
        #expect(try collect())
        #expect(try fixture.ledger().last?.result == .bounced(status: "4.4.7"))
    }

    @Test func `A report that is faster than the record of the sending waits for it`() throws {
        try fixture.handle([try Example().raised()])
        let attempt = try #require(try fixture.store.begin(avoiding: [], on: fixture.connection))
        try put(Self.report(to: attempt.delivery.id))
        #expect(try !collect())
        #expect(files("new") == ["1.eml"])
        let outcome = AttemptOutcome.delivered(reply: 250, template: "alert-waiting.en")
        _ = try fixture.store.finish(attempt, outcome, on: fixture.connection)
        #expect(try collect())
    }

    @Test func `A digest that comes back has not told of anything in it`() throws {
        try fixture.handle([try Example().raised(), try Example().raised()])
        try deliverAll()
        let digest = DeliveryID(rawValue: UUID())
        try fixture.connection.run("update notification.delivery set told_in = $1", [.id(digest)])
        try put(Self.report(to: digest))
        #expect(try collect())
        #expect(try fixture.ledger().count { $0.type == .notificationBounced } == 2)
    }

    static let junk: [String] = [
        "", "\n\n", "no colon\n", report(to: "nobody"), report(to: DeliveryID(rawValue: UUID())),
        report(to: DeliveryID(rawValue: UUID()), action: "exploded"), report(to: DeliveryID(rawValue: UUID()), status: "5"),
        report(to: DeliveryID(rawValue: UUID())).replacing("multipart/report", with: "multipart/mixed"),
        report(to: DeliveryID(rawValue: UUID())).replacing("a;b\"", with: "other\""),
        "To: bounces+\(DeliveryID(rawValue: UUID()))@clinic.example\nContent-Type: multipart/mixed; boundary=x\n\n"
            + String(repeating: "--x\nContent-Type: multipart/mixed; boundary=x\n\n", count: 5000),
        String(repeating: "x", count: BounceIntake.sizeLimit + 1),
    ]

    @Test func `What is no report about a message of ours is moved aside`() throws {
        for (number, text) in Self.junk.enumerated() { try put(text, as: "\(number)") }
        try FileManager.default.createDirectory(at: folder.appending(path: "new/folder"), withIntermediateDirectories: true)
        #expect(try !collect())
        #expect((files("new").count, files("junk").count) == (0, Self.junk.count + 1))
    }

    @Test func `A report in a multipart is found, and one that is cut off anywhere does no harm`() throws {
        let id = DeliveryID(rawValue: UUID())
        let whole = Array(Self.report(to: id).utf8)
        let wrapped = """
            X-Original-To: bounces+\(id)@clinic.example
            Content-Type: Multipart/Mixed; boundary=outer

            --outer
            \(Self.report(to: "nobody"))
            --outer--
            """
        let expected = BounceReport(whole, to: address)
        #expect(expected?.action == .failed(status: "5.1.1"))
        #expect(BounceReport(Array(wrapped.utf8), to: address) == expected)
        for length in whole.indices {
            let report = BounceReport(Array(whole.prefix(length)), to: address)
            #expect(report == nil || report?.message == id)
        }
    }

    private static let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    @Test(.enabled(if: python != nil, "needs python3"), arguments: [("failed", "5.1.1"), ("delayed", "4.4.1")])
    func `Reports of another implementation are understood`(action: String, status: String) throws {
        let id = DeliveryID(rawValue: UUID())
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: try #require(Self.python))
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Peers/bounce.py")
        process.arguments = [script.path, "bounces+\(id)@clinic.example", action, status]
        process.standardOutput = output
        try process.run()
        let bytes = Array(try #require(try output.fileHandleForReading.readToEnd()))
        process.waitUntilExit()
        let report = try #require(BounceReport(bytes, to: address))
        #expect(report.message == id)
        #expect(report.action == (action == "failed" ? .failed(status: status) : .delayed))
    }

    @Test func `The envelope says where a mail returns to, the mail itself who it is from`() throws {
        let server = Fixture.bouncing(fixture.sending, to: address)
        try fixture.handle([try Example().raised()])
        let worker = DeliveryWorker(
            fixture.store, fixture.board, try MessageSender(server, MessageTemplates()), logger: quiet)
        #expect(try worker.deliver(on: fixture.connection) { true })
        let mail = try #require(fixture.mails.all.first)
        #expect(mail.sender == "MAIL FROM:<bounces+\(try toldID())@clinic.example>")
        #expect(mail.header("From") == "attune@clinic.example")
    }

    @Test(arguments: ["bounces+x@clinic.example", "a-name-that-leaves-no-room-for-it@clinic.example"])
    func `An address without room for an id is refused`(text: String) throws {
        #expect(throws: OutboundError.self) { try BounceAddress(try MailAddress(text)) }
    }
}

extension Fixture {
    fileprivate static func bouncing(_ sending: SendingSettings, to address: BounceAddress) -> SendingSettings {
        var sending = sending
        sending.mail = sending.mail.map { .init(endpoint: $0.endpoint, from: $0.from, bounces: address) }
        return sending
    }
}
