/// Brings the schema to what this program needs, and checks that it is.
public enum Migrations {
    /// What a runner tells while it works.
    public enum Progress: Sendable {
        /// Committed.
        case applied(Migration)
        /// Somebody else's lock is in the way, as described; the same is tried again.
        case waiting(String)
    }

    /// Applies what is missing and returns it. Two runners do not collide: the second waits and then finds nothing to
    /// do. Needs the owner of the schema and the right to create roles.
    ///
    /// - Parameter patience: how long locks are tried for before it gives up, for each step.
    @discardableResult
    public static func apply(
        on connection: Connection, patience: Duration = .seconds(600), progress: (Progress) -> Void = { _ in }
    ) throws -> [Migration] {
        try apply(Migration.all, on: connection, patience: patience, progress: progress)
    }

    /// The steps that are not applied yet, in order. Refuses a database that this program does not fit.
    public static func pending(on connection: Connection) throws -> [Migration] {
        try pending(of: Migration.all, on: connection)
    }

    /// What a tool asks that must know all there is: throws unless exactly the steps of this program are applied.
    public static func requireCurrent(on connection: Connection) throws {
        let pending = try pending(on: connection)
        guard pending.isEmpty else { throw MigrationError.pending(pending.map(\.number)) }
    }

    /// What every service asks at its start: throws unless all steps of this program are applied, and those that it does
    /// not know let it work beside them. So the version before goes on, and can be started again, while and after the
    /// schema is brought up for the next.
    public static func requireUsable(on connection: Connection) throws {
        try requireUsable(Migration.all, on: connection)
    }

    static func requireUsable(_ migrations: [Migration], on connection: Connection) throws {
        let pending = try pending(of: migrations, besideNewer: true, on: connection)
        guard pending.isEmpty else { throw MigrationError.pending(pending.map(\.number)) }
    }

    static func pending(
        of migrations: [Migration], besideNewer: Bool = false, on connection: Connection
    ) throws -> [Migration] {
        let exists = try connection.run("select to_regclass('public.attune_migration') is not null").only().bool(0)
        guard exists else { return migrations }
        // Compared by the server, which has the hash function at hand. A table of an older runner lacks serves_from.
        let rows = try connection.run(
            """
            select coalesce(applied.number, known.number), applied.number is not null, known.number is not null,
                   coalesce(applied.sha256 = sha256(known.sql), false),
                   coalesce((to_jsonb(applied) ->> 'serves_from')::int, 0)
            from public.attune_migration applied
            full join unnest($1::int[], $2::bytea[]) as known (number, sql) using (number)
            order by 1
            """, [.int32s(migrations.map(\.number)), .byteArrays(migrations.map(\.sql))])
        let newest = migrations.last?.number ?? 0
        var missing: [Int32] = []
        for row in rows {
            let number = try row.int32(0)
            let (isApplied, isKnown, isSame) = (try row.bool(1), try row.bool(2), try row.bool(3))
            guard isKnown else {
                if besideNewer, number > newest, try row.int32(4) <= newest { continue }
                throw MigrationError.databaseIsNewer(number: number)
            }
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
}
