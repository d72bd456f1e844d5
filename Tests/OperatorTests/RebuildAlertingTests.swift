import Contracts
import Domain
import Foundation
import Persistence
import Testing

@testable import attune

@Suite struct RebuildAlertingTests {
    private let bench: ModelBench
    private let admin: Connection
    private let episode: EpisodeID
    private let first = Timestamp("2026-03-02T10:00:00.123456Z")!

    init() throws {
        bench = try ModelBench()
        admin = try bench.database.connect()
        // The second rating is reliably worse than the first.
        try bench.append([ModelBench.episode([(1, 180), (2, 60)], isClosed: false)])
        episode = try bench.onlyEpisode()[0].stream
    }

    private func rebuild(_ arguments: String...) async throws -> Program.Ending {
        try await bench.attune(arguments: ["rebuild", "alerting"] + arguments)
    }

    private func append(_ steps: [(alert: AlertID, step: AlertStep)]) throws {
        let events = try steps.enumerated().map { index, told in
            let event = AlertEvent(
                alert: told.alert, kind: .deteriorating, step: told.step, at: first.advanced(bySeconds: Int64(index)))
            return NewEvent(
                id: TimeOrderedIdentity.make(at: .now), stream: episode, site: SiteID("north")!, type: event.type.rawValue,
                traceparent: TraceContext.root().description, payload: try AlertEventCodec.encode(event))
        }
        let writer = try bench.database.connect(role: "attune_alerting")
        _ = try writer.transaction { try Ledger.append(events, to: .alert, on: $0) }
    }

    private var raised: AlertStep {
        .raised(
            AlertRaising(
                cause: EventID(rawValue: UUID()), rule: .reliablyWorse, rating: RatingID(rawValue: UUID()),
                course: CourseKey(participant: ModelBench.adult.id, instrument: ModelBench.ors),
                provenance: Provenance(normSet: nil, model: nil), clinician: "c-01", dueAt: first.advanced(bySeconds: 3600)))
    }

    private func alert(_ id: AlertID) throws -> Row {
        try admin.run(
            """
            select status, raised_at, due_at, escalation_level, acknowledged_by, acknowledged_at, closed_by, closed_at,
                   closed_as
            from alerting.alert where alert_id = $1
            """, [.id(id)]
        ).only()
    }

    @Test func `An alert's events lead to its row`() async throws {
        let (answered, fallen) = (AlertID(rawValue: UUID()), AlertID(rawValue: UUID()))
        let due = first.advanced(bySeconds: 7200)
        try append([
            (answered, raised), (answered, .escalated(level: 1, wasDueAt: first.advanced(bySeconds: 3600), dueAt: due)),
            (answered, .acknowledged(actor: "anna")), (answered, .resolved(actor: "ben", .planChanged)),
            (fallen, raised), (fallen, .superseded(cause: EventID(rawValue: UUID()), .courseChanged)),
        ])
        let ending = try await rebuild("--switch")
        #expect(ending.status == 0, "\(ending.errors)")
        var row = try alert(answered)
        #expect(try row.text(0) == "resolved")
        #expect(try row.timestamp(1) == first)
        #expect(try row.timestamp(2) == due)
        #expect(try row.int32(3) == 1)
        #expect(try row.text(4) == "anna")
        #expect(try row.timestamp(5) == first.advanced(bySeconds: 2))
        #expect(try row.text(6) == "ben")
        #expect(try row.timestamp(7) == first.advanced(bySeconds: 3))
        #expect(try row.text(8) == "plan_changed")
        row = try alert(fallen)
        #expect(try row.text(0) == "superseded")
        #expect(try row.isNull(4) && row.isNull(6))
        #expect(try row.timestamp(7) == first.advanced(bySeconds: 5))
        #expect(try row.text(8) == "course_changed")
        #expect(try await rebuild("--compare").output.contains("1 episodes; no row differs"))
    }

    /// One was closed and another opened: at no moment may both be open.
    @Test func `The open alert of an episode changes places with a closed one`() async throws {
        let (old, new) = (AlertID(rawValue: UUID()), AlertID(rawValue: UUID()))
        try append([(old, raised), (old, .resolved(actor: "ben", .referred)), (new, raised)])
        #expect(try await rebuild("--switch").status == 0)
        try admin.run("update alerting.alert set status = 'resolved', closed_at = now() where alert_id = $1", [.id(new)])
        try admin.run("update alerting.alert set status = 'raised', closed_at = null where alert_id = $1", [.id(old)])
        #expect(try await rebuild("--switch").status == 0)
        #expect(try alert(old).text(0) == "resolved")
        #expect(try alert(new).text(0) == "raised")
    }

    @Test func `A course that alerting does not hold is remembered as far as it is settled`() async throws {
        #expect(try await rebuild("--switch").status == 0)
        #expect(try admin.run("select from alerting.course").isEmpty)
        #expect(try await rebuild("--switch", "--settled", "0").status == 0)
        let row = try admin.run("select version, signals from alerting.course").only()
        #expect(try row.int64(0) == 3)
        #expect(try TrajectoryCodec.decodeSignals(try row.bytes(1)).map(\.rule) == [.reliablyWorse])
        // And one that it holds, only as far as it has looked.
        try admin.script("update alerting.course set version = 2, signals = ''")
        let behind = try await rebuild("--compare", "--settled", "0")
        #expect(behind.status == 0, "\(behind.output)")
    }

    @Test func `Nothing is raised by a rebuild`() async throws {
        let before = try bench.events()
        #expect(try await rebuild("--switch", "--settled", "0").status == 0)
        #expect(try bench.events() == before)
        #expect(try admin.run("select from alerting.alert").isEmpty)
    }
}
