import Contracts
import Domain
import Foundation
import Persistence
import Testing

@testable import attune

/// A rebuild replaces rows while their service writes: it waits for what is in flight, and sees it.
@Suite struct RebuildBesideServicesTests {
    private let bench: ModelBench
    private let admin: Connection
    private let environment: [String: String]

    init() throws {
        bench = try ModelBench()
        admin = try bench.database.connect()
        environment = ["ATTUNE_DATABASE_URL": bench.database.url]
        try bench.append([ModelBench.episode([(1, 180), (2, 120)], isClosed: false)])
    }

    /// A session in a service's role that may leave its transaction open.
    private func patient(_ role: String) throws -> Connection {
        var settings = bench.database.settings(role: role)
        settings.idleInTransactionTimeout = .zero
        return try Connection(settings)
    }

    /// Until the rebuild waits for a lock. The limit ends a broken test, it measures nothing.
    private func rebuildWaits() async throws {
        let deadline = ContinuousClock.now + .seconds(240)
        while try admin.run(Self.waiting).only().int64(0) == 0 {
            try #require(ContinuousClock.now < deadline, "the rebuild waits for nothing")
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private static let waiting: Statement = """
        select count(*) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like '%hold_%'
        """

    @Test func `A batch in flight is waited for, and what it wrote is compared`() async throws {
        try admin.script("insert into scoring.consumer_offset values ('c', 't', 0, 0, 1, 'w')")
        let worker = try patient("attune_scoring")
        try worker.script("begin; update scoring.consumer_offset set next_offset = 1")
        let environment = environment
        async let ending = Program.attune(["rebuild", "scoring", "--switch"], environment: environment)
        try await rebuildWaits()
        // The batch applies the first two events, so that the episode is compared as it then stands.
        let events = try bench.onlyEpisode()
        try worker.run(
            "insert into scoring.episode values ($1, 'north', 2, '')", [.id(events[0].stream)])
        try worker.script("commit")
        let done = try await ending
        #expect(done.status == 0, "\(done.errors)")
        #expect(try admin.run("select version from scoring.episode").only().int64(0) == 2)
        #expect(try admin.run("select version from scoring.trajectory").only().int64(0) == 2)
    }

    @Test func `An answer to an alert in flight is waited for, and stays`() async throws {
        let alert = AlertID(rawValue: UUID())
        let writer = try patient("attune_alerting")
        let episode = try bench.onlyEpisode()[0].stream
        func append(_ step: AlertStep, at time: Timestamp) throws {
            let event = AlertEvent(alert: alert, kind: .deteriorating, step: step, at: time)
            _ = try Ledger.append(
                [
                    NewEvent(
                        id: TimeOrderedIdentity.make(at: .now), stream: episode, site: SiteID("north")!,
                        type: event.type.rawValue, traceparent: nil, payload: try AlertEventCodec.encode(event))
                ], to: .alert, on: writer)
        }
        let (raisedAt, answeredAt) = (Timestamp("2026-03-02T10:00:00Z")!, Timestamp("2026-03-02T11:00:00Z")!)
        try append(
            .raised(
                AlertRaising(
                    cause: EventID(rawValue: UUID()), rule: .reliablyWorse, rating: RatingID(rawValue: UUID()),
                    course: CourseKey(participant: ModelBench.adult.id, instrument: ModelBench.ors),
                    provenance: Provenance(normSet: nil, model: nil), clinician: "c-01", dueAt: answeredAt)), at: raisedAt)
        #expect(try await Program.attune(["rebuild", "alerting", "--switch"], environment: environment).status == 0)

        // As alerting answers: the row is locked, changed, and the event appended.
        try writer.script("begin")
        try writer.run("select from alerting.alert where alert_id = $1 for update", [.id(alert)])
        let environment = environment
        async let ending = Program.attune(["rebuild", "alerting", "--switch"], environment: environment)
        try await rebuildWaits()
        try writer.run(
            "update alerting.alert set status = 'acknowledged', acknowledged_by = 'anna', acknowledged_at = $2 where alert_id = $1",
            [.id(alert), .timestamp(answeredAt)])
        try append(.acknowledged(actor: "anna"), at: answeredAt)
        try writer.script("commit")
        let done = try await ending
        #expect(done.status == 0, "\(done.errors)")
        #expect(done.output.contains("alerting.alert         0         0          0"), "\(done.output)")
        #expect(try admin.run("select status from alerting.alert").only().text(0) == "acknowledged")
    }
}
