/// Brings the schema to what this program needs, and checks that it is.
public enum Migrations {
    /// Applies what is missing, each step in its own transaction, and returns it. Two runners do not collide: the
    /// second waits and then finds nothing to do. Needs the owner of the schema and the right to create roles.
    ///
    /// - Parameter progress: told about each step after it was committed.
    @discardableResult
    public static func apply(
        on connection: Connection, progress: (Migration) -> Void = { _ in }
    ) throws -> [Migration] {
        try apply(Migration.all, on: connection, progress: progress)
    }

    /// The steps that are not applied yet, in order. Refuses a database that this program does not fit.
    public static func pending(on connection: Connection) throws -> [Migration] {
        try pending(of: Migration.all, on: connection)
    }

    /// What every service asks at its start: throws unless exactly the steps of this program are applied.
    public static func requireCurrent(on connection: Connection) throws {
        let pending = try pending(on: connection)
        guard pending.isEmpty else { throw MigrationError.pending(pending.map(\.number)) }
    }

    static func apply(
        _ migrations: [Migration], on connection: Connection, progress: (Migration) -> Void = { _ in }
    ) throws -> [Migration] {
        try connection.withoutLimits {
            try connection.run("select pg_advisory_lock(4178, 0)")
            // A lost session has let go of its lock already.
            defer { if connection.isUsable { _ = try? connection.run("select pg_advisory_unlock(4178, 0)") } }
            try connection.script(createTable)
            let pending = try pending(of: migrations, on: connection)
            for migration in pending {
                try connection.transaction { connection in
                    try connection.script(String(decoding: migration.sql, as: UTF8.self))
                    try connection.run(
                        "insert into public.attune_migration (number, name, sha256) values ($1, $2, sha256($3))",
                        [.int32(migration.number), .text(migration.name), .bytes(migration.sql)])
                }
                progress(migration)
            }
            return pending
        }
    }

    static func pending(of migrations: [Migration], on connection: Connection) throws -> [Migration] {
        let exists = try connection.run("select to_regclass('public.attune_migration') is not null").only().bool(0)
        guard exists else { return migrations }
        // Compared by the server, which has the hash function at hand.
        let rows = try connection.run(
            """
            select coalesce(applied.number, known.number), applied.number is not null, known.number is not null,
                   coalesce(applied.sha256 = sha256(known.sql), false)
            from public.attune_migration applied
            full join unnest($1::int[], $2::bytea[]) as known (number, sql) using (number)
            order by 1
            """, [.int32s(migrations.map(\.number)), .byteArrays(migrations.map(\.sql))])
        var missing: [Int32] = []
        for row in rows {
            let number = try row.int32(0)
            let (isApplied, isKnown, isSame) = (try row.bool(1), try row.bool(2), try row.bool(3))
            guard isKnown else { throw MigrationError.databaseIsNewer(number: number) }
            guard isApplied else {
                missing.append(number)
                continue
            }
            guard isSame else {
                let name = migrations.first { $0.number == number }?.name ?? ""
                throw MigrationError.checksumChanged(number: number, name: name)
            }
            if let gap = missing.first { throw MigrationError.missing(number: gap) }
        }
        return migrations.filter { missing.contains($0.number) }
    }

    /// Readable for all: every service checks it.
    private static let createTable = """
        create table if not exists public.attune_migration (
            number     int         primary key,
            name       text        not null,
            sha256     bytea       not null,
            applied_at timestamptz not null default now()
        );
        grant select on public.attune_migration to public
        """
}
