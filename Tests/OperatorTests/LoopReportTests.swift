import Contracts
import Domain
import Foundation
import Persistence
import Testing

@testable import attune
@testable import AlertBook
@testable import attune_alerting

/// Alerts that an episode's events tell of, at minutes since a day began.
private struct ToldAlerts {
    static let day = CalendarDay("2026-07-06")!
    var record = EpisodeRecord(stream: EpisodeID(rawValue: UUID()))
    let site: SiteID

    init(site: String = "north") { self.site = SiteID(site)! }

    static func time(_ minutes: Int) -> Timestamp {
        Timestamp(microseconds: Int64(day.daysSinceEpoch) * 86_400_000_000 + Int64(minutes) * 60_000_000)
    }

    mutating func raise(_ kind: AlertKind, at minutes: Int, dueAfter due: Int = 60) throws -> AlertID {
        let id = AlertID(rawValue: UUID())
        let instrument = InstrumentReference(id: try #require(InstrumentID("ors")), version: "2000")
        let raising = AlertRaising(
            cause: EventID(rawValue: UUID()), rule: .reliablyWorse, rating: RatingID(rawValue: UUID()),
            course: CourseKey(participant: ParticipantID(rawValue: UUID()), instrument: instrument),
            provenance: Provenance(normSet: nil, model: nil), clinician: "c-01", dueAt: Self.time(minutes + due))
        try step(.raised(raising), of: id, kind, at: minutes)
        return id
    }

    mutating func step(_ step: AlertStep, of alert: AlertID, _ kind: AlertKind, at minutes: Int) throws {
        let event = AlertEvent(alert: alert, kind: kind, step: step, at: Self.time(minutes))
        add(.alert, event.type, try AlertEventCodec.encode(event), at: minutes, version: record.alerts.count + 1)
    }

    mutating func deliver(_ alert: AlertID, at minutes: Int) throws {
        let event = NotificationEvent(
            delivery: DeliveryID(rawValue: UUID()), alert: alert, cause: EventID(rawValue: UUID()), recipient: "team",
            channel: .email, result: .delivered(attempt: 1, template: "alert", reply: 250))
        add(
            .notification, event.type, try NotificationEventCodec.encode(event), at: minutes,
            version: record.notifications.count + 1)
    }

    private mutating func add(_ lane: Lane, _ type: EventType, _ payload: [UInt8], at minutes: Int, version: Int) {
        record.add(
            LedgerEvent(
                position: Int64(version), lane: lane, id: EventID(rawValue: UUID()), stream: record.stream,
                version: Int64(version), site: site, type: type.rawValue, recordedAt: Self.time(minutes),
                traceparent: nil,
                payload: payload))
    }
}

private struct MemorySource: EventSource {
    let records: [EpisodeRecord]

    func episode(_ id: EpisodeID) -> EpisodeRecord { records.first { $0.stream == id } ?? EpisodeRecord(stream: id) }
    func newest() -> Timestamp? { nil }
    func forEachEpisode(progress: (_ done: Int, _ total: Int) -> Void, _ body: (EpisodeRecord) throws -> Void) throws {
        for record in records { try body(record) }
    }
}

@Suite struct LoopReportTests {
    private func report(
        _ told: [ToldAlerts], from: String? = nil, through: String? = nil, site: String? = nil,
        asOf minutes: Int = 100_000
    ) throws -> LoopReport {
        try LoopReport(
            MemorySource(records: told.map(\.record)),
            LoopScope(
                from: from.flatMap { CalendarDay($0) }, through: through.flatMap { CalendarDay($0) },
                site: site.flatMap { SiteID($0) }),
            asOf: ToldAlerts.time(minutes), clock: .newestEvent
        ) { _, _ in }
    }

    @Test func `Every step of an alert is counted once, with its time`() throws {
        var told = ToldAlerts()
        let alert = try told.raise(.deteriorating, at: 0)
        try told.deliver(alert, at: 2)
        try told.deliver(alert, at: 1)
        try told.step(.opened(actor: "c-01"), of: alert, .deteriorating, at: 10)
        try told.step(.acknowledged(actor: "c-01"), of: alert, .deteriorating, at: 30)
        try told.step(.resolved(actor: "c-01", .planChanged), of: alert, .deteriorating, at: 600)
        let figures = try #require(try report([told]).kinds[.deteriorating])
        #expect(figures.counts == [.raised: 1, .delivered: 1, .opened: 1, .acknowledged: 1, .resolved: 1])
        #expect(figures.endings == [LoopEnding(status: "resolved", outcome: "plan_changed"): 1])
        #expect(figures.times[.delivered]?.median == 60_000_000)
        #expect(figures.times[.acknowledged]?.median == 1_800_000_000)
        #expect(figures.times[.resolved] == TimeFigures(count: 1, median: 36_000_000_000, ninetyFifth: 36_000_000_000))
    }

    @Test func `Overdue is what nobody had answered by its first due time, whatever came later`() throws {
        var told = ToldAlerts()
        let late = try told.raise(.safety, at: 0)
        try told.step(
            .escalated(level: 1, wasDueAt: ToldAlerts.time(60), dueAt: ToldAlerts.time(120)), of: late, .safety, at: 60)
        try told.step(.acknowledged(actor: "s-01"), of: late, .safety, at: 90)
        let inTime = try told.raise(.alliance, at: 0)
        try told.step(.acknowledged(actor: "c-01"), of: inTime, .alliance, at: 60)
        let waiting = try told.raise(.stalled, at: 0)
        try told.step(.opened(actor: "c-01"), of: waiting, .stalled, at: 5)
        let fallen = try told.raise(.notOnTrack, at: 0)
        try told.step(.superseded(cause: EventID(rawValue: UUID()), .courseChanged), of: fallen, .notOnTrack, at: 61)
        let withdrawn = try told.raise(.guarded, at: 0)
        try told.step(.withdrawn(actor: "s-01", .enteredAsTest), of: withdrawn, .guarded, at: 61)
        let whole = try report([told])
        #expect(whole.kinds[.safety]?[.answeredLate] == 1 && whole.kinds[.safety]?[.passedOn] == 1)
        #expect(whole.kinds[.alliance]?.overdue == 0)
        #expect(whole.kinds[.stalled]?[.stillUnanswered] == 1)
        #expect(whole.kinds[.notOnTrack]?[.fellAwayLate] == 1)
        #expect(whole.kinds[.guarded]?[.answeredLate] == 1)
        #expect(whole.all.overdue == 4)
        #expect(try report([told], asOf: 59).kinds[.stalled]?.overdue == 0, "not due yet")
    }

    @Test func `An alert counts on the day in UTC and at the site where it was raised`() throws {
        var told = [ToldAlerts(), ToldAlerts(site: "south")]
        for minutes in [-1, 0, 1439, 1440] { _ = try told[0].raise(.alliance, at: minutes) }
        _ = try told[1].raise(.alliance, at: 0)
        #expect(try report(told, from: "2026-07-06", through: "2026-07-06").all[.raised] == 3)
        #expect(try report(told, from: "2026-07-06", site: "north").all[.raised] == 3)
        #expect(try report(told, through: "2026-07-05").all[.raised] == 1)
        #expect(try report(told, site: "south").events == [EventType.alertRaised.rawValue: 1])
    }

    @Test(
        arguments: [
            ([5], 5, 5), ([1, 2], 1, 2), (Array(1...20), 10, 19), (Array(1...100), 50, 95), ([9, 1, 5], 5, 9),
        ] as [([Int64], Int64, Int64)])
    func `Percentiles are times that were measured`(times: [Int64], median: Int64, last: Int64) {
        #expect(TimeFigures(times) == TimeFigures(count: times.count, median: median, ninetyFifth: last))
    }

    @Test func `The database counts the same, and what differs is named`() async throws {
        let bench = try DoctorBench.settled().bench
        let environment = ["ATTUNE_DATABASE_URL": bench.database.url, "ATTUNE_DATABASE_ROLE": "attune_operator"]
        let agreed = try await Program.attune(["loop", "report"], environment: environment)
        #expect(agreed.status == 0, "\(agreed.errors)")
        #expect(agreed.output.contains("counted again from rows: the same"))
        let raised = try bench.admin.run("select count(*) from published.event where type = 'attune.alert.raised.v1'")
            .only().int64(0)
        let json = try await Program.attune(["loop", "report", "--json"], environment: environment)
        #expect(json.output.contains(#""all":{"raised":\#(raised),"#), "\(json.output)")
        #expect(json.output.contains(#""attune.alert.raised.v1":\#(raised)"#))

        try bench.admin.script(
            """
            update alerting.alert set acknowledged_at = acknowledged_at + interval '1 microsecond' where kind = 2;
            update alerting.alert set status = 'withdrawn' where status = 'resolved'
            """)
        let differing = try await Program.attune(["loop", "report"], environment: environment)
        #expect(differing.status == 1)
        #expect(differing.errors.contains("deteriorating, time until acknowledged"), "\(differing.errors)")
        #expect(differing.errors.contains("safety, resolved: 1 by events, 0 by rows"), "\(differing.errors)")
        #expect(try await Program.attune(["loop", "report", "--site", "south"], environment: environment).status == 0)
        #expect(
            try await Program.attune(["loop", "report", "--from", "2026-13-01"], environment: environment).status == 64)
    }
}
