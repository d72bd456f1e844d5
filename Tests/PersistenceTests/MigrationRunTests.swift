@testable import Persistence
import Synchronization
import TestSupport
import Testing

/// How steps are run beside services that work: several transactions, locks that are not had, older programs.
@Suite struct MigrationRunTests {
    private let database: TestDatabase
    private let connection: Connection

    init() throws {
        database = try TestDatabase.make(isMigrated: false)
        connection = try database.connect()
    }

    @Test func `A service works beside steps that it does not know, unless they say from which program on`() throws {
        let known = [step(1, "select")]
        let third = known + [step(2, "select"), step(3, "select", servesFrom: 1)]
        _ = try Migrations.apply(third, on: connection)
        try Migrations.requireUsable(known, on: connection)
        _ = try Migrations.apply(third + [step(4, "select", servesFrom: 2)], on: connection)
        #expect(throws: MigrationError.databaseIsNewer(number: 4)) { try Migrations.requireUsable(known, on: connection) }
        try Migrations.requireUsable(known + [step(2, "select")], on: connection)
    }

    @Test func `A service does not work where a step of its own is missing or another`() throws {
        _ = try Migrations.apply([step(1, "select"), step(3, "select")], on: connection)
        #expect(throws: MigrationError.missing(number: 2)) {
            try Migrations.requireUsable([step(1, "select"), step(2, "select"), step(3, "select")], on: connection)
        }
        // An unknown one among the known was made by somebody else, not by a newer version.
        #expect(throws: MigrationError.databaseIsNewer(number: 3)) {
            try Migrations.requireUsable([step(1, "select"), step(4, "select")], on: connection)
        }
    }

    @Test func `The table of an older runner is read, and brought up`() throws {
        try connection.script(
            """
            create table public.attune_migration (
                number int primary key, name text not null, sha256 bytea not null,
                applied_at timestamptz not null default now());
            insert into public.attune_migration (number, name, sha256) values (1, 'step', sha256('select'))
            """)
        try Migrations.requireUsable([step(1, "select")], on: connection)
        #expect(try Migrations.apply([step(1, "select"), step(2, "select")], on: connection).map(\.number) == [2])
        try Migrations.requireUsable([step(1, "select")], on: connection)
    }

    @Test func `Each part of a step is a transaction, and one that fails is run again from the first`() throws {
        let text = """
            create table if not exists a (n int);
            -- Next transaction.
            create index concurrently if not exists a_n on a (n);
            -- Next transaction.
            insert into a values (1); select 1 / (select count(*) from b)
            """
        try connection.script("create table b (n int)")
        #expect(throws: DatabaseError.self) { try Migrations.apply([step(1, text)], on: connection) }
        #expect(try connection.run("select to_regclass('a_n') is not null, (select count(*) = 0 from a)").only().bool(1))
        #expect(try Migrations.pending(of: [step(1, text)], on: connection).count == 1)
        try connection.script("insert into b values (1)")
        #expect(try Migrations.apply([step(1, text)], on: connection).count == 1)
        let row = try connection.run("select to_regclass('a_n') is not null, (select count(*) = 1 from a)").only()
        #expect(try row.bool(0))
        #expect(try row.bool(1))
    }

    @Test func `Parts of the steps there are can all be run twice`() throws {
        for migration in Migration.all {
            _ = try Migrations.apply([Migration](Migration.all.prefix { $0.number <= migration.number }), on: connection)
            guard migration.transactions.count > 1 else { continue }
            for part in migration.transactions { try connection.script(part.sql) }
        }
        try Migrations.requireCurrent(on: connection)
    }

    @Test func `A lock that is not had is let go, who holds it is named, and it is tried for again`() throws {
        try connection.script("create table a (n int)")
        let holder = try Connection(
            DatabaseSettings(url: database.url, applicationName: "a long report", idleInTransactionTimeout: .zero))
        var isHeld = true
        try holder.script("begin; lock table a in access share mode")
        var told: [String] = []
        let other = try database.connect()
        let applied = try Migrations.apply([step(1, "alter table a add column m int")], on: connection) { progress in
            guard case .waiting(let reason) = progress else { return }
            told.append(reason)
            // While the runner rests nobody waits behind it.
            #expect((try? other.run("select count(*) from a")) != nil)
            if isHeld { #expect((try? holder.script("commit")) != nil) }
            isHeld = false
        }
        #expect(applied.count == 1)
        #expect(told.first?.contains("a long report") == true, "\(told)")
    }

    @Test func `After its patience a runner gives up and leaves nothing`() throws {
        try connection.script("create table a (n int)")
        let holder = try database.connect()
        try holder.script("begin; lock table a in access share mode")
        let error = #expect(throws: MigrationError.self) {
            try Migrations.apply(
                [step(1, "create table b (); alter table a add column m int")], on: connection, patience: .zero)
        }
        guard case .locked(number: 1, _, _)? = error else { return #expect(Bool(false), "\(String(describing: error))") }
        #expect(try connection.run("select to_regclass('b') is null").only().bool(0))
        try holder.script("rollback")
        #expect(try Migrations.apply([step(1, "alter table a add column m int")], on: connection).count == 1)
    }

    /// A runner that waited in a statement would have a snapshot, for whose end the index would wait in vain.
    @Test func `An index is built concurrently although another runner waits`() async throws {
        let first = try database.connect()
        try first.script("create table a (n int)")
        #expect(try first.run("select pg_try_advisory_lock(4178, 0)").only().bool(0))
        let isWaiting = Mutex(false)
        let database = database
        let second = Task.detached {
            let connection = try database.connect()
            let step = Migration(number: 1, name: "step", sql: Array("select".utf8))
            return try Migrations.apply([step], on: connection) { _ in isWaiting.withLock { $0 = true } }.count
        }
        while !isWaiting.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(10)) }
        try first.script("set lock_timeout = 0")
        try first.script("create index concurrently a_n on a (n)")
        try first.run("select pg_advisory_unlock(4178, 0)")
        #expect(try await second.value == 1)
    }

    private func step(_ number: Int32, _ sql: String, servesFrom: Int32 = 0) -> Migration {
        Migration(number: number, name: "step", sql: Array(sql.utf8), servesFrom: servesFrom)
    }
}
