import Contracts
import Domain
import Foundation
import Persistence
import ServiceKit
import Testing

@testable import AlertBook
@testable import attune_alerting

/// What no event tells of is found by looking at every open episode once a day.
@Suite struct DailyRoundTests {
    private static let clinician = Caller(subject: "c-01", sites: .all, roles: [.clinician])

    @Test func `A session without a measure raises one alert, which falls away when the measure is entered`() throws {
        let fixture = try AlertingFixture(policy: .thorough)
        let episode = try LedgerEpisode(on: try fixture.database.connect())
        let session = try episode.hold(1, on: 0)
        try fixture.round(on: 1).run(on: fixture.connection)
        #expect(try fixture.alerts(of: episode).isEmpty, "there is a day to enter it")
        try fixture.round(on: 2).run(on: fixture.connection)
        let alert = try #require(try fixture.alerts(of: episode).first)
        #expect((alert.kind, alert.rule, alert.status) == (.missedMeasure, "missing.outcome", .raised))
        #expect((alert.session, alert.rating, alert.instrument) == (session, nil, nil))
        #expect((alert.participant, alert.clinician, alert.urgency) == (episode.client, "c-01", .digest))
        #expect(alert.dueAt == alert.raisedAt.advanced(bySeconds: 7 * 86_400))
        let subject = UnmeasuredSession(
            session: session, purpose: .outcome, participant: episode.client, asOf: LedgerEpisode.day(2))
        guard case .raised(let raising) = try fixture.ledger().last?.step else {
            Issue.record("nothing was raised")
            return
        }
        #expect(raising.subject == .session(subject))
        #expect(raising.cause == alert.cause)
        // It belongs to the trace of the session that it is about, in its row and in the ledger.
        let told = try fixture.database.connect().run(
            "select traceparent from ledger.event where event_id = $1 or category = 2 order by category", [.id(alert.cause)]
        ).map { TraceContext(traceparent: try $0.text(0)) }
        #expect(told.count == 2 && told[0] != nil && told[0]?.traceID == told[1]?.traceID)
        #expect(alert.traceparent == told[1]?.description)

        // While it is open nothing else of the kind is raised, neither on this day nor on the next.
        try fixture.round(on: 2).run(on: fixture.connection)
        try fixture.round(on: 3).run(on: fixture.connection)
        #expect(try fixture.alerts(of: episode).count == 1)

        let rated = try episode.rate(200, session: 1, on: LedgerEpisode.day(0)).event
        try fixture.handle([rated])
        let fallen = try #require(try fixture.alerts(of: episode).first)
        #expect((fallen.status, fallen.closing?.outcome) == (.superseded, "no_longer_missing"))
        #expect(try fixture.ledger().last?.step == .superseded(cause: rated.id, .noLongerMissing))
        // The alliance is missing still.
        try fixture.round(on: 4).run(on: fixture.connection)
        #expect(try fixture.alerts(of: episode).map(\.rule) == ["missing.outcome", "missing.alliance"])
    }

    @Test func `A rating that nobody talks about raises once, whatever becomes of the alert`() throws {
        let fixture = try AlertingFixture(policy: .thorough, rules: EpisodeRulePolicy(missedMeasure: nil))
        let episode = try LedgerEpisode(on: try fixture.database.connect())
        let (first, second) = (RatingID(rawValue: UUID()), RatingID(rawValue: UUID()))
        try episode.rate(200, session: 1, on: LedgerEpisode.day(0), id: first)
        try fixture.round(on: 14).run(on: fixture.connection)
        #expect(try fixture.alerts(of: episode).isEmpty)
        try fixture.round(on: 15).run(on: fixture.connection)
        let alert = try #require(try fixture.alerts(of: episode).first)
        #expect((alert.kind, alert.rule, alert.rating) == (.undiscussed, "missing.discussion", first))
        _ = try AlertAnswers.resolve(
            alert.id, for: "no_action_needed", under: { _ in .thorough }, by: Self.clinician, on: fixture.answering)
        try fixture.round(on: 16).run(on: fixture.connection)
        #expect(try fixture.alerts(of: episode).count == 1, "somebody has answered it")

        try episode.rate(210, session: 2, on: LedgerEpisode.day(7), id: second)
        try fixture.round(on: 22).run(on: fixture.connection)
        #expect(try fixture.alerts(of: episode).map(\.rating) == [first, second])
        try fixture.handle([try episode.discuss(second, on: 22)])
        #expect(try fixture.alerts(of: episode).map(\.status) == [.resolved, .superseded])
        try fixture.round(on: 40).run(on: fixture.connection)
        #expect(try fixture.alerts(of: episode).count == 2)
    }

    @Test func `An alert about a course without a talk stands while the next rating is not talked about either`() throws {
        let fixture = try AlertingFixture(policy: .thorough, rules: EpisodeRulePolicy(missedMeasure: nil))
        let episode = try LedgerEpisode(on: try fixture.database.connect())
        for week in 0..<6 { try episode.rate(200, session: week + 1, on: LedgerEpisode.day(7 * week)) }
        for day in [15, 22, 29, 36] { try fixture.round(on: day).run(on: fixture.connection) }
        #expect(try fixture.alerts(of: episode).map(\.status) == [.raised])
    }

    @Test func `Neither the rules about courses nor a talk about something else touch it, and the closing ends it`() throws {
        let fixture = try AlertingFixture(policy: .thorough, rules: EpisodeRulePolicy(undiscussed: nil))
        let episode = try LedgerEpisode(on: try fixture.database.connect())
        try episode.hold(1, on: 0)
        try fixture.round(on: 2).run(on: fixture.connection)
        let alliance = RatingID(rawValue: UUID())
        let rated = try episode.rate(390, session: 1, on: LedgerEpisode.day(0), id: alliance, with: Treatment.srs)
        try fixture.handle([rated.event, try #require(rated.trajectory), try episode.discuss(alliance, on: 3)])
        #expect(try fixture.alerts(of: episode).map(\.status) == [.raised])
        let closing = try episode.close(on: 5)
        try fixture.handle([closing])
        #expect(try fixture.alerts(of: episode).map { $0.closing?.outcome } == ["episode_closed"])
        try fixture.round(on: 6).run(on: fixture.connection)
        #expect(try fixture.alerts(of: episode).count == 1)
    }

    @Test func `What was raised while its episode was being closed falls with the next round`() throws {
        let fixture = try AlertingFixture(policy: .thorough)
        let admin = try fixture.database.connect()
        let (episode, _) = (try LedgerEpisode(on: admin), try LedgerEpisode(on: admin))
        try episode.hold(1, on: 0)
        try fixture.round(on: 2).run(on: fixture.connection)
        // The closing is in the ledger, and was handled before the alert was there.
        _ = try episode.close(on: 2)
        #expect(try fixture.alerts(of: episode).map(\.status) == [.raised])
        try fixture.round(on: 3).run(on: fixture.connection)
        #expect(try fixture.alerts(of: episode).map { $0.closing?.outcome } == ["episode_closed"])
    }

    @Test func `Without a policy that raises it nobody looks, and other sites have their own day`() throws {
        let fixture = try AlertingFixture(policy: .thorough)
        let admin = try fixture.database.connect()
        let south = SiteID("south")!
        let (here, there) = (try LedgerEpisode(on: admin), try LedgerEpisode(at: south, on: admin))
        for episode in [here, there] { try episode.hold(1, on: 0) }
        let catalogue = try Treatment.builtIn.get()
        var round = DailyRound(
            policy: { SitePolicy(alerts: $0 == south ? .thorough : .default) }, catalogue: { catalogue }, logger: quiet,
            today: { _ in LedgerEpisode.day(9) })
        try round.run(on: fixture.connection)
        #expect(try fixture.alerts(of: here).isEmpty)
        #expect(try fixture.alerts(of: there).count == 1)
        #expect(try admin.run("select site from alerting.round").map { try $0.text(0) } == ["south"])
        round.today = { LedgerEpisode.day($0 == south ? 9 : 1) }
        let both = DailyRound(
            policy: { _ in SitePolicy(alerts: .thorough) }, catalogue: { catalogue }, logger: quiet, today: round.today)
        try both.run(on: fixture.connection)
        #expect(try fixture.alerts(of: here).isEmpty)
        #expect(try admin.run("select count(*) from alerting.round").only().int64(0) == 2)
    }

    @Test func `Rounds at the same time raise each alert once`() async throws {
        let fixture = try AlertingFixture(policy: .thorough)
        let admin = try fixture.database.connect()
        let episodes = try (0..<40).map { _ in try LedgerEpisode(on: admin) }
        for episode in episodes { try episode.hold(1, on: 0) }
        let settings = fixture.database.settings(role: "attune_alerting")
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for _ in 0..<4 {
                let round = UncheckedRound(try fixture.round(on: 2, page: 3))
                tasks.addTask {
                    try await onOwnThread {
                        let connection = try Connection(settings)
                        for _ in 0..<20 { try round.round.run(on: connection) }
                    }
                }
            }
            try await tasks.waitForAll()
        }
        // A page that one of them had in hand was passed over by the others.
        try fixture.round(on: 2, page: 3).run(on: fixture.connection)
        #expect(try fixture.steps().count == episodes.count)
        for episode in episodes { #expect(try fixture.alerts(of: episode).count == 1) }
        let row = try admin.run("select looked_at, raised, finished from alerting.round").only()
        #expect((try row.int32(0), try row.int32(1), try row.bool(2)) == (40, 40, true))
    }

    /// Closures that read immutable values.
    private struct UncheckedRound: @unchecked Sendable {
        let round: DailyRound
        init(_ round: DailyRound) { self.round = round }
    }

    @Test func `A round that is interrupted goes on where it stopped`() throws {
        let fixture = try AlertingFixture(policy: .thorough)
        let admin = try fixture.database.connect()
        let episodes = try (0..<7).map { _ in try LedgerEpisode(on: admin) }
        for episode in episodes { try episode.hold(1, on: 0) }
        let step = try fixture.round(on: 2, page: 3, turn: 1)
        #expect(try step.run(on: fixture.connection))
        #expect(try fixture.steps().count == 3)
        // Another process is in the middle of a page, and dies.
        let other = try fixture.database.connect(role: "attune_alerting")
        try other.script("begin")
        _ = try RoundPlace.locked(north, on: other)
        #expect(try !step.run(on: fixture.connection), "the page is in another's hands")
        other.close()
        // The server lets go of the row a moment later.
        try admin.run("select from alerting.round for update")
        while try step.run(on: fixture.connection) {}
        #expect(try fixture.steps().count == 7)
        let row = try admin.run("select looked_at, finished from alerting.round").only()
        #expect((try row.int32(0), try row.bool(1)) == (7, true))
    }

    @Test func `What a round and a batch ask for is found by index, whatever has been closed`() throws {
        let fixture = try AlertingFixture()
        let admin = try fixture.database.connect()
        try admin.script(
            """
            insert into ledger.episode (episode_id, site, service, clinician, opened_on, closed_on, participants)
            select gen_random_uuid(), 'site-' || n % 7, 's', 'c', '2026-01-01',
                   case when n % 10 > 0 then date '2026-02-01' end, '{}'
            from generate_series(1, 5000) n;
            insert into alerting.alert (alert_id, episode_id, site, kind, status, rule, rating_id, participant_id, instrument,
                clinician, cause_event_id, raised_at, due_at, first_due_at, closed_at, closed_as, reviewed_at)
            select gen_random_uuid(), episode_id, site, 2, 'resolved', 'rci.worse', gen_random_uuid(), gen_random_uuid(), 'ors',
                   'c', gen_random_uuid(), now(), now(), now(), now(), 'plan_changed', null
            from ledger.episode;
            """)
        try admin.script("vacuum analyze ledger.episode")
        try admin.script("vacuum analyze alerting.alert")
        try admin.script("set enable_seqscan = off; set jit = off; set plan_cache_mode = force_generic_plan")
        let ids = Parameter.uuids([UUID()])
        for (statement, parameters, index) in [
            (DailyRound.selectSites, [], "episode_open"),
            (RoundPlace.selectEpisodes, [.text("site-1"), .null, .int64(200)], "episode_open"),
            (AlertStore.selectLacking, [ids, .int16s([7, 8])], "alert_open"),
            (AlertStore.selectAwaiting, [ids], "alert_reviewed"),
            (AlertStore.selectLackingInClosed, [.text("site-1"), .int16s([7, 8])], "Index"),
        ] as [(Statement, [Parameter], String)] {
            let plan = try admin.run(Statement("explain \(statement.sql)"), parameters).map { try $0.text(0) }
                .joined(separator: "\n")
            #expect(plan.contains(index), "\(plan)")
            #expect(!plan.contains("Seq Scan on"), "\(plan)")
        }
    }

    @Test func `An episode that cannot be scored is passed over and counted`() throws {
        let fixture = try AlertingFixture(policy: .thorough)
        let admin = try fixture.database.connect()
        let (good, bad) = (try LedgerEpisode(on: admin), try LedgerEpisode(on: admin))
        for episode in [good, bad] { try episode.hold(1, on: 0) }
        let strange = Rating(
            id: RatingID(rawValue: UUID()), participant: bad.client,
            instrument: InstrumentReference(id: InstrumentID("unknown")!, version: "1"), session: 1, day: LedgerEpisode.day(0),
            answers: .total(1))
        let event = NewEvent(
            id: TimeOrderedIdentity.make(at: .now), stream: bad.id, site: north, type: EventType.ratingRecorded.rawValue,
            traceparent: nil, payload: try EpisodeEventCodec.encode(.ratingRecorded(strange), actor: "c-01"))
        _ = try admin.transaction { try Ledger.append([event], to: .episode, on: $0) }
        try fixture.round(on: 2).run(on: fixture.connection)
        #expect(try fixture.alerts(of: good).count == 1)
        #expect(try fixture.alerts(of: bad).isEmpty)
        #expect(try admin.run("select passed_over from alerting.round").only().int32(0) == 1)
    }
}
