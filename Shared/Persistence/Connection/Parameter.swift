public import Domain
public import FoundationEssentials

/// A value handed to a statement, always in PostgreSQL's binary format.
///
/// The case must match the SQL type exactly: an `int64` for a `bigint`, an `int32` for an `int`.
/// Arrays may hold nulls; `unnest` over them is the way to write a batch with one prepared statement.
public enum Parameter: Sendable {
    case null
    case bool(Bool)
    case int16(Int16)
    case int32(Int32)
    case int64(Int64)
    case text(String)
    case bytes([UInt8])
    case uuid(UUID)
    case timestamp(Timestamp)
    case day(CalendarDay)
    /// JSON text, sent as `jsonb`.
    case json(String)

    case bools([Bool?])
    case int16s([Int16?])
    case int32s([Int32?])
    case int64s([Int64?])
    case texts([String?])
    case byteArrays([[UInt8]?])
    case uuids([UUID?])
    case timestamps([Timestamp?])
    case days([CalendarDay?])

    public static func id(_ identity: some Identity) -> Parameter { .uuid(identity.rawValue) }
    public static func ids(_ identities: some Sequence<some Identity>) -> Parameter {
        .uuids(identities.map(\.rawValue))
    }

    public static func optional(_ value: Bool?) -> Parameter { value.map(Parameter.bool) ?? .null }
    public static func optional(_ value: Int16?) -> Parameter { value.map(Parameter.int16) ?? .null }
    public static func optional(_ value: Int32?) -> Parameter { value.map(Parameter.int32) ?? .null }
    public static func optional(_ value: Int64?) -> Parameter { value.map(Parameter.int64) ?? .null }
    public static func optional(_ value: String?) -> Parameter { value.map(Parameter.text) ?? .null }
    public static func optional(_ value: [UInt8]?) -> Parameter { value.map(Parameter.bytes) ?? .null }
    public static func optional(_ value: UUID?) -> Parameter { value.map(Parameter.uuid) ?? .null }
    public static func optional(_ value: Timestamp?) -> Parameter { value.map(Parameter.timestamp) ?? .null }
    public static func optional(_ value: CalendarDay?) -> Parameter { value.map(Parameter.day) ?? .null }
}

extension Parameter {
    var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// 0 for a null: the server then infers the type from the statement.
    var typeOID: UInt32 {
        switch self {
        case .null: 0
        case .bool: TypeOID.bool
        case .int16: TypeOID.int2
        case .int32: TypeOID.int4
        case .int64: TypeOID.int8
        case .text: TypeOID.text
        case .bytes: TypeOID.bytea
        case .uuid: TypeOID.uuid
        case .timestamp: TypeOID.timestamptz
        case .day: TypeOID.date
        case .json: TypeOID.jsonb
        case .bools: TypeOID.boolArray
        case .int16s: TypeOID.int2Array
        case .int32s: TypeOID.int4Array
        case .int64s: TypeOID.int8Array
        case .texts: TypeOID.textArray
        case .byteArrays: TypeOID.byteaArray
        case .uuids: TypeOID.uuidArray
        case .timestamps: TypeOID.timestamptzArray
        case .days: TypeOID.dateArray
        }
    }
}
