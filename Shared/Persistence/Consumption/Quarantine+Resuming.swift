import Contracts

// Parked records on their way back. The rows of a key are a queue in the order of their ids; its front decides, and
// everything here but the first two functions happens under the lock of the key.
extension Quarantine {
    /// A record as it lies in quarantine, not settled.
    public struct Parked: Sendable {
        public let id: Int64
        public let record: Record
        /// Who asked for it to be tried again; nil when nobody has.
        public let requestedBy: String?
    }

    /// Keys whose front is to be tried again, the one that was parked first before the others.
    public func keysToResume(limit: Int, on connection: Connection) throws(DatabaseError) -> [[UInt8]] {
        var keys: [[UInt8]] = []
        for row in try connection.run(resumption.keys, [.int32(Int32(limit))]) { keys.append(try row.bytes(0)) }
        return keys
    }

    /// Returns when every batch has ended that was being handled at the call.
    ///
    /// One of them may have asked for open keys before the record at the front was parked, by another worker from
    /// another topic, and be handling an event of that key still. Each batch holds the rows of its positions.
    public func waitForBatches(on connection: Connection) throws(DatabaseError) {
        try connection.run(resumption.barrier)
    }

    /// Takes the key for this transaction; false when somebody else has it.
    public func tryLock(_ key: [UInt8], on connection: Connection) throws(DatabaseError) -> Bool {
        try connection.run(resumption.tryLock, [.bytes(key)]).only().bool(0)
    }

    /// What of the key is not settled, from the front.
    public func queue(of key: [UInt8], limit: Int, on connection: Connection) throws(DatabaseError) -> [Parked] {
        var queue: [Parked] = []
        for row in try connection.run(resumption.queue, [.bytes(key), .int32(Int32(limit))]) {
            queue.append(try Self.parked(row, key: key))
        }
        return queue
    }

    /// These have had their effect.
    public func release(_ parked: some Sequence<Parked>, by: String?, on connection: Connection) throws(DatabaseError) {
        let ids = parked.map(\.id)
        guard !ids.isEmpty else { return }
        try connection.run(resumption.release, [.int64s(ids), .optional(by)])
    }

    /// This one could not be handled now either, or for the first time; it waits to be asked for.
    public func failAgain(
        _ parked: Parked, code: String, reason: String, on connection: Connection
    ) throws(DatabaseError) {
        try connection.run(
            resumption.failAgain, [.int64(parked.id), .text(code), .text(reason.replacing("\0", with: " "))])
    }

    /// Asks on for the front of the key if it has only waited.
    /// - Returns: whether there is one.
    public func askOn(for key: [UInt8], by: String?, on connection: Connection) throws(DatabaseError) -> Bool {
        try connection.run(resumption.askOn, [.bytes(key), .text(by ?? "")]).affectedRows > 0
    }

    private static func parked(_ row: Row, key: [UInt8]) throws(DatabaseError) -> Parked {
        guard let headers = HeaderJSON.decode(try row.text(4)), let state = State(rawValue: try row.text(6)) else {
            throw .invalidResult("a parked record cannot be read")
        }
        let record = Record(
            partition: TopicPartition(topic: try row.text(1), partition: try row.int32(2)), offset: try row.int64(3),
            key: key, headers: headers, payload: try row.optionalBytes(5), state: state, reasonCode: try row.text(7),
            reason: try row.text(8))
        return Parked(
            id: try row.int64(0), record: record,
            requestedBy: try row.bool(10) ? row.optionalText(9) ?? "" : nil)
    }
}

/// The statements of a schema that lead out of its quarantine.
struct ResumptionStatements: Sendable {
    let keys: Statement
    let barrier: Statement
    let tryLock: Statement
    let queue: Statement
    let release: Statement
    let failAgain: Statement
    let askOn: Statement

    init(_ schema: ServiceSchema) {
        let table = "\(schema.rawValue).quarantine"
        keys = Statement(
            """
            select q.record_key from \(table) q
            where q.settled_at is null and q.retry_requested_at is not null
              and not exists (select from \(table) e where e.record_key = q.record_key and e.settled_at is null
                              and e.quarantine_id < q.quarantine_id)
            order by q.quarantine_id limit $1
            """)
        barrier = Statement(
            """
            select from \(schema.rawValue).consumer_offset order by cluster_id, topic, partition for share
            """)
        tryLock = Statement("select \(schema.rawValue).try_lock_quarantined($1)")
        queue = Statement(
            """
            select quarantine_id, topic, partition, "offset", headers, payload, state, reason_code, reason,
                   retry_requested_by, retry_requested_at is not null
            from \(table) where record_key = $1 and settled_at is null order by quarantine_id limit $2
            """)
        release = Statement(
            """
            update \(table) set state = 'released', settled_at = clock_timestamp(), settled_by = $2
            where quarantine_id = any($1)
            """)
        failAgain = Statement(
            """
            update \(table) set state = 'failed', reason_code = $2, reason = $3, attempts = attempts + 1,
                   retry_requested_at = null
            where quarantine_id = $1
            """)
        askOn = Statement(
            """
            update \(table) set retry_requested_at = clock_timestamp(), retry_requested_by = $2
            where quarantine_id = (select min(f.quarantine_id) from \(table) f
                                   where f.record_key = $1 and f.settled_at is null)
              and (state = 'waiting' or retry_requested_at is not null)
            """)
    }
}
