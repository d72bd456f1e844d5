/// The rows of `ledger.lane` as one relay sees them: leases with a term, and cursors that only their owner moves.
///
/// Every statement is a transaction of its own and names the term, so that a stalled former owner changes nothing.
struct RelayLanes {
    struct Lease: Equatable {
        let term: Int64
        var cursor: Int64
        /// What the lane was last published to; nil for a lane that never was, or is to be published anew.
        var clusterID: String?
        /// Until then nobody else can have taken the lane, by this process's own clock. Counted from before the
        /// request, and short by a margin, so that neither the way to the server nor drift makes it too long.
        var trustedUntil: ContinuousClock.Instant
    }

    struct Page {
        var events: [LedgerEvent] = []
        /// For each lane with events, the cursor they were read from.
        var from: [Lane: Int64] = [:]
        /// For each lane with events, the last of them.
        var last: [Lane: Int64] = [:]
        var counts: [Lane: Int] = [:]

        /// - Parameter rows: those that the events were read from, with the lane's cursor behind them.
        fileprivate mutating func append(_ events: [LedgerEvent], from rows: Rows) throws(DatabaseError) {
            self.events += events
            for (event, row) in zip(events, rows) {
                last[event.lane] = event.position
                counts[event.lane, default: 0] += 1
                if from[event.lane] == nil { from[event.lane] = try row.int64(11) }
            }
        }
    }

    /// Counting further would cost more than the number says.
    static let lagLimit: Int64 = 100_000

    let owner: String
    let leaseDuration: Duration

    private var margin: Duration { leaseDuration / 4 }

    /// Takes the lanes that are free, expired, or this relay's own; each gets a new term.
    func acquire(_ lanes: [Lane], on connection: Connection) throws(DatabaseError) -> [Lane: Lease] {
        let asked = ContinuousClock.now
        let rows = try connection.run(
            Self.acquireStatement, [.text(owner), .int64(leaseDuration.microseconds)] + Self.parameters(lanes))
        var leases: [Lane: Lease] = [:]
        for row in rows {
            leases[try Lane.read(row, at: 0)] = Lease(
                term: try row.int64(2), cursor: try row.int64(3), clusterID: try row.optionalText(4),
                trustedUntil: asked + leaseDuration - margin)
        }
        return leases
    }

    /// Prolongs the leases and returns those still held.
    func renew(_ leases: [Lane: Lease], on connection: Connection) throws(DatabaseError) -> [Lane: Lease] {
        let lanes = Array(leases.keys)
        let asked = ContinuousClock.now
        let rows = try connection.run(
            Self.renewStatement,
            [.int64(leaseDuration.microseconds)] + Self.parameters(lanes) + [Self.terms(lanes, leases)])
        return try kept(leases, rows, asked: asked) { _, _ in }
    }

    /// The next events of lanes held, each lane's in the order of their positions.
    /// - Parameter limits: most events of each lane; nothing is read of others.
    func page(
        _ leases: [Lane: Lease], limits: [Lane: Int], on connection: Connection
    ) throws(DatabaseError) -> Page {
        var page = Page()
        // A statement for each limit: one that stood in a row would be unknown when the statement is planned, and the plan
        // that of a large part of the ledger.
        for limit in Set(limits.values).sorted(by: >) {
            let lanes = leases.keys.filter { limits[$0] == limit }
            let rows = try connection.run(
                Self.pageStatement, Self.parameters(lanes) + [Self.terms(lanes, leases), .int64(Int64(limit))])
            try page.append(Ledger.read(rows), from: rows)
        }
        return page
    }

    /// Moves the cursors behind a published page and prolongs the leases, in one statement; returns the leases of
    /// the lanes that were moved. A lane is not moved when its term has passed, or when somebody has set its cursor
    /// meanwhile, as an operator does who wants it published again. The cluster is written with the cursor: a cursor
    /// whose cluster is not known would count for any.
    func advance(
        _ leases: [Lane: Lease], past page: Page, on connection: Connection
    ) throws(DatabaseError) -> [Lane: Lease] {
        let lanes = Array(page.last.keys)
        let asked = ContinuousClock.now
        let rows = try connection.run(
            Self.advanceStatement,
            [.int64(leaseDuration.microseconds)] + Self.parameters(lanes) + [
                Self.terms(lanes, leases), .int64s(lanes.map { page.from[$0] }), .int64s(lanes.map { page.last[$0] }),
                .texts(lanes.map { leases[$0]?.clusterID }),
            ])
        let moved = leases.filter { page.last[$0.key] != nil }
        return try kept(moved, rows, asked: asked) { lane, lease in lease.cursor = page.last[lane] ?? lease.cursor }
    }

    /// Writes down the cluster that a lane is published to from now on; a cursor of 0 publishes all of it.
    func adopt(
        _ clusterID: String, cursor: Int64, for lane: Lane, _ lease: Lease, on connection: Connection
    ) throws(DatabaseError) -> Bool {
        try connection.run(
            """
            update ledger.lane set cluster_id = $4, cursor = $5
            where category = $1 and backfill = $2 and term = $3
            """,
            [
                .int16(lane.category.rawValue), .bool(lane.backfill), .int64(lease.term), .text(clusterID),
                .int64(cursor),
            ]
        ).affectedRows == 1
    }

    /// Gives the lanes back, so that another relay need not wait for the leases to run out.
    func release(_ leases: [Lane: Lease], on connection: Connection) throws(DatabaseError) {
        let lanes = Array(leases.keys)
        try connection.run(
            """
            update ledger.lane as l set owner = null, lease_until = null
            from unnest($1::smallint[], $2::boolean[], $3::bigint[]) as mine (category, backfill, term)
            where l.category = mine.category and l.backfill = mine.backfill and l.term = mine.term
            """, Self.parameters(lanes) + [Self.terms(lanes, leases)])
    }

    /// Where each lane stands, whoever owns it.
    func status(
        of lanes: [Lane], on connection: Connection
    ) throws(DatabaseError) -> [RelayStatus.LaneStatus] {
        var statuses: [RelayStatus.LaneStatus] = []
        for row in try connection.run(Self.lagStatement, Self.parameters(lanes) + [.int64(Self.lagLimit)]) {
            statuses.append(
                RelayStatus.LaneStatus(
                    lane: try Lane.read(row, at: 0), term: try row.int64(2), cursor: try row.int64(3), lag: try row.int64(4)))
        }
        return statuses
    }

    private func kept(
        _ leases: [Lane: Lease], _ rows: Rows, asked: ContinuousClock.Instant,
        _ change: (Lane, inout Lease) -> Void
    ) throws(DatabaseError) -> [Lane: Lease] {
        var kept: [Lane: Lease] = [:]
        for row in rows {
            let lane = try Lane.read(row, at: 0)
            guard var lease = leases[lane] else { continue }
            lease.trustedUntil = asked + leaseDuration - margin
            change(lane, &lease)
            kept[lane] = lease
        }
        return kept
    }

    private static func parameters(_ lanes: [Lane]) -> [Parameter] {
        [.int16s(lanes.map(\.category.rawValue)), .bools(lanes.map(\.backfill))]
    }

    private static func terms(_ lanes: [Lane], _ leases: [Lane: Lease]) -> Parameter {
        .int64s(lanes.map { leases[$0]?.term })
    }
}

extension RelayLanes {
    // The server's clock alone decides whether a lease has run out; clock_timestamp, because a statement may have
    // waited for a row lock.

    private static let acquireStatement: Statement = """
        update ledger.lane as l
        set owner = $1, term = l.term + 1, lease_until = clock_timestamp() + $2::bigint * interval '1 microsecond'
        from unnest($3::smallint[], $4::boolean[]) as wanted (category, backfill)
        where l.category = wanted.category and l.backfill = wanted.backfill
          and (l.owner is null or l.owner = $1 or l.lease_until is null or l.lease_until < clock_timestamp())
        returning l.category, l.backfill, l.term, l.cursor, l.cluster_id
        """

    private static let renewStatement: Statement = """
        update ledger.lane as l set lease_until = clock_timestamp() + $1::bigint * interval '1 microsecond'
        from unnest($2::smallint[], $3::boolean[], $4::bigint[]) as mine (category, backfill, term)
        where l.category = mine.category and l.backfill = mine.backfill and l.term = mine.term
        returning l.category, l.backfill
        """

    /// The cursor is read from the row, not remembered, so that one set back by an operator counts at once.
    static let pageStatement = Statement(
        """
        select \(LedgerEvent.columns), l.cursor
        from unnest($1::smallint[], $2::boolean[], $3::bigint[]) as mine (category, backfill, term)
        join ledger.lane l on l.category = mine.category and l.backfill = mine.backfill and l.term = mine.term
        cross join lateral (
            select * from ledger.event n
            where n.category = l.category and n.backfill = l.backfill and n.position > l.cursor
            order by n.position limit $4
        ) e
        order by e.position
        """)

    private static let advanceStatement: Statement = """
        update ledger.lane as l
        set cursor = mine.last, cluster_id = mine.cluster_id,
            lease_until = clock_timestamp() + $1::bigint * interval '1 microsecond'
        from unnest($2::smallint[], $3::boolean[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[])
            as mine (category, backfill, term, first, last, cluster_id)
        where l.category = mine.category and l.backfill = mine.backfill and l.term = mine.term
          and l.cursor = mine.first
        returning l.category, l.backfill
        """

    // Ordered, because the plan would otherwise gather all that waits before it counts up to the limit.
    static let lagStatement: Statement = """
        select l.category, l.backfill, l.term, l.cursor,
               (select count(*) from (
                    select from ledger.event e
                    where e.category = l.category and e.backfill = l.backfill and e.position > l.cursor
                    order by e.position limit $3
                ) behind)
        from unnest($1::smallint[], $2::boolean[]) as wanted (category, backfill)
        join ledger.lane l on l.category = wanted.category and l.backfill = wanted.backfill
        order by l.category, l.backfill
        """
}
