import Contracts
import Foundation
import Logging
import Metrics
import Persistence
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import ServiceKit

@Suite struct StandingFiguresTests {
    private let database: TestDatabase
    private let admin: Connection
    private let figures = Figures()

    init() throws {
        database = try TestDatabase.make()
        admin = try database.connect()
        try admin.script("create table waiting (word text, n bigint, seconds bigint)")
    }

    private static func waiting(keys: [String] = ["red", "green"]) -> StandingFigures.Question {
        StandingFigures.Question("select word, n, seconds from waiting", keys: keys) { word, count, seconds in
            Gauge(label: "attune_waiting", dimensions: [("word", word)]).record(count)
            Gauge(label: "attune_waiting_seconds", dimensions: [("word", word)]).record(seconds)
        }
    }

    private func ask(_ pool: ConnectionPool, _ failing: inout Set<String>, log: LogSink = LogSink()) async {
        await withMetricsFactory(figures.registry) {
            await StandingFigures(database.settings(), asking: [Self.waiting()], logger: log.logger())
                .ask(on: pool, &failing)
        }
    }

    @Test func `gauges are set as the database answers, to 0 where there is no row; unknown words are left`() async throws {
        try admin.script("insert into waiting values ('red', 7, 90), ('blue', 1, 1)")
        await figures.ask(Self.waiting(), of: database, as: try currentRole())
        #expect(figures[#"attune_waiting{word="red"}"#] == 7)
        #expect(figures[#"attune_waiting_seconds{word="red"}"#] == 90)
        #expect(figures[#"attune_waiting{word="green"}"#] == 0)
        #expect(figures[#"attune_waiting_seconds{word="green"}"#] == 0)
        #expect(figures[#"attune_waiting{word="blue"}"#] == nil)
        try admin.script("delete from waiting")
        await figures.ask(Self.waiting(), of: database, as: try currentRole())
        #expect(figures[#"attune_waiting{word="red"}"#] == 0)
    }

    /// Whoever owns the table of the test.
    private func currentRole() throws -> String { try admin.run("select current_user::text").only().text(0) }

    @Test func `a failure leaves what is known, keeps nobody else from asking, and is said once`() async throws {
        try admin.script("insert into waiting values ('red', 7, 90)")
        let log = LogSink()
        let pool = ConnectionPool(database.settings(), size: 1, logger: log.logger())
        let asked = Mutex(0)
        let other = StandingFigures.Question("select 'x', 1::bigint, 1::bigint", keys: ["x"]) { _, _, _ in
            asked.withLock { $0 += 1 }
        }
        let standing = StandingFigures(database.settings(), asking: [Self.waiting(), other], logger: log.logger())
        var failing: Set<String> = []
        await withMetricsFactory(figures.registry) { await standing.ask(on: pool, &failing) }
        try admin.script("alter table waiting rename to hidden")
        for _ in 1...2 { await withMetricsFactory(figures.registry) { await standing.ask(on: pool, &failing) } }
        #expect(figures[#"attune_waiting{word="red"}"#] == 7)
        #expect(asked.withLock { $0 } == 3)
        #expect(log.lines.filter { $0.contains("are not renewed") }.count == 1)
        try admin.script("alter table hidden rename to waiting; update waiting set n = 8")
        await withMetricsFactory(figures.registry) { await standing.ask(on: pool, &failing) }
        #expect(figures[#"attune_waiting{word="red"}"#] == 8)
        #expect(failing == [])
        await pool.shutdown()
    }

    @Test func `without the database the last figures stay`() async throws {
        try admin.script("insert into waiting values ('red', 7, 90)")
        let pool = ConnectionPool(
            database.settings(), size: 1, acquireTimeout: .milliseconds(50), logger: LogSink().logger())
        var failing: Set<String> = []
        while figures[#"attune_waiting{word="red"}"#] == nil { await ask(pool, &failing) }
        database.drop()
        await ask(pool, &failing)
        #expect(failing.count == 1)
        #expect(figures[#"attune_waiting{word="red"}"#] == 7)
        await pool.shutdown()
    }

    private struct Asking: Service {
        let figures: StandingFigures
        func run() async throws { await figures.run() }
    }

    /// Figures that are asked for all the time, and what comes at each answer.
    private func restless() -> (StandingFigures, AsyncStream<Void>) {
        let (answers, answer) = AsyncStream.makeStream(of: Void.self)
        let question = StandingFigures.Question("select 'x', 1::bigint, 1::bigint", keys: ["x"]) { _, _, _ in
            answer.yield()
        }
        let standing = StandingFigures(
            database.settings(), asking: [question], every: .milliseconds(1), logger: LogSink().logger())
        return (standing, answers)
    }

    @Test func `it asks again and again, ends when the process is to stop, and leaves no connection`() async throws {
        let (standing, answers) = restless()
        try await withMetricsFactory(figures.registry) {
            let group = ServiceGroup(
                configuration: .init(services: [Asking(figures: standing)], logger: LogSink().logger(.critical)))
            async let run: Void = group.run()
            for await _ in answers.prefix(3) {}
            #expect(figures["attune_database_pool_connections"] == 1)
            await group.triggerGracefulShutdown()
            try await run
        }
        #expect(figures["attune_database_pool_connections"] == 0)
    }

    @Test func `it ends when it is cancelled`() async {
        let (standing, answers) = restless()
        await withMetricsFactory(figures.registry) {
            let task = Task { await standing.run() }
            for await _ in answers.prefix(3) {}
            task.cancel()
            await task.value
        }
        #expect(figures["attune_database_pool_connections"] == 0)
    }

    @Test func `what is parked is told by state, with the age of the oldest; what is settled is not`() async throws {
        let quarantine = Quarantine(.scoring)
        let records = [Quarantine.State.failed, .waiting, .waiting].enumerated().map { offset, state in
            Quarantine.Record(
                partition: TopicPartition(topic: "t", partition: 0), offset: Int64(offset), key: [1], headers: [],
                payload: nil, state: state, reasonCode: "test", reason: "test")
        }
        let ask = { (figures: Figures) in
            await figures.ask(.quarantine(of: .scoring), of: database, as: ServiceSchema.scoring.role)
        }
        await ask(figures)
        #expect(figures[#"attune_quarantine_open_events{state="failed"}"#] == 0)
        #expect(figures[#"attune_quarantine_oldest_seconds{state="waiting"}"#] == 0)
        try quarantine.park(records, clusterID: "k", on: admin)
        try admin.script("update scoring.quarantine set parked_at = now() - interval '2 hours' where state = 'failed'")
        await ask(figures)
        #expect(figures[#"attune_quarantine_open_events{state="failed"}"#] == 1)
        #expect(figures[#"attune_quarantine_open_events{state="waiting"}"#] == 2)
        #expect(try #require(figures[#"attune_quarantine_oldest_seconds{state="failed"}"#]) >= 7200)
        #expect(try #require(figures[#"attune_quarantine_oldest_seconds{state="waiting"}"#]) < 7200)
        try admin.script("update scoring.quarantine set state = 'discarded', settled_at = now() where state = 'failed'")
        await ask(figures)
        #expect(figures[#"attune_quarantine_open_events{state="failed"}"#] == 0)
        #expect(figures[#"attune_quarantine_oldest_seconds{state="failed"}"#] == 0)
        #expect(figures[#"attune_quarantine_open_events{state="waiting"}"#] == 2)
        #expect(figures.registry.namingProblems.filter { !$0.hasSuffix("not described") } == [])
    }

    @Test(arguments: ServiceSchema.allCases)
    func `every service may look at its own quarantine`(schema: ServiceSchema) async {
        await figures.ask(.quarantine(of: schema), of: database, as: schema.role)
        #expect(figures[#"attune_quarantine_open_events{state="failed"}"#] == 0)
    }
}
