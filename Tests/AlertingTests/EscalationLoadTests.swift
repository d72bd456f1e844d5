import Contracts
import Domain
import Foundation
import Persistence
import Testing

@testable import AlertBook
@testable import attune_alerting

/// Many alerts due at once, in the database alone: run with ATTUNE_TEST_ESCALATIONS=100000,10000 (open, due) for the figure.
@Suite struct EscalationLoadTests {
    private static let sizes: [Int] =
        ProcessInfo.processInfo.environment["ATTUNE_TEST_ESCALATIONS"]?.split(separator: ",").compactMap { Int($0) } ?? []
    private static let open = sizes.count == 2 ? sizes[0] : 3000
    private static let due = sizes.count == 2 ? sizes[1] : 700

    /// Alerts as rows only, each of an episode of its own, of which some are due this minute.
    private func fill(_ fixture: AlertingFixture) throws {
        let admin = try fixture.database.connect()
        // In pieces: a statement has its time limit.
        for first in stride(from: 1, through: Self.open, by: 5000) { try fill(first, through: min(first + 4999, Self.open), on: admin) }
    }

    private func fill(_ first: Int, through last: Int, on admin: Connection) throws {
        try admin.run(
            """
            insert into alerting.alert (alert_id, episode_id, site, kind, status, rule, rating_id, participant_id, instrument,
                clinician, cause_event_id, raised_at, due_at, first_due_at)
            select gen_random_uuid(), gen_random_uuid(), 'north', 2, 'raised', 'rci.worse', gen_random_uuid(),
                   gen_random_uuid(), 'ors', 'c-' || n % 100, gen_random_uuid(), now() - interval '1 day', d.due, d.due
            from generate_series($1::int, $2::int) as n
            cross join lateral (
                select now() + case when n <= $3 then -random() * interval '1 minute' else interval '1 hour' end as due) d
            """, [.int32(Int32(first)), .int32(Int32(last)), .int32(Int32(Self.due))])
    }

    @Test func `Several processes pass on everything that is due, each alert once`() async throws {
        let fixture = try AlertingFixture()
        try fill(fixture)
        try fixture.database.connect().script("analyze alerting.alert")
        let settings = fixture.database.settings(role: "attune_alerting")
        let start = ContinuousClock.now
        let counts = try await withThrowingTaskGroup(of: Int.self) { tasks in
            for _ in 0..<2 {
                tasks.addTask {
                    try await onOwnThread {
                        let connection = try Connection(settings)
                        let escalation = Escalation(policy: { _ in .default }, logger: quiet)
                        var count = 0
                        while case let passed = try escalation.run(on: connection), passed > 0 { count += passed }
                        return count
                    }
                }
            }
            return try await tasks.reduce(into: []) { $0.append($1) }
        }
        if Self.sizes.count == 2 { print("escalated \(counts) of \(Self.open) open in \(ContinuousClock.now - start)") }
        let left = try Escalation(policy: { _ in .default }, logger: quiet).run(on: fixture.connection)
        #expect(counts.reduce(left, +) == Self.due)
        let levels = try fixture.connection.run(
            "select escalation_level, count(*) from alerting.alert group by 1 order by 1"
        ).map { [Int(try $0.int32(0)), Int(try $0.int64(1))] }
        #expect(levels == [[0, Self.open - Self.due], [1, Self.due]])
        let events = try fixture.connection.run(
            "select count(*), count(distinct stream_id) from published.event where category = 2 and not backfill"
        ).only()
        #expect(try (events.int64(0), events.int64(1)) == (Int64(Self.due), Int64(Self.due)))
    }

    /// A process dies within its transaction: what it had in hand is due as before, and another takes it.
    @Test func `What a process had in hand when it died is passed on by another`() throws {
        let fixture = try AlertingFixture()
        try fill(fixture)
        struct Died: Error {}
        let dying = try fixture.database.connect(role: "attune_alerting")
        #expect(throws: Died.self) {
            try dying.transaction { connection in
                let now = try DatabaseClock.now(on: connection)
                #expect(try AlertStore.due(at: now, limit: 100, on: connection).count == 100)
                throw Died()
            }
        }
        dying.close()
        var count = 0
        let escalation = Escalation(policy: { _ in .default }, logger: quiet)
        while case let passed = try escalation.run(on: fixture.connection), passed > 0 { count += passed }
        #expect(count == Self.due)
    }
}
