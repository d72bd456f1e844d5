import Contracts
import Domain
import Foundation
import Outbound
import Persistence
import Synchronization
import Testing

@testable import Channels
@testable import attune_notification

/// A clock that a test sets by hand.
final class WallClock: Sendable {
    private let time: Mutex<Timestamp>
    init(_ text: String) { time = Mutex(Timestamp(text)!) }
    var now: Timestamp { time.withLock { $0 } }
    func set(_ text: String) { time.withLock { $0 = Timestamp(text)! } }
}

@Suite struct WaitingTests {
    private let utc = TimeZone(identifier: "UTC")!

    private func fixture(_ times: MessageTimes, _ clock: WallClock, answers: [String] = []) throws -> Fixture {
        try Fixture(
            mailAnswers: answers, routes: { _, _ in Routes(default: [try .mail()], sites: [:], defaultTimes: times) },
            now: { clock.now })
    }

    private func held(_ fixture: Fixture) throws -> [String] {
        try fixture.connection.run("select held_for from notification.delivery where held_for is not null order by 1")
            .map { try $0.text(0) }
    }

    @Test func `Quiet hours hold what is not urgent until they end, and never danger`() throws {
        let clock = WallClock("2026-03-02T22:00:00Z")
        let quiet = MessageTimes.Quiet(from: ClockTime("20:00")!, to: ClockTime("07:00")!)
        let fixture = try fixture(MessageTimes(timeZone: utc, quiet: quiet), clock)
        let answered = Example()
        try fixture.handle([try Example().raised(), try Example.safety.raised(), try answered.raised()])
        while try fixture.deliverNext() {}
        #expect(fixture.mails.all.map { $0.header("Subject")?.contains("urgent") } == [true])
        #expect(try held(fixture) == ["quiet", "quiet"])
        let wait = try fixture.connection.run(
            """
            select max(extract(epoch from next_attempt_at - clock_timestamp()))::bigint from notification.delivery
            where held_for = 'quiet'
            """
        )
        #expect(try (30_000...32_400).contains(wait.only().int64(0)))
        // What somebody answers in the night is not told in the morning.
        try fixture.handle([try answered.acknowledged()])
        try fixture.letTimePass()
        #expect(try !fixture.deliverNext())
        clock.set("2026-03-03T07:00:00Z")
        try fixture.letTimePass()
        while try fixture.deliverNext() {}
        #expect(fixture.mails.all.count == 2)
        #expect(try fixture.deliveries().map(\.status).sorted() == ["delivered", "delivered", "withdrawn"])
    }

    @Test func `How urgent an alert is to a site decides what waits for the morning and for the digest; danger never waits`()
        throws
    {
        let clock = WallClock("2026-03-02T10:00:00Z")
        let times = MessageTimes(
            timeZone: utc, quiet: .init(from: ClockTime("20:00")!, to: ClockTime("07:00")!), digest: ClockTime("08:00")!)
        let fixture = try fixture(times, clock)
        // By its kind alone this one would be told at once, and the next with others.
        let calm = Example(kind: .deteriorating, urgency: .digest)
        let soon = Example(kind: .alliance, urgency: .withinHours)
        let danger = Example(kind: .safety, rule: .safetyItem(9), urgency: .digest)
        try fixture.handle([try calm.raised(), try soon.raised(), try danger.raised()])
        try fixture.connection.run("update notification.delivery set created_at = '2026-03-02T09:00:00Z'")
        while try fixture.deliverNext() {}
        #expect(fixture.mails.all.map { $0.header("Subject")?.contains("urgent") } == [true, false])
        #expect(try held(fixture) == ["digest"])
        clock.set("2026-03-02T22:00:00Z")
        try fixture.handle([
            try Example(kind: .deteriorating, urgency: .now).raised(), try Example(kind: .deteriorating).raised(),
        ])
        while try fixture.deliverNext() {}
        #expect(fixture.mails.all.count == 3)
        #expect(try held(fixture) == ["digest", "quiet"])
    }

    @Test func `A digest gathers at its time what can wait, as one message with one id, and the rest goes at once`()
        throws
    {
        let clock = WallClock("2026-03-02T10:00:00Z")
        let times = MessageTimes(timeZone: utc, digest: ClockTime("08:00")!)
        let fixture = try fixture(times, clock, answers: ["250 a", "250 b", "451 later"])
        let calm = [Example(kind: .alliance), Example(kind: .alliance)]
        try fixture.handle(try calm.map { try $0.raised() } + [try Example().raised(), try Example.safety.raised()])
        try fixture.connection.run("update notification.delivery set created_at = '2026-03-02T09:00:00Z'")
        while try fixture.deliverNext() {}
        #expect(fixture.mails.all.count == 2)
        #expect(try held(fixture) == ["digest", "digest"])
        clock.set("2026-03-03T08:00:00Z")
        // Refused for the moment: the same message comes again.
        try fixture.letTimePass()
        #expect(try fixture.deliverNext())
        #expect(fixture.mails.all.count == 3)
        try fixture.letTimePass()
        while try fixture.deliverNext() {}
        #expect(fixture.mails.all.count == 4)
        let digests = fixture.mails.all.suffix(2)
        #expect(Set(digests.map { $0.header("Message-ID") }).count == 1)
        #expect(digests.allSatisfy { $0.header("Subject") == "Attune: alerts that are waiting: 2" })
        #expect(digests.allSatisfy { mail in calm.allSatisfy { !mail.body.contains($0.alert.description) } })
        // Each of them is delivered, and the ledger says so of each.
        #expect(try fixture.deliveries().allSatisfy { $0.status == "delivered" })
        let told = try fixture.ledger().filter { event in calm.contains { $0.alert == event.alert } }
        #expect(told.count == 2)
        for event in told {
            guard case .delivered(2, let template, 250) = event.result else {
                Issue.record("\(event.result)")
                continue
            }
            #expect(template.hasPrefix("digest.en@"))
        }
        let messages = try fixture.connection.run(
            "select distinct told_in from notification.delivery where told_in is not null")
        #expect(messages.count == 1)
    }

    @Test func `A limit holds what is beyond it, and never danger`() throws {
        let clock = WallClock("2026-03-02T10:00:00Z")
        let times = MessageTimes(timeZone: utc, limit: .init(messages: 2, within: .seconds(3600)))
        let fixture = try fixture(times, clock)
        try fixture.handle(try (0..<4).map { _ in try Example().raised() })
        while try fixture.deliverNext() {}
        #expect(fixture.mails.all.count == 2)
        #expect(try held(fixture) == ["limit", "limit"])
        try fixture.handle([try Example.safety.raised()])
        while try fixture.deliverNext() {}
        #expect(fixture.mails.all.count == 3)
        // Nothing more before the hour is over.
        try fixture.letTimePass()
        #expect(try !fixture.deliverNext())
        try fixture.connection.run(
            "update notification.delivery set finished_at = finished_at - interval '2 hours' where finished_at is not null"
        )
        try fixture.letTimePass()
        while try fixture.deliverNext() {}
        #expect(fixture.mails.all.count == 5)
    }
}
