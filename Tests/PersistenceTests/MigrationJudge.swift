@testable import Persistence

/// Looks at what a transaction of a migration did to tables that held rows before it: which locks it keeps until its end,
/// and what it did meanwhile that takes longer the more rows there are.
///
/// A lock that keeps writers out is harmless for a moment. It is not while a table is read from end to end, written anew
/// or updated in all rows: so the two are refused together, whatever the time it took here.
struct MigrationJudge {
    /// Tables with fewer rows cost nothing.
    static let fewRows = 100

    struct Verdict: Equatable {
        /// Locks on filled tables that keep writers or readers out, as "table MODE".
        var locks: [String] = []
        /// What takes longer with more rows, as "table: what".
        var works: [String] = []
        /// Tables with no rows that were there before and are locked: nothing is known of them.
        var unjudged: [String] = []

        var isHeldLong: Bool { !works.isEmpty && (!locks.isEmpty || works.contains { $0.contains("rows written") }) }
    }

    private struct Table {
        let name: String
        let file: Int64
        let rows: Int64
        var read: Int64 = 0
        var written: Int64 = 0
    }

    let connection: Connection

    /// Runs a part of a migration and judges it.
    func judge(_ part: MigrationTransaction, then finish: (Connection) throws -> Void = { _ in }) throws -> Verdict {
        if part.isConcurrent {
            // Keeps nobody waiting: SHARE UPDATE EXCLUSIVE lets readers and writers go on.
            try connection.script(part.sql)
            try finish(connection)
            return Verdict()
        }
        return try connection.transaction { connection in
            let before = try tables(on: connection)
            // What a parallel worker reads is counted there.
            try connection.script(
                "set local max_parallel_maintenance_workers = 0; set local max_parallel_workers_per_gather = 0")
            let counted = try counters(on: connection)
            try connection.script(part.sql)
            let verdict = try verdict(before, counted, on: connection)
            try finish(connection)
            return verdict
        }
    }

    private func verdict(
        _ before: [Int64: Table], _ counted: [Int64: (read: Int64, written: Int64)], on connection: Connection
    ) throws -> Verdict {
        var verdict = Verdict()
        let now = try counters(on: connection)
        for (id, table) in before where table.rows >= Self.fewRows {
            let (then, now) = (counted[id] ?? (0, 0), now[id] ?? (0, 0))
            if now.read - then.read >= Self.fewRows { verdict.works.append("\(table.name): rows read") }
            if now.written - then.written >= Self.fewRows { verdict.works.append("\(table.name): rows written") }
        }
        for row in try connection.run(Self.files, [.int64s(Array(before.keys))]) {
            guard let table = before[try row.int64(0)], table.rows >= Self.fewRows else { continue }
            guard try row.int64(1) != table.file else { continue }
            verdict.works.append("\(table.name): rewritten")
        }
        for row in try connection.run(Self.locks) {
            guard let table = before[try row.int64(0)] else { continue }
            let lock = "\(table.name) \(try row.text(1))"
            if table.rows >= Self.fewRows { verdict.locks.append(lock) }
            if table.rows == 0 { verdict.unjudged.append(lock) }
        }
        verdict.works.sort()
        verdict.locks.sort()
        return verdict
    }

    private func tables(on connection: Connection) throws -> [Int64: Table] {
        var tables: [Int64: Table] = [:]
        for row in try connection.run(Self.all) {
            let name = try row.text(1)
            let rows = try connection.run(Statement("select count(*) from (select from \(name) limit \(Self.fewRows)) t"))
                .only().int64(0)
            tables[try row.int64(0)] = Table(name: name, file: try row.int64(2), rows: rows)
        }
        return tables
    }

    /// Of this session, what is not yet in the shared statistics: differences within a transaction are exact.
    private func counters(on connection: Connection) throws -> [Int64: (read: Int64, written: Int64)] {
        var counters: [Int64: (read: Int64, written: Int64)] = [:]
        for row in try connection.run(Self.counts) {
            counters[try row.int64(0)] = (try row.int64(1), try row.int64(2))
        }
        return counters
    }

    private static let all: Statement = """
        select c.oid::bigint, c.oid::regclass::text, pg_relation_filenode(c.oid)::bigint
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema', 'public', 'rebuild')
          and n.nspname not like 'pg_toast%'
        """
    private static let files: Statement =
        "select oid::bigint, pg_relation_filenode(oid)::bigint from pg_class where oid::bigint = any($1)"
    /// Those that conflict with ROW EXCLUSIVE, which every writer takes.
    private static let locks: Statement = """
        select relation::bigint, mode from pg_locks
        where pid = pg_backend_pid() and locktype = 'relation' and granted
          and mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
        """
    private static let counts: Statement = """
        select relid::bigint, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0), n_tup_upd + n_tup_del
        from pg_stat_xact_user_tables
        """
}
