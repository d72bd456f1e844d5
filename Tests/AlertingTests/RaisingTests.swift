import Contracts
import Domain
import Foundation
import Persistence
import ServiceKit
import Testing

@testable import AlertBook
@testable import attune_alerting

@Suite struct RaisingTests {
    @Test func `A course that turns bad raises one alert, with its cause, its clinician and a due time`() throws {
        let fixture = try AlertingFixture()
        let treatment = try fixture.open()
        try fixture.handle([try treatment.rate(180, session: 1)])
        #expect(try fixture.alerts(of: treatment).isEmpty)
        let rating = RatingID(rawValue: UUID())
        let worse = try treatment.rate(120, session: 2, id: rating)
        try fixture.handle([worse])

        let alert = try #require(try fixture.alerts(of: treatment).first)
        #expect(alert.kind == .deteriorating)
        #expect(alert.status == .raised)
        #expect(alert.rule == "rci.worse")
        #expect(alert.rating == rating)
        #expect(alert.participant == treatment.client)
        #expect(alert.instrument == Treatment.ors.id)
        #expect(alert.cause == worse.id)
        #expect(alert.clinician == "c-01")
        #expect(alert.site == north)
        #expect(alert.dueAt == AlertPolicy.default.dueTime(for: .deteriorating, raisedAt: alert.raisedAt))

        let event = try #require(try fixture.ledger().first)
        #expect(event.alert == alert.id)
        guard case .raised(let raising) = event.step else {
            Issue.record("the ledger holds \(event.type)")
            return
        }
        #expect(raising.cause == worse.id)
        #expect(raising.subject.rating == rating)
        #expect(raising.subject.course == CourseKey(participant: treatment.client, instrument: Treatment.ors))
        #expect(raising.dueAt == alert.dueAt)
        #expect(raising.clinician == "c-01")
        let stored = try #require(try Ledger.page(of: .alert, after: 0, limit: 9, on: fixture.connection).first)
        #expect(stored.stream == treatment.episode)
        #expect(stored.site == north)
        #expect(stored.traceparent.flatMap { TraceContext(traceparent: $0) }?.traceID == worse.trace?.traceID)
    }

    @Test func `An episode has one open alert of a kind, however often and through whomever it speaks`() throws {
        let fixture = try AlertingFixture()
        let treatment = try fixture.open()
        try fixture.handle([
            try treatment.rate(180, session: 1), try treatment.rate(200, session: 1, by: treatment.other),
            try treatment.rate(120, session: 2),
        ])
        let first = try fixture.alerts(of: treatment).map(\.id)
        try fixture.handle([try treatment.rate(110, session: 3), try treatment.rate(100, session: 2, by: treatment.other)])
        #expect(try fixture.alerts(of: treatment).map(\.id) == first)
        #expect(try fixture.steps() == [.alertRaised])
    }

    @Test func `A trajectory that comes again raises nothing, not even after its alert was resolved`() throws {
        let fixture = try AlertingFixture()
        let treatment = try fixture.open()
        let events = [try treatment.rate(180, session: 1), try treatment.rate(120, session: 2)]
        try fixture.handle(events)
        try fixture.handle(events)
        #expect(try fixture.steps() == [.alertRaised])
        let alert = try #require(try fixture.alerts(of: treatment).first)
        let caller = Caller(subject: "c-01", sites: .all, roles: [.clinician])
        _ = try AlertAnswers.resolve(alert.id, for: "plan_changed", under: { _ in .default }, by: caller, on: fixture.answering)
        try fixture.handle(events)
        #expect(try fixture.alerts(of: treatment).map(\.status) == [.resolved])
        // The next rating that speaks does raise.
        try fixture.handle([try treatment.rate(118, session: 3)])
        #expect(try fixture.alerts(of: treatment).map(\.status) == [.resolved, .raised])
    }

    @Test func `An older trajectory than the one known raises nothing`() throws {
        let fixture = try AlertingFixture()
        let treatment = try fixture.open()
        let (first, worse, better) = (
            try treatment.rate(180, session: 1), try treatment.rate(120, session: 2), try treatment.rate(210, session: 3)
        )
        try fixture.handle([first, better])
        try fixture.handle([worse])
        #expect(try fixture.alerts(of: treatment).isEmpty)
        #expect(try fixture.steps().isEmpty)
        #expect(
            try fixture.connection.run("select version from alerting.course").map { try $0.int64(0) } == [better.sequence])
    }

    @Test func `Danger told of by an overtaken trajectory is raised all the same, and once`() throws {
        let fixture = try AlertingFixture()
        let treatment = try fixture.open()
        let (danger, later) = (try treatment.screen(danger: 1, session: 1), try treatment.screen(danger: 0, session: 2))
        try fixture.handle([later])
        try fixture.handle([danger, danger])
        let alert = try #require(try fixture.alerts(of: treatment).first)
        #expect(alert.kind == .safety)
        #expect(alert.cause == danger.id)
        let caller = Caller(subject: "c-01", sites: .all, roles: [.clinician])
        _ = try AlertAnswers.resolve(alert.id, for: "plan_changed", under: { _ in .default }, by: caller, on: fixture.answering)
        try fixture.handle([danger])
        #expect(try fixture.alerts(of: treatment).map(\.status) == [.resolved])
        #expect(try fixture.steps() == [.alertRaised, .alertResolved])
    }

    @Test func `Danger that was answered with an earlier alert is not raised when it comes again`() throws {
        let fixture = try AlertingFixture()
        let treatment = try fixture.open()
        let both = [try treatment.screen(danger: 1, session: 1), try treatment.screen(danger: 2, session: 2)]
        try fixture.handle(both)
        let alert = try #require(try fixture.alerts(of: treatment).first)
        let caller = Caller(subject: "c-01", sites: .all, roles: [.clinician])
        _ = try AlertAnswers.resolve(alert.id, for: "plan_changed", under: { _ in .default }, by: caller, on: fixture.answering)
        try fixture.handle(both)
        #expect(try fixture.alerts(of: treatment).map(\.status) == [.resolved])
    }

    @Test func `A batch that failed and is handled again raises the same alert once`() throws {
        let fixture = try AlertingFixture()
        let treatment = try fixture.open()
        let events = [try treatment.rate(180, session: 1), try treatment.rate(120, session: 2)]
        #expect(throws: Interruption.self) { try fixture.handle(events, thenFailWith: Interruption()) }
        #expect(try fixture.alerts(of: treatment).isEmpty)
        #expect(try fixture.steps().isEmpty)
        try fixture.handle(events)
        #expect(try fixture.alerts(of: treatment).map(\.id) == [DerivedIdentity.following(events[1].id, rule: "alert deteriorating")])
        #expect(try fixture.steps() == [.alertRaised])
    }

    @Test func `Each kind is raised by its own rule, with its own time to answer`() throws {
        let fixture = try AlertingFixture()
        let (slow, danger, alliance) = (try fixture.open(), try fixture.open(), try fixture.open())
        try fixture.handle([
            try slow.rate(180, session: 1), try slow.rate(135, session: 2), try danger.screen(danger: 1, session: 1),
            try alliance.rate(350, session: 1, on: Treatment.srs),
        ])
        for (treatment, kind, seconds) in [
            (slow, AlertKind.notOnTrack, 72 * 3600), (danger, .safety, 3600), (alliance, .alliance, 72 * 3600),
        ] as [(Treatment, AlertKind, Int64)] {
            let alerts = try fixture.alerts(of: treatment)
            #expect(alerts.map(\.kind) == [kind])
            #expect(alerts.map(\.dueAt) == alerts.map { $0.raisedAt.advanced(bySeconds: seconds) })
        }
    }

    @Test func `A closed episode raises nothing but safety`() throws {
        let fixture = try AlertingFixture()
        let treatment = try fixture.open()
        try fixture.handle([try treatment.rate(180, session: 1)])
        try fixture.markClosed(treatment)
        try fixture.handle([try treatment.rate(120, session: 2), try treatment.screen(danger: 2, session: 2)])
        #expect(try fixture.alerts(of: treatment).map(\.kind) == [.safety])
    }

    @Test func `A trajectory that cannot be read is named by its place among all events of the batch`() throws {
        let fixture = try AlertingFixture()
        let treatment = try fixture.open()
        let sound = try treatment.rate(180, session: 1)
        let held = try treatment.hold()
        let broken = EventEnvelope(
            id: TimeOrderedIdentity.make(at: .now), type: .trajectoryUpdated, source: sound.source,
            episode: treatment.episode, site: north, sequence: 9, time: .now, trace: nil, payload: [0xFF])
        let poison = #expect(throws: PoisonEvent.self) { try fixture.handle([held, sound, held, broken]) }
        #expect(poison?.index == 3)
        #expect(poison?.code == "malformed")
        #expect(try fixture.connection.run("select from alerting.course").isEmpty)
    }
}

private struct Interruption: Error {}
