public import Domain

/// The append-only record of everything that happened: the truth that all topics are published from.
public enum Ledger {
    /// Appends a batch to one lane and returns its events in the order given.
    ///
    /// Versions continue each stream; positions follow the order given. The lane is locked until the transaction
    /// ends, so append late in it. For the order of locks, append once per lane and transaction, to several lanes
    /// in the order of `Lane.all`; otherwise two transactions may deadlock, and one of them fails as transient.
    ///
    /// - Throws: `uniqueViolation` when an event id is in the ledger already; then nothing is appended.
    public static func append(
        _ events: [NewEvent], to lane: Lane, on connection: Connection
    ) throws(DatabaseError) -> [AppendedEvent] {
        guard !events.isEmpty else { return [] }
        let rows = try connection.run(
            appendStatement,
            [
                .int16(lane.category.rawValue), .bool(lane.backfill), .ids(events.map(\.id)),
                .ids(events.map(\.stream)), .texts(events.map(\.site.text)), .texts(events.map(\.type)),
                .texts(events.map(\.traceparent)), .byteArrays(events.map(\.payload)),
            ])
        var appended: [EventID: AppendedEvent] = [:]
        appended.reserveCapacity(events.count)
        for row in rows {
            let id: EventID = try row.id(0)
            appended[id] = AppendedEvent(
                id: id, position: try row.int64(1), version: try row.int64(2), recordedAt: try row.timestamp(3))
        }
        var inOrder: [AppendedEvent] = []
        inOrder.reserveCapacity(events.count)
        for event in events {
            guard let found = appended[event.id] else { throw .invalidResult("the ledger did not return an event") }
            inOrder.append(found)
        }
        return inOrder
    }

    /// Makes the parts that are to stand empty ahead; for ingestion's role. Readers and writers do not wait for it.
    ///
    /// - Returns: how many more events there are parts for.
    public static func extend(on connection: Connection) throws(DatabaseError) -> Int64 {
        try connection.run("select ledger.extend_events()").only().int64(0)
    }

    /// A part of one stream, ends included.
    public struct StreamRange: Hashable, Sendable {
        public let stream: EpisodeID
        public let firstVersion: Int64
        public let lastVersion: Int64

        public init(stream: EpisodeID, firstVersion: Int64, lastVersion: Int64) {
            self.stream = stream
            self.firstVersion = firstVersion
            self.lastVersion = lastVersion
        }
    }

    /// The events of one stream by version, from `fromVersion` through `through`.
    public static func events(
        stream: EpisodeID, category: LedgerCategory, fromVersion: Int64 = 1, through: Int64 = .max,
        on connection: Connection
    ) throws(DatabaseError) -> [LedgerEvent] {
        try events(
            in: [StreamRange(stream: stream, firstVersion: fromVersion, lastVersion: through)], category: category,
            on: connection)
    }

    /// The events of several parts of streams in one round trip, by stream and version: for a consumer that heals gaps.
    public static func events(
        in ranges: [StreamRange], category: LedgerCategory, reach: LedgerReach = .whole, on connection: Connection
    ) throws(DatabaseError) -> [LedgerEvent] {
        guard !ranges.isEmpty else { return [] }
        let rows = try connection.run(
            reach == .whole ? streamsStatement : scopedStreamsStatement,
            [
                .int16(category.rawValue), .ids(ranges.map(\.stream)), .int64s(ranges.map(\.firstVersion)),
                .int64s(ranges.map(\.lastVersion)),
            ])
        return try read(rows)
    }

    /// The next events of one lane behind a position, in order.
    public static func page(
        of lane: Lane, after position: Int64, limit: Int, on connection: Connection
    ) throws(DatabaseError) -> [LedgerEvent] {
        let rows = try connection.run(
            pageStatement,
            [.int16(lane.category.rawValue), .bool(lane.backfill), .int64(position), .int64(Int64(limit))])
        return try read(rows)
    }

    /// A place among the streams of a category: behind one event, by stream and version.
    public struct StreamPlace: Hashable, Sendable {
        public let stream: EpisodeID
        public let version: Int64

        public init(stream: EpisodeID, version: Int64) {
            self.stream = stream
            self.version = version
        }
    }

    /// The next events of a category by stream and version, whatever lane they came through: for reading whole
    /// streams one after another.
    /// - Parameter place: nil for the beginning.
    public static func page(
        of category: LedgerCategory, behind place: StreamPlace?, limit: Int, on connection: Connection
    ) throws(DatabaseError) -> [LedgerEvent] {
        let rows =
            if let place {
                try connection.run(
                    nextStreamsStatement,
                    [.int16(category.rawValue), .id(place.stream), .int64(place.version), .int64(Int64(limit))])
            } else {
                try connection.run(firstStreamsStatement, [.int16(category.rawValue), .int64(Int64(limit))])
            }
        return try read(rows)
    }

    static func read(_ rows: Rows) throws(DatabaseError) -> [LedgerEvent] {
        var events: [LedgerEvent] = []
        events.reserveCapacity(rows.count)
        for row in rows { events.append(try LedgerEvent(row)) }
        return events
    }

    private static let appendStatement: Statement = """
        select event_id, event_position, version, recorded_at from ledger.append($1, $2, $3, $4, $5, $6, $7, $8)
        """

    static let streamsStatement = streams(of: "published.event")
    static let scopedStreamsStatement = streams(of: "published.portal_event")

    private static func streams(of view: String) -> Statement {
        Statement(
            """
            select \(LedgerEvent.columns)
            from unnest($2::uuid[], $3::bigint[], $4::bigint[]) as wanted (stream_id, first, last)
            join \(view) e on e.category = $1 and e.stream_id = wanted.stream_id
                 and e.version between wanted.first and wanted.last
            order by e.stream_id, e.version
            """)
    }

    static let firstStreamsStatement = Statement(
        """
        select \(LedgerEvent.columns) from published.event e
        where e.category = $1 order by e.stream_id, e.version limit $2
        """)

    static let nextStreamsStatement = Statement(
        """
        select \(LedgerEvent.columns) from published.event e
        where e.category = $1 and (e.stream_id, e.version) > ($2, $3) order by e.stream_id, e.version limit $4
        """)

    static let pageStatement = Statement(
        """
        select \(LedgerEvent.columns) from published.event e
        where e.category = $1 and e.backfill = $2 and e.position > $3 order by e.position limit $4
        """)
}

/// Which events and leaves a reader gets to see.
public enum LedgerReach: Hashable, Sendable {
    /// All of them: for services and operators.
    case whole
    /// Those within the scope of the transaction, to which row-level security holds the portal's role.
    case scoped
}
