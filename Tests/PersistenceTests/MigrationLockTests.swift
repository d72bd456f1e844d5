import Foundation
@testable import Persistence
import TestSupport
import Testing

/// No migration may keep services waiting for as long as it takes to read or write a table: the bigger the network, the
/// longer that is. Each is applied to a database with rows, beside traffic, and judged by the locks it keeps.
@Suite(.serialized) struct MigrationLockTests {
    /// Released steps that keep locks while they read or write a table, and what for. They cannot be changed any more;
    /// their pages in docs/migrations say what that means. None may be added: a new step does it otherwise.
    private static let known: [Int32: String] = [
        7: "index over alerts", 8: "index over checkpoints", 10: "indexes and update of quarantines",
        14: "update of all alerts, checks, indexes", 15: "update of all alerts and deliveries, indexes",
        16: "check and indexes of deliveries", 17: "index over alerts and over episodes",
        18: "check and indexes of deliveries", 19: "indexes over episodes under row-level security's locks",
        22: "index over all events", 24: "index over episodes and people",
    ]

    @Test func `No step keeps a lock while it reads or writes a filled table, but those that are known to`() throws {
        let database = try TestDatabase.make(isMigrated: false)
        let connection = try database.connect()
        let traffic = MigrationTraffic(database)
        defer { traffic.stop() }
        var found: [Int32: MigrationJudge.Verdict] = [:]
        var table = ["step  took ms  longest statement beside it ms  statements  deadlocks  locks kept while"]
        for migration in Migration.all {
            try connection.script("set statement_timeout = 0")
            _ = traffic.take()
            let start = ContinuousClock.now
            var verdict = MigrationJudge.Verdict()
            for part in migration.transactions {
                let part = try Self.patiently(on: connection) { try MigrationJudge(connection: connection).judge(part) }
                if part.isHeldLong { verdict = part }
                #expect(part.unjudged.isEmpty, "\(migration.number) locks empty tables: fill them in MigrationFill")
            }
            let taken = start.duration(to: .now)
            let figures = traffic.take()
            #expect(figures.failures.isEmpty, "migration \(migration.number)")
            if verdict.isHeldLong { found[migration.number] = verdict }
            table.append(
                "\(migration.number)  \(Self.milliseconds(taken))  \(Self.milliseconds(figures.longest))  "
                    + "\(figures.statements)  \(figures.deadlocks)  \(verdict.isHeldLong ? verdict.works.joined(separator: ", ") : "-")")
            if let rows = MigrationFill.statements[migration.number] { try connection.script(rows) }
            // From here on there is all that the traffic touches.
            if migration.number == 5 { traffic.start() }
        }
        print(table.joined(separator: "\n"))
        #expect(Set(found.keys) == Set(Self.known.keys), "\(found)")
        let events = try connection.run("select count(*) from ledger.event").only().int64(0)
        #expect(events >= Int64(8 * MigrationFill.episodes))
    }

    @Test(arguments: [
        ("add column, volatile default", "alter table t add column u uuid default gen_random_uuid()"),
        ("index", "create index t_n on t (n)"),
        ("check", "alter table t add constraint c check (n > 0)"),
        ("not null", "alter table t alter column n set not null"),
        ("all rows", "update t set n = n + 1"),
        ("deleted rows", "delete from t where n <= 500"),
        ("type", "alter table t alter column n type bigint"),
        ("foreign key", "alter table t add constraint f foreign key (n) references r (n)"),
        ("a lock before a scan", "alter table t add column m int; create index on r (n, m)"),
    ])
    func `What keeps others waiting is found`(_ name: String, _ sql: String) throws {
        #expect(try judge(sql).isHeldLong, "\(name)")
    }

    @Test(arguments: [
        ("add column", "alter table t add column m int not null default 7"),
        ("add column of now", "alter table t add column at timestamptz not null default now()"),
        ("check, not validated", "alter table t add constraint c check (n > 0) not valid"),
        ("validated afterwards", "alter table v validate constraint c"),
        ("index beside", "create index concurrently t_n on t (n)"),
        ("trigger", "create trigger t before update on t for each row execute function noted()"),
        ("policy", "alter table t enable row level security; create policy p on t using (true)"),
        ("a few rows", "update t set n = n + 1 where n = 5"),
        ("not null after a check", "alter table v alter column n set not null"),
    ])
    func `What keeps nobody waiting is let through`(_ name: String, _ sql: String) throws {
        let verdict = try judge(sql)
        #expect(!verdict.isHeldLong, "\(name): \(verdict)")
    }

    @Test func `An empty table says nothing`() throws {
        let verdict = try judge("alter table e add column m int")
        #expect(verdict.unjudged == ["e AccessExclusiveLock"])
    }

    /// Tables t and v with rows, r that t may refer to, and e without.
    private func judge(_ sql: String) throws -> MigrationJudge.Verdict {
        let database = try TestDatabase.make(isMigrated: false)
        let connection = try database.connect()
        try connection.script(
            """
            create schema judged;
            set search_path = judged, public;
            create function noted() returns trigger language plpgsql as 'begin return new; end';
            create table r (n int primary key, m int);
            create table t (n int);
            create index t_key on t (n);
            create table v (n int, constraint c check (n > 0) not valid, constraint known check (n is not null));
            create table e (n int);
            insert into r select g from generate_series(0, 2000) g;
            insert into t select g from generate_series(1, 1000) g;
            insert into v select g from generate_series(1, 1000) g;
            """)
        return try MigrationJudge(connection: connection).judge(MigrationTransaction(sql: sql))
    }

    /// Locks that are not had, and deadlocks with the traffic, are for the runner to repeat, and so they are here.
    private static func patiently<Result>(on connection: Connection, _ work: () throws -> Result) throws -> Result {
        for _ in 0..<50 {
            try connection.script("set lock_timeout = '\(Migrations.lockTimeoutMilliseconds)ms'")
            do { return try work() } catch let error as DatabaseError where ["40P01", "55P03"].contains(error.sqlState) {}
        }
        return try work()
    }

    private static func milliseconds(_ duration: Duration) -> Int { Int(duration / .milliseconds(1)) }
}
