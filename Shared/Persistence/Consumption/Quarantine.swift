public import Contracts

/// Records that could not be handled, and those that wait behind them: a poison record parks its episode, not its
/// partition. The rows are written in the transaction that moves the position past the record.
public struct Quarantine: Sendable {
    public enum State: String, Sendable {
        /// Could not be handled.
        case failed
        /// Came after a failed record of the same key.
        case waiting
    }

    public struct Record: Sendable {
        public let partition: TopicPartition
        public let offset: Int64
        public let key: [UInt8]
        public let headers: [(name: String, value: [UInt8]?)]
        public let payload: [UInt8]?
        public let state: State
        /// A short fixed word to group and count by, e.g. `undecodable`.
        public let reasonCode: String
        /// For the operator, who sees it without the record: never client data.
        public let reason: String

        public init(
            partition: TopicPartition, offset: Int64, key: [UInt8], headers: [(name: String, value: [UInt8]?)],
            payload: [UInt8]?, state: State, reasonCode: String, reason: String
        ) {
            self.partition = partition
            self.offset = offset
            self.key = key
            self.headers = headers
            self.payload = payload
            self.state = state
            self.reasonCode = reasonCode
            self.reason = reason
        }
    }

    public let schema: ServiceSchema
    private let openKeysStatement: Statement
    private let lockStatement: Statement
    private let parkStatement: Statement
    let resumption: ResumptionStatements

    public init(_ schema: ServiceSchema) {
        self.schema = schema
        openKeysStatement = Statement(
            """
            select k.record_key from (select distinct unnest($1::bytea[]) as record_key) k
            where exists (select from \(schema.rawValue).quarantine q
                          where q.record_key = k.record_key and q.settled_at is null)
            """)
        lockStatement = Statement("select \(schema.rawValue).lock_quarantined($1)")
        resumption = ResumptionStatements(schema)
        parkStatement = Statement(
            """
            insert into \(schema.rawValue).quarantine
                (cluster_id, topic, partition, "offset", record_key, headers, payload, state, reason_code, reason, attempts)
            select $1, r.topic, r.partition, r.record_offset, r.record_key, r.headers::jsonb, r.payload, r.state,
                   r.reason_code, r.reason, case r.state when 'failed' then 1 else 0 end
            from unnest($2::text[], $3::int[], $4::bigint[], $5::bytea[], $6::text[], $7::bytea[], $8::text[],
                        $9::text[], $10::text[]) with ordinality
                as r (topic, partition, record_offset, record_key, headers, payload, state, reason_code, reason, nth)
            order by r.nth
            on conflict (cluster_id, topic, partition, "offset") do nothing
            """)
    }

    /// Those of the keys that have a record parked and not settled: what else comes for them has to wait.
    ///
    /// Important: nobody settles the last record of such a key until this transaction ends. Without that lock a
    /// record could be parked behind one that has been resumed meanwhile, and would wait for ever. Whoever resumed it
    /// first is waited for, which is why the keys are asked for once more, in a statement that sees what was settled.
    public func openKeys(
        among keys: some Collection<[UInt8]>, on connection: Connection
    ) throws(DatabaseError) -> Set<[UInt8]> {
        let found = try readOpenKeys(among: Array(keys), on: connection)
        guard !found.isEmpty else { return [] }
        try connection.run(lockStatement, [.byteArrays(Array(found))])
        return try readOpenKeys(among: Array(found), on: connection)
    }

    private func readOpenKeys(among keys: [[UInt8]], on connection: Connection) throws(DatabaseError) -> Set<[UInt8]> {
        guard !keys.isEmpty else { return [] }
        var open: Set<[UInt8]> = []
        for row in try connection.run(openKeysStatement, [.byteArrays(keys)]) { open.insert(try row.bytes(0)) }
        return open
    }

    /// Parks records in the order given and returns how many are new; one that is parked already stays as it is.
    @discardableResult
    public func park(
        _ records: [Record], clusterID: String, on connection: Connection
    ) throws(DatabaseError) -> Int {
        guard !records.isEmpty else { return 0 }
        return try connection.run(
            parkStatement,
            [
                .text(clusterID), .texts(records.map(\.partition.topic)), .int32s(records.map(\.partition.partition)),
                .int64s(records.map(\.offset)), .byteArrays(records.map(\.key)),
                .texts(records.map { HeaderJSON.encode($0.headers) }), .byteArrays(records.map(\.payload)),
                .texts(records.map(\.state.rawValue)), .texts(records.map(\.reasonCode)),
                .texts(records.map { $0.reason.replacing("\0", with: " ") }),
            ]
        ).affectedRows
    }
}
