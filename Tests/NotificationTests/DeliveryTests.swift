import Contracts
import Domain
import Foundation
import Outbound
import Persistence
import ServiceKit
import Testing

@testable import Channels
@testable import attune_notification

@Suite struct DeliveryTests {
    @Test func `An alert event that comes twice is delivered once to each recipient`() throws {
        let fixture = try Fixture(recipients: [.mail, .webhook])
        let event = try Example().raised()
        try fixture.handle([event, event])
        try fixture.handle([event])
        while try fixture.deliverNext() {}
        try fixture.handle([event])
        #expect(try !fixture.deliverNext())
        #expect(fixture.mails.all.count == 1)
        #expect(fixture.webhooks.all.count == 1)
        #expect(try fixture.deliveries() == Array(repeating: .init(status: "delivered", attempts: 1), count: 2))
        let results = try fixture.ledger()
        #expect(Set(results.map(\.channel)) == [.email, .webhook])
        #expect(results.allSatisfy { $0.type == .notificationDelivered && $0.cause == event.id })
        // Both ends belong to the trace of the alert.
        let traces = try fixture.connection.run("select traceparent from published.event where category = 3").map {
            TraceContext(traceparent: try $0.text(0))?.traceID
        }
        #expect(traces == [event.trace?.traceID, event.trace?.traceID])
    }

    @Test func `A replay after a change of the routes tells nobody new about old alerts`() throws {
        let fixture = try Fixture()
        let event = try Example().raised()
        try fixture.handle([event])
        while try fixture.deliverNext() {}
        try fixture.handle([event], routes: Routes(default: [try .mail("newcomer")], sites: [:]))
        #expect(try fixture.deliveries().count == 1)
    }

    @Test func `A transient refusal is tried again later and then delivered`() throws {
        let fixture = try Fixture(mailAnswers: ["451 not now"])
        try fixture.handle([try Example().raised()])
        #expect(try fixture.deliverNext())
        #expect(try fixture.deliveries() == [.init(status: "pending", attempts: 1)])
        // Not before its time.
        #expect(try !fixture.deliverNext())
        #expect(try fixture.ledger().isEmpty)
        try fixture.letTimePass()
        #expect(try fixture.deliverNext())
        #expect(try fixture.deliveries() == [.init(status: "delivered", attempts: 2)])
        #expect(try fixture.outcomes() == ["transient", "delivered"])
        guard case .delivered(2, let template, 250) = try #require(try fixture.ledger().first).result else {
            Issue.record("the ledger does not tell the delivery")
            return
        }
        #expect(template.wholeMatch(of: /alert-waiting\.en@[0-9a-f]{12}/) != nil)
    }

    @Test(arguments: [("400 Bad Request", 400), ("410 Gone", 410), ("301 Moved\r\nLocation: http://127.0.0.1:1/", 301)])
    func `A permanent refusal ends the delivery at once`(answer: String, code: Int) throws {
        let fixture = try Fixture(webhookAnswers: [answer], recipients: [.webhook])
        try fixture.handle([try Example().raised()])
        #expect(try fixture.deliverNext())
        try fixture.letTimePass()
        #expect(try !fixture.deliverNext())
        #expect(fixture.webhooks.all.count == 1)
        #expect(try fixture.deliveries() == [.init(status: "failed", attempts: 1)])
        #expect(try fixture.outcomes() == ["permanent"])
        guard case .failed(1, code, _) = try #require(try fixture.ledger().first).result else {
            Issue.record("the ledger does not tell the failure")
            return
        }
    }

    @Test func `A mailbox that does not exist ends the delivery at once`() throws {
        let fixture = try Fixture(mailAnswers: ["550 unknown"])
        try fixture.handle([try Example().raised()])
        #expect(try fixture.deliverNext())
        #expect(try fixture.deliveries() == [.init(status: "failed", attempts: 1)])
        #expect(try fixture.ledger().map(\.type) == [.notificationFailed])
    }

    @Test(arguments: ["408 Request Timeout", "425 Too Early", "429 Too Many Requests", "503 Service Unavailable"])
    func `What passes is tried again, and given up only after the last attempt`(answer: String) throws {
        let fixture = try Fixture(webhookAnswers: [answer, answer], recipients: [.webhook], maxAttempts: 2)
        try fixture.handle([try Example().raised()])
        #expect(try fixture.deliverNext())
        #expect(try fixture.deliveries() == [.init(status: "pending", attempts: 1)])
        try fixture.letTimePass()
        #expect(try fixture.deliverNext())
        #expect(try fixture.deliveries() == [.init(status: "failed", attempts: 2)])
        #expect(try fixture.outcomes() == ["transient", "transient"])
        #expect(try fixture.ledger().map(\.type) == [.notificationFailed])
    }

    @Test func `The receiver's wish for a pause is granted, up to an hour`() throws {
        let fixture = try Fixture(
            webhookAnswers: ["429 No\r\nRetry-After: 1800", "503 No\r\nRetry-After: 86400"], recipients: [.webhook])
        try fixture.handle([try Example().raised()])
        func seconds() throws -> Int64 {
            #expect(try fixture.deliverNext())
            return try fixture.connection.run(
                """
                select round(extract(epoch from d.next_attempt_at - a.ended_at))::bigint
                from notification.delivery d join notification.attempt a on a.attempt = d.attempts
                """
            ).only().int64(0)
        }
        #expect(try (1795...1805).contains(seconds()))
        try fixture.letTimePass()
        #expect(try (3595...3605).contains(seconds()))
    }

    @Test func `An attempt cut off by a crash stays on record as unknown and is followed by the next`() throws {
        let fixture = try Fixture(recipients: [.webhook])
        try fixture.handle([try Example().raised()])
        // The process dies between the mark and the sending.
        let lost = try #require(try fixture.store.begin(avoiding: [], on: fixture.connection))
        #expect(lost.number == 1)
        #expect(try fixture.deliveries() == [.init(status: "sending", attempts: 1)])
        // While it may still be sending, nobody else takes it.
        #expect(try !fixture.deliverNext())
        try fixture.letTimePass()
        #expect(try fixture.deliverNext())
        #expect(try fixture.deliveries() == [.init(status: "delivered", attempts: 2)])
        #expect(try fixture.outcomes() == ["unknown", "delivered"])
        #expect(fixture.webhooks.all.count == 1)
        // The dead process was only slow: its result comes too late to count.
        let tooLate = AttemptOutcome.permanent(reply: 400, reason: "late")
        #expect(try !fixture.store.finish(lost, tooLate, on: fixture.connection).isRecorded)
        #expect(try fixture.deliveries() == [.init(status: "delivered", attempts: 2)])
        #expect(try fixture.ledger().map(\.type) == [.notificationDelivered])
    }

    @Test func `A result that was recorded is not recorded again`() throws {
        let fixture = try Fixture()
        try fixture.handle([try Example().raised()])
        let attempt = try #require(try fixture.store.begin(avoiding: [], on: fixture.connection))
        let outcome = AttemptOutcome.delivered(reply: 250, template: "x")
        #expect(try fixture.store.finish(attempt, outcome, on: fixture.connection).isRecorded)
        #expect(try !fixture.store.finish(attempt, outcome, on: fixture.connection).isRecorded)
        #expect(try fixture.ledger().count == 1)
    }

    @Test func `A delivery whose last attempt was cut off is given up`() throws {
        let fixture = try Fixture(maxAttempts: 1)
        try fixture.handle([try Example().raised()])
        _ = try fixture.store.begin(avoiding: [], on: fixture.connection)
        try fixture.letTimePass()
        #expect(try !fixture.deliverNext())
        #expect(try fixture.deliveries() == [.init(status: "failed", attempts: 1)])
        #expect(try fixture.outcomes() == ["unknown"])
        #expect(try fixture.ledger().map(\.type) == [.notificationFailed])
    }

    @Test func `An alert superseded before the first attempt is told to nobody`() throws {
        let fixture = try Fixture()
        let (early, late, oneBatch) = (Example(), Example(), Example())
        try fixture.handle([try late.raised()])
        #expect(try fixture.deliverNext())
        try fixture.handle([try early.raised()])
        try fixture.handle([try early.superseded(), try late.superseded()])
        try fixture.handle([try oneBatch.raised(), try oneBatch.superseded()])
        #expect(try !fixture.deliverNext())
        #expect(try fixture.deliveries().map(\.status) == ["delivered", "withdrawn", "withdrawn"])
        #expect(fixture.mails.all.count == 1)
        #expect(fixture.mails.all.first?.body.contains(late.alert.description) == true)
    }

    @Test func `What has been attempted is not withdrawn`() throws {
        let fixture = try Fixture(mailAnswers: ["451 not now"])
        let example = Example()
        try fixture.handle([try example.raised()])
        #expect(try fixture.deliverNext())
        try fixture.handle([try example.superseded()])
        try fixture.letTimePass()
        #expect(try fixture.deliverNext())
        #expect(try fixture.deliveries() == [.init(status: "delivered", attempts: 2)])
    }

    @Test func `A safety alert goes before everything that waits longer`() throws {
        let fixture = try Fixture()
        for _ in 0..<3 { try fixture.handle([try Example().raised()]) }
        try fixture.handle([try Example.safety.raised()])
        #expect(try fixture.deliverNext())
        #expect(fixture.mails.all.first?.header("Subject")?.contains("urgent") == true)
    }

    @Test func `An escalation is told anew`() throws {
        let fixture = try Fixture()
        let example = Example()
        try fixture.handle([try example.raised(), try example.escalated()])
        while try fixture.deliverNext() {}
        let subjects = fixture.mails.all.compactMap { $0.header("Subject") }
        #expect(subjects.count == 2)
        #expect(subjects.filter { $0.contains("not been answered") }.count == 1)
    }

    @Test func `A receiver that does not answer holds up its own deliveries only`() throws {
        let fixture = try Fixture(recipients: [.deadWebhook, .mail])
        for _ in 0..<3 { try fixture.handle([try Example().raised()]) }
        let worker = try fixture.worker()
        while try worker.deliver(on: fixture.connection, until: { false }) {}
        #expect(fixture.mails.all.count == 3)
        // After the first failure it rests: the others wait without spending an attempt.
        let dead = try fixture.connection.run(
            "select sum(attempts)::int from notification.delivery where recipient = 'dead'")
        #expect(try dead.only().int32(0) == 1)
    }

    @Test func `A recipient who was taken out of the routes fails the delivery with a reason`() throws {
        let fixture = try Fixture()
        try fixture.handle([try Example().raised()], routes: Routes(default: [try .mail("gone")], sites: [:]))
        #expect(try !fixture.deliverNext())
        #expect(try fixture.deliveries() == [.init(status: "failed", attempts: 0)])
        #expect(try fixture.ledger().map(\.type) == [.notificationFailed])
    }

    @Test func `A malformed alert event is poison, named by its place`() throws {
        let fixture = try Fixture()
        let good = try Example().raised()
        let bad = EventEnvelope(
            id: EventID(rawValue: UUID()), type: .alertRaised, source: "/attune/alerting", episode: good.episode,
            site: north, sequence: 9, time: good.time, trace: nil, payload: [0xFF])
        let poison = #expect(throws: PoisonEvent.self) { try fixture.handle([good, bad]) }
        #expect(poison?.index == 1)
        #expect(try fixture.deliveries().isEmpty)
    }

    @Test func `Threads deliver what has been committed as soon as they are woken`() throws {
        let fixture = try Fixture(recipients: [.mail, .webhook])
        // Polling would come far too late for the test's own limit.
        let threads = DeliveryThreads(
            database: fixture.database.settings(role: "attune_notification"), store: fixture.store,
            sending: fixture.sending, templates: try MessageTemplates(),
            options: .init(workers: 2, pollInterval: .seconds(600)), logger: quiet,
            onFailure: { Issue.record($0) })
        threads.start()
        try fixture.handle([try Example().raised()], wakeUp: threads.wake)
        #expect(fixture.mails.waitForNext())
        #expect(fixture.webhooks.waitForNext())
        #expect(threads.liveness(limit: .seconds(60)) == .healthy)
        threads.stop(within: .seconds(60))
        #expect(try fixture.deliveries() == Array(repeating: .init(status: "delivered", attempts: 1), count: 2))
    }
}
