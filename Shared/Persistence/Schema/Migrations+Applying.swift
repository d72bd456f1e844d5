import Glibc

extension Migrations {
    static func apply(
        _ migrations: [Migration], on connection: Connection, patience: Duration = .seconds(600),
        progress: (Progress) -> Void = { _ in }
    ) throws -> [Migration] {
        try connection.withoutLimits {
            try waitForOtherRunners(on: connection, progress)
            // A lost session has let go of its lock already.
            defer { if connection.isUsable { _ = try? connection.run("select pg_advisory_unlock(4178, 0)") } }
            try makeTable(on: connection)
            let pending = try pending(of: migrations, on: connection)
            for migration in pending {
                try apply(migration, on: connection, patience: patience, progress)
                progress(.applied(migration))
            }
            return pending
        }
    }

    /// Asked again and again instead of waited for: a statement that waits has a snapshot, for whose end an index that
    /// the first runner builds concurrently would wait in its turn.
    private static func waitForOtherRunners(on connection: Connection, _ progress: (Progress) -> Void) throws {
        var isTold = false
        while try !connection.run("select pg_try_advisory_lock(4178, 0)").only().bool(0) {
            if !isTold { progress(.waiting("another runner is at work")) }
            isTold = true
            pause(.milliseconds(200))
        }
    }

    private static func apply(
        _ migration: Migration, on connection: Connection, patience: Duration, _ progress: (Progress) -> Void
    ) throws {
        let parts = migration.transactions
        for (index, part) in parts.enumerated() {
            try withRetries(of: migration, on: connection, patience: patience, progress) {
                if part.isConcurrent {
                    try connection.script("set lock_timeout = 0")
                    try connection.script(part.sql)
                    if index == parts.count - 1 { try note(migration, on: connection) }
                } else {
                    try connection.transaction { connection in
                        try connection.script("set local lock_timeout = '\(lockTimeoutMilliseconds)ms'")
                        try connection.script(part.sql)
                        if index == parts.count - 1 { try note(migration, on: connection) }
                    }
                }
            }
        }
    }

    /// Whoever waits for a table's exclusive lock, behind a long transaction, keeps everybody waiting who comes after,
    /// readers too. So the wait is short, shorter than services wait for a lock (`DatabaseSettings.lockTimeout`), and
    /// between two tries everybody goes on. It is shorter, too, than the server's `deadlock_timeout` of a second: of a
    /// reader and a step that wait for each other it is the step that gives way.
    static let lockTimeoutMilliseconds = 500

    private static func withRetries(
        of migration: Migration, on connection: Connection, patience: Duration, _ progress: (Progress) -> Void,
        _ work: () throws -> Void
    ) throws {
        let deadline = ContinuousClock.now + patience
        var rest: Duration = .milliseconds(250)
        while true {
            do {
                return try work()
            } catch let error as DatabaseError where error.sqlState == "55P03" || error.sqlState == "40P01" {
                // lock_not_available and deadlock_detected: the transaction is undone.
                let holder = try oldestTransaction(on: connection)
                guard ContinuousClock.now < deadline else {
                    throw MigrationError.locked(number: migration.number, name: migration.name, by: holder)
                }
                progress(.waiting("migration \(migration.number) (\(migration.name)) does not get a lock: \(holder)"))
                pause(rest)
                rest = min(rest * 2, .seconds(5))
            }
        }
    }

    /// Most likely whoever is in the way.
    private static func oldestTransaction(on connection: Connection) throws -> String {
        let rows = try connection.run(
            """
            select application_name, pid, extract(epoch from clock_timestamp() - xact_start)::bigint
            from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null
            order by xact_start limit 1
            """)
        for row in rows {
            let name = try row.optionalText(0) ?? ""
            return "the oldest open transaction is of \(name.isEmpty ? "another user" : name), process "
                + "\(try row.int32(1)), \(try row.int64(2)) s old"
        }
        return "whoever had it has ended"
    }

    private static func pause(_ duration: Duration) { usleep(UInt32(duration.microseconds)) }

    private static func note(_ migration: Migration, on connection: Connection) throws {
        try connection.run(
            "insert into public.attune_migration (number, name, sha256, serves_from) values ($1, $2, sha256($3), $4)",
            [.int32(migration.number), .text(migration.name), .bytes(migration.sql), .int32(migration.servesFrom)])
    }

    /// Readable for all: every service checks it. Nobody holds it for long, so that there is no need to try again.
    private static func makeTable(on connection: Connection) throws {
        try connection.script(
            """
            create table if not exists public.attune_migration (
                number     int         primary key,
                name       text        not null,
                sha256     bytea       not null,
                applied_at timestamptz not null default now()
            )
            """)
        let isOld = try connection.run(
            """
            select not exists (select from pg_attribute where attrelid = 'public.attune_migration'::regclass
                               and attname = 'serves_from')
            """
        ).only().bool(0)
        guard isOld else { return }
        try connection.script(
            """
            grant select on public.attune_migration to public;
            alter table public.attune_migration add column serves_from int not null default 0
            """)
    }
}
