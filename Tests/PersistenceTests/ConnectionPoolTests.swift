import Foundation
import Logging
import Persistence
import Synchronization
import TestSupport
import Testing

@Suite struct ConnectionPoolTests {
    private let database: TestDatabase

    init() throws { database = try TestDatabase.make(isMigrated: false) }

    private func pool(
        _ size: Int, acquireTimeout: Duration = .seconds(60), queueLimit: Int = 1024
    ) -> ConnectionPool {
        ConnectionPool(
            database.settings(), size: size, acquireTimeout: acquireTimeout, queueLimit: queueLimit,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    /// A job that holds its thread until it is let go.
    private struct Blocker: Sendable {
        private let gate = DispatchSemaphore(value: 0)
        private let started = AsyncStream<Void>.makeStream()

        func run(on pool: ConnectionPool) async throws {
            try await pool.with { _ in
                started.continuation.yield()
                gate.wait()
            }
        }

        func hasStarted() async { for await _ in started.stream { return } }
        func letGo() { gate.signal() }
    }

    @Test func manyCallersShareFewConnections() async throws {
        let pool = pool(3)
        let pids = try await withThrowingTaskGroup(of: Int32.self) { group in
            for _ in 0..<200 { group.addTask { try await pool.with { try $0.run("select pg_backend_pid()").only().int32(0) } } }
            return try await group.reduce(into: Set<Int32>()) { $0.insert($1) }
        }
        #expect((1...3).contains(pids.count))
        await pool.shutdown()
    }

    @Test func errorsOfTheClosureComeOutUnchanged() async throws {
        struct Refused: Error {}
        let pool = pool(1)
        await #expect(throws: Refused.self) { try await pool.with { _ in throw Refused() } }
        let error = await #expect(throws: DatabaseError.self) { try await pool.with { try $0.script("select 1/0") } }
        #expect(error?.kind == .invalidData)
        await pool.shutdown()
    }

    @Test func aCallerThatGetsNoConnectionInTimeFailsWithoutHavingRun() async throws {
        let pool = pool(1, acquireTimeout: .milliseconds(500))
        let blocker = Blocker()
        async let blocked: Void = blocker.run(on: pool)
        await blocker.hasStarted()
        let hasRun = Atomic(false)
        let error = await #expect(throws: DatabaseError.self) {
            try await pool.with { _ in hasRun.store(true, ordering: .relaxed) }
        }
        #expect(error?.kind == .poolExhausted)
        blocker.letGo()
        try await blocked
        await pool.shutdown()
        let ran = hasRun.load(ordering: .relaxed)
        #expect(!ran)
    }

    @Test func aFullQueueRefusesAtOnce() async throws {
        let pool = pool(1, queueLimit: 1)
        let blocker = Blocker()
        async let blocked: Void = blocker.run(on: pool)
        await blocker.hasStarted()
        let kinds = await withTaskGroup(of: DatabaseError.Kind?.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    do { try await pool.with { _ in } } catch { return (error as? DatabaseError)?.kind }
                    return nil
                }
            }
            // Two of three cannot wait; only then may the one that waits go on.
            var kinds = [await group.next() ?? nil, await group.next() ?? nil]
            blocker.letGo()
            kinds.append(await group.next() ?? nil)
            return kinds
        }
        #expect(kinds == [.poolExhausted, .poolExhausted, nil])
        try await blocked
        await pool.shutdown()
    }

    @Test func shutdownFailsWhatWaitsAndFinishesWhatRuns() async throws {
        let pool = pool(1)
        let blocker = Blocker()
        async let blocked: Void = blocker.run(on: pool)
        await blocker.hasStarted()
        async let waiting: Void = pool.with { _ in }
        async let ended: Void = pool.shutdown()
        do {
            try await waiting
            Issue.record("a waiting caller was served after the shutdown")
        } catch let error as DatabaseError {
            #expect(error.kind == .shuttingDown)
        }
        blocker.letGo()
        try await blocked
        await ended
        let late = await #expect(throws: DatabaseError.self) { try await pool.with { _ in } }
        #expect(late?.kind == .shuttingDown)
    }

    @Test func aCancelledCallerLeavesTheQueue() async throws {
        let pool = pool(1)
        let blocker = Blocker()
        async let blocked: Void = blocker.run(on: pool)
        await blocker.hasStarted()
        let hasRun = Atomic(false)
        let waiting = Task { try await pool.with { _ in hasRun.store(true, ordering: .relaxed) } }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        blocker.letGo()
        try await blocked
        await pool.shutdown()
        let ran = hasRun.load(ordering: .relaxed)
        #expect(!ran)
    }

    @Test func aLostConnectionIsReplacedBeforeTheNextCaller() async throws {
        let pool = pool(1)
        let first = try await pool.with { try $0.run("select pg_backend_pid()").only().int32(0) }
        try database.connect().run("select pg_terminate_backend($1, 10000)", [.int32(first)])
        let second = try await pool.with { try $0.run("select pg_backend_pid()").only().int32(0) }
        #expect(first != second)
        #expect(pool.isReachable)
        await pool.shutdown()
    }

    @Test func aTransactionLeftOpenIsUndone() async throws {
        let pool = pool(1)
        try await pool.with { try $0.script("create table stray (n int); begin; insert into stray values (1)") }
        let exists = try await pool.with { try $0.run("select to_regclass('stray') is not null").only().bool(0) }
        #expect(!exists)
        await pool.shutdown()
    }

    @Test func withoutDatabaseCallersHearThatItIsUnreachable() async throws {
        let pool = ConnectionPool(
            DatabaseSettings(url: "postgresql://nobody@127.0.0.1:1/none"), size: 2,
            acquireTimeout: .milliseconds(300),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        let error = await #expect(throws: DatabaseError.self) { try await pool.with { _ in } }
        #expect(error?.kind == .unreachable)
        #expect(!pool.isReachable)
        await pool.shutdown()
    }

    @Test func `The connections of all pools are counted together, also when some are lost`() async throws {
        let figures = Figures()
        let (first, second) = figures.measuring { (pool(2), pool(3)) }
        func all(_ count: Int, of pool: ConnectionPool) async throws {
            let blockers = (0..<count).map { _ in Blocker() }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for blocker in blockers { group.addTask { try await blocker.run(on: pool) } }
                for blocker in blockers { await blocker.hasStarted() }
                for blocker in blockers { blocker.letGo() }
                try await group.waitForAll()
            }
        }
        try await all(2, of: first)
        try await all(3, of: second)
        #expect(figures["attune_database_pool_connections"] == 5)
        await first.shutdown()
        #expect(figures["attune_database_pool_connections"] == 3)
        database.drop()
        try await eventually { figures["attune_database_pool_connections"] == 0 }
        await second.shutdown()
        #expect(figures["attune_database_pool_connections"] == 0)
    }
}
