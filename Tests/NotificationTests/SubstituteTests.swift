import Contracts
import Domain
import Foundation
import Outbound
import Persistence
import ServiceKit
import Testing

@testable import Channels
@testable import attune_notification

@Suite struct SubstituteTests {
    private let everything = Set(AlertKind.allCases)

    private func hook(_ url: String) -> Recipient.Address {
        .webhook(WebhookTarget(url: url, keys: [WebhookKey(id: "1", bytes: key)], allowsPrivateAddress: true))
    }

    private func failing(_ fixture: Fixture) throws -> [String] {
        try fixture.connection.run(
            "select recipient || ' ' || reply || ' ' || failures from notification.failing_contact"
        )
        .map { try $0.text(0) }
    }

    @Test
    func `When a mailbox is gone the second channel hears, and the contact counts as failing until it takes a message`()
        throws
    {
        let fixture = try Fixture(
            mailAnswers: ["550 gone", "550 gone"],
            routes: { url, _ in
                let address = Recipient.Address.email(try MailAddress("desk@clinic.example"))
                return Routes(
                    default: [
                        Recipient(
                            id: "desk", contact: .init(address: address, second: hook(url)), kinds: everything,
                            takesEscalations: true)
                    ], sites: [:])
            })
        let example = Example()
        try fixture.handle([try example.raised()])
        while try fixture.deliverNext() {}
        #expect(fixture.mails.all.count == 1)
        #expect(fixture.webhooks.all.count == 1)
        #expect(try failing(fixture) == ["desk 550 1"])
        #expect(try fixture.deliveries().map(\.status).sorted() == ["delivered", "failed"])
        #expect(try Set(fixture.ledger().map(\.type)) == [.notificationFailed, .notificationDelivered])
        try fixture.handle([try Example().raised()])
        while try fixture.deliverNext() {}
        #expect(try failing(fixture) == ["desk 550 2"])
        try fixture.handle([try Example().raised()])
        while try fixture.deliverNext() {}
        #expect(try failing(fixture).isEmpty)
        #expect(fixture.webhooks.all.count == 2)
        // Whatever way a delivery takes, its id follows from event and recipient.
        for row in try fixture.connection.run(
            "select delivery_id, cause_event_id, recipient, channel from notification.delivery")
        {
            let place = RecipientPlace(id: try row.text(2), channel: NotificationChannel(rawValue: try row.text(3))!)
            #expect(try row.id(0) == Delivery.id(following: row.id(1), to: place))
        }
    }

    @Test func `Danger that cannot be told to a site's own people is told to those of the default, once`() throws {
        let fixture = try Fixture(
            webhookAnswers: ["410 Gone", "410 Gone"],
            routes: { url, _ in
                Routes(default: [try .mail("duty")], sites: [north: [.webhook(url: url)]])
            })
        let danger = try Example.safety.raised()
        try fixture.handle([danger, try Example().raised()])
        while try fixture.deliverNext() {}
        #expect(fixture.webhooks.all.count == 2)
        #expect(fixture.mails.all.count == 1)
        let last = try #require(try fixture.ledger().last { $0.type == .notificationDelivered })
        #expect((last.recipient, last.cause) == ("duty", danger.id))
        let replaced = try fixture.connection.run(
            """
            select count(*) from notification.delivery d
            join notification.delivery o on o.delivery_id = d.instead_of where o.status = 'failed'
            """
        )
        #expect(try replaced.only().int64(0) == 1)
    }

    @Test func `A webhook on a private address is refused unless the routes allow it`() throws {
        let fixture = try Fixture(routes: { url, _ in
            let target = WebhookTarget(
                url: url.replacing("127.0.0.1", with: "localhost"), keys: [WebhookKey(id: "1", bytes: key)])
            return Routes(
                default: [
                    Recipient(id: "bridge", address: .webhook(target), kinds: everything, takesEscalations: true)
                ],
                sites: [:])
        })
        try fixture.handle([try Example().raised()])
        #expect(try fixture.deliverNext())
        #expect(fixture.webhooks.all.isEmpty)
        #expect(try fixture.deliveries() == [.init(status: "failed", attempts: 1)])
        guard case .failed(1, nil, let reason) = try #require(try fixture.ledger().first).result else {
            Issue.record("the ledger does not tell the failure")
            return
        }
        #expect(reason.contains("not a public one"))
    }
}

@Suite struct InboxTests {
    private func caller(_ subject: String, _ site: String = "north") -> Caller {
        Caller(subject: subject, sites: .some([SiteID(site)!]), roles: [.clinician])
    }

    @Test func `A message waits in the inbox of its reader, and of nobody else, until it is read`() throws {
        let fixture = try Fixture(routes: { _, _ in
            Routes(
                default: [
                    Recipient(
                        id: "anna", address: .inbox(subject: "u-17"), kinds: Set(AlertKind.allCases),
                        takesEscalations: true)
                ], sites: [:],
                defaultTimes: MessageTimes(timeZone: TimeZone(identifier: "UTC")!, digest: ClockTime("08:00")!))
        })
        let (first, second) = (Example(kind: .alliance), Example.safety)
        try fixture.handle([try first.raised()])
        while try fixture.deliverNext() {}
        try fixture.handle([try second.raised(), try second.escalated()])
        while try fixture.deliverNext() {}
        func list(_ caller: Caller, unreadOnly: Bool = false, limit: Int = 10) throws -> [Inbox.Message] {
            try Inbox.list(of: caller, unreadOnly: unreadOnly, before: nil, limit: limit, on: fixture.connection)
        }
        let messages = try list(caller("u-17"))
        #expect(messages.map(\.alert).last == first.alert)
        #expect(messages.count == 3)
        #expect(messages.count { $0.isOverdue } == 1)
        #expect(try list(caller("u-17"), limit: 1).count == 1)
        #expect(try list(caller("u-18")).isEmpty)
        #expect(try list(caller("u-17", "south")).isEmpty)
        let id = messages[0].id
        #expect(try Inbox.markRead(id, by: caller("u-18"), on: fixture.connection) == nil)
        #expect(try Inbox.markRead(id, by: caller("u-17", "south"), on: fixture.connection) == nil)
        let read = try #require(try Inbox.markRead(id, by: caller("u-17"), on: fixture.connection))
        #expect(read.readAt != nil)
        // The first reading stands.
        #expect(try Inbox.markRead(id, by: caller("u-17"), on: fixture.connection) == read)
        #expect(try list(caller("u-17"), unreadOnly: true).count == 2)
        #expect(try fixture.ledger().allSatisfy { $0.channel == .inbox && $0.type == .notificationDelivered })
    }
}
