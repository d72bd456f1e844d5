public import Contracts
import FoundationEssentials

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
    private let parkStatement: Statement

    public init(_ schema: ServiceSchema) {
        self.schema = schema
        openKeysStatement = Statement(
            """
            select k.record_key from (select distinct unnest($1::bytea[]) as record_key) k
            where exists (select from \(schema.rawValue).quarantine q
                          where q.record_key = k.record_key and q.settled_at is null)
            """)
        parkStatement = Statement(
            """
            insert into \(schema.rawValue).quarantine
                (cluster_id, topic, partition, "offset", record_key, headers, payload, state, reason_code, reason)
            select $1, r.topic, r.partition, r.record_offset, r.record_key, r.headers::jsonb, r.payload, r.state,
                   r.reason_code, r.reason
            from unnest($2::text[], $3::int[], $4::bigint[], $5::bytea[], $6::text[], $7::bytea[], $8::text[],
                        $9::text[], $10::text[]) with ordinality
                as r (topic, partition, record_offset, record_key, headers, payload, state, reason_code, reason, nth)
            order by r.nth
            on conflict (cluster_id, topic, partition, "offset") do nothing
            """)
    }

    /// Those of the keys that have a record parked and not settled: what else comes for them has to wait.
    public func openKeys(
        among keys: some Collection<[UInt8]>, on connection: Connection
    ) throws(DatabaseError) -> Set<[UInt8]> {
        guard !keys.isEmpty else { return [] }
        let rows = try connection.run(openKeysStatement, [.byteArrays(Array(keys))])
        var open: Set<[UInt8]> = []
        for row in rows { open.insert(try row.bytes(0)) }
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

/// Headers as JSON: `[{"name": …, "text": …}]`, in order, repeated names kept.
///
/// What is parked is by its nature strange. A name or value that is not clean UTF-8, or has a zero byte, which neither
/// `jsonb` nor `text` can hold, goes in as `nameBase64` or `base64`; otherwise parking would fail, and the poison would
/// hold up its partition after all.
enum HeaderJSON {
    static func encode(_ headers: [(name: String, value: [UInt8]?)]) -> String {
        let objects = headers.map { header in
            let name = field("name", Array(header.name.utf8), fallback: "nameBase64")
            let value = header.value.map { ", " + field("text", $0, fallback: "base64") } ?? ""
            return "{\(name)\(value)}"
        }
        return "[\(objects.joined(separator: ", "))]"
    }

    private static func field(_ key: String, _ value: [UInt8], fallback: String) -> String {
        if !value.contains(0), let text = String(validating: value, as: UTF8.self) {
            return "\"\(key)\": \"\(escaped(text))\""
        }
        return "\"\(fallback)\": \"\(Data(value).base64EncodedString())\""
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
