import Contracts
import Domain
import Foundation
import Outbound
import Persistence
import Testing

@testable import Channels
@testable import attune_notification

/// Nobody is told the same thing twice.
@Suite struct RearmTests {
    private let fixture: Fixture
    private let admin: Connection
    private let first: Example

    init() throws {
        fixture = try Fixture(routes: { _, _ in try Self.routes() })
        admin = try fixture.database.connect()
        first = Example()
    }

    private static func routes(rearm: Rearm = .usual) throws -> Routes {
        let inbox = Recipient(
            id: "nurse", contact: .init(address: .inbox(subject: "u-17")), kinds: Set(AlertKind.allCases),
            takesEscalations: true)
        return Routes(default: [try .mail(), inbox], sites: [:], rearm: rearm)
    }

    /// An alert's row, as alerting keeps it.
    private func keep(_ alert: Example, minutesAgo: Int) throws {
        try admin.run(
            """
            insert into alerting.alert (alert_id, episode_id, site, kind, status, rule, rating_id, participant_id, instrument,
                clinician, cause_event_id, raised_at, due_at, first_due_at)
            values ($1, $2, 'north', $3, 'raised', 'etr.80', $1, $1, 'phq-9', 'c-01', $1,
                    now() - $4 * interval '1 minute', now(), now())
            """,
            [.id(alert.alert), .id(alert.episode), .int16(alert.kind.number), .int32(Int32(minutesAgo))])
    }

    private func fall(_ alert: Example, as reason: SupersededReason = .courseChanged) throws {
        try admin.run(
            "update alerting.alert set status = 'superseded', closed_at = now(), closed_as = $2 where alert_id = $1",
            [.id(alert.alert), .text(reason.rawValue)])
        try fixture.handle([try alert.superseded()])
    }

    private func next(_ kind: AlertKind = .deteriorating, minutesAgo: Int = 5) throws -> Example {
        let alert = Example(episode: first.episode, kind: kind)
        try keep(alert, minutesAgo: minutesAgo)
        return alert
    }

    private func deliverAll() throws { while try fixture.deliverNext() {} }

    /// The first alert, told to everybody.
    private func tellFirst(_ kind: AlertKind = .deteriorating) throws -> Example {
        let alert = Example(episode: first.episode, kind: kind)
        try keep(alert, minutesAgo: 60)
        try fixture.handle([try alert.raised()])
        try deliverAll()
        return alert
    }

    private func statuses(of alert: Example) throws -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: try fixture.connection.run(
                "select channel || escalation_level, status from notification.delivery where alert_id = $1", [.id(alert.alert)]
            ).map { (try $0.text(0), try $0.text(1)) })
    }

    private func mailID(of alert: Example) throws -> DeliveryID {
        try fixture.connection.run(
            "select delivery_id from notification.delivery where alert_id = $1 and channel = 'email'", [.id(alert.alert)]
        ).only().id(0)
    }

    @Test func `What fell away by itself and comes back is in the inbox, not mailed again, and escalates all the same`() throws {
        let told = try tellFirst()
        try fall(told)
        let again = try next()
        let event = try again.raised()
        try fixture.handle([event, event])
        try deliverAll()
        #expect(try statuses(of: again) == ["email0": "withheld", "inbox0": "delivered"])
        #expect(fixture.mails.all.count == 1)
        let events = try fixture.ledger().filter { $0.alert == again.alert && $0.channel == .email }
        #expect(events.map(\.result) == [.withheld(told: try mailID(of: told))])
        try fixture.handle([try again.escalated()])
        try deliverAll()
        #expect(try statuses(of: again)["email1"] == "delivered")
        // The one behind it leans on the mail that was sent, not on the one that was withheld.
        try fixture.connection.run("update notification.delivery set status = 'withdrawn' where escalation_level = 1")
        try fall(again)
        let third = try next(minutesAgo: 1)
        try fixture.handle([try third.raised()])
        let last = try fixture.ledger().filter { $0.alert == third.alert }
        #expect(last.map(\.result) == [.withheld(told: try mailID(of: told))])
    }

    @Test(arguments: [
        (AlertKind.notOnTrack, AlertKind.deteriorating, "pending"), (.deteriorating, .notOnTrack, "withheld"),
        (.notOnTrack, .stalled, "withheld"), (.stalled, .notOnTrack, "pending"), (.alliance, .alliance, "withheld"),
        (.deteriorating, .alliance, "pending"), (.safety, .safety, "pending"),
    ])
    func `What is graver, about something else or danger is told at once`(
        before: AlertKind, now: AlertKind, status: String
    ) throws {
        try fall(try tellFirst(before))
        let again = try next(now)
        try fixture.handle([try again.raised()])
        #expect(try statuses(of: again)["email0"] == status)
    }

    enum Difference: CaseIterable {
        case answered, graverAlert, longAgo, neverDelivered, cameBack, otherEpisode, siteTellsAll
    }

    @Test(arguments: Difference.allCases)
    func `It is told where it is news`(difference: Difference) throws {
        var routes = fixture.routes
        let told = try tellFirst()
        switch difference {
        case .answered:
            try admin.run("update alerting.alert set acknowledged_at = now(), acknowledged_by = 'c-01'")
        case .longAgo:
            try admin.run("update notification.delivery set finished_at = now() - interval '73 hours'")
        case .neverDelivered:
            try admin.run("update notification.delivery set status = 'failed'")
        case .cameBack:
            #expect(try fixture.store.recordBounce(of: mailID(of: told), status: "5.1.1", on: fixture.connection) == .recorded)
        case .siteTellsAll: routes = try Self.routes(rearm: Rearm(standard: .seconds(3600), sites: [north: .zero]))
        case .graverAlert, .otherEpisode: break
        }
        try fall(told, as: difference == .graverAlert ? .graverAlert : .courseChanged)
        var again = Example(episode: difference == .otherEpisode ? EpisodeID(rawValue: UUID()) : first.episode)
        again.kind = .deteriorating
        try keep(again, minutesAgo: 5)
        try fixture.handle([try again.raised()], routes: routes)
        #expect(try statuses(of: again)["email0"] == "pending")
    }

    @Test func `What was withheld for a message that then does not arrive is sent after all, unless it was answered`() throws {
        let told = try tellFirst()
        try fall(told)
        let again = try next()
        try fixture.handle([try again.raised()])
        let answered = try next(.notOnTrack, minutesAgo: 4)
        try fixture.connection.run(
            """
            insert into notification.delivery (delivery_id, alert_id, episode_id, site, cause_event_id, kind, urgency,
                escalation_level, due_at, recipient, channel, status, next_attempt_at, created_at, finished_at, withheld_for)
            select gen_random_uuid(), $1, episode_id, site, cause_event_id, kind, urgency, 0, due_at, recipient, channel,
                   'withheld', now(), now(), now(), withheld_for
            from notification.delivery where status = 'withheld'
            """, [.id(answered.alert)])
        try admin.run("update alerting.alert set status = 'acknowledged' where alert_id = $1", [.id(answered.alert)])
        let id = try mailID(of: told)
        #expect(try fixture.store.recordBounce(of: id, status: "5.1.1", on: fixture.connection) == .recorded)
        try deliverAll()
        #expect(try statuses(of: again) == ["email0": "delivered", "inbox0": "delivered"])
        #expect(try statuses(of: answered) == ["email0": "withheld"])
        #expect(fixture.mails.all.count == 2)
        #expect(try fixture.store.recordBounce(of: id, status: "5.1.1", on: fixture.connection) == .known)
        #expect(try fixture.ledger().count { $0.type == .notificationBounced } == 1)
    }

    @Test func `A message that is still being tried holds the next one back until it is given up`() throws {
        let fixture = try Fixture(mailAnswers: ["451 later", "550 gone"], routes: { _, _ in try Self.routes() })
        let admin = try fixture.database.connect()
        let rows = RearmTests(fixture, admin, first)
        let told = Example(episode: first.episode)
        try rows.keep(told, minutesAgo: 60)
        try fixture.handle([try told.raised()])
        try rows.deliverAll()
        try rows.fall(told)
        let again = try rows.next()
        try fixture.handle([try again.raised()])
        #expect(try rows.statuses(of: again)["email0"] == "withheld")
        try fixture.letTimePass()
        try rows.deliverAll()
        #expect(try rows.statuses(of: told)["email0"] == "failed")
        #expect(try rows.statuses(of: again)["email0"] == "delivered")
    }

    private init(_ fixture: Fixture, _ admin: Connection, _ first: Example) {
        (self.fixture, self.admin, self.first) = (fixture, admin, first)
    }
}
