import CPostgres
public import Domain
public import FoundationEssentials

/// One row. Columns are counted from 0. Reading a column as a type that it does not have, or a null
/// without saying so, is an `invalidResult` error, never a trap.
public struct Row {
    let result: ResultMemory
    let index: Int32

    public var columnCount: Int { Int(PQnfields(result.handle)) }

    public func bool(_ column: Int) throws(DatabaseError) -> Bool { try required(column, optionalBool(column)) }
    public func int16(_ column: Int) throws(DatabaseError) -> Int16 { try required(column, optionalInt16(column)) }
    /// From `int` or `smallint`.
    public func int32(_ column: Int) throws(DatabaseError) -> Int32 { try required(column, optionalInt32(column)) }
    /// From `bigint`, `int` or `smallint`.
    public func int64(_ column: Int) throws(DatabaseError) -> Int64 { try required(column, optionalInt64(column)) }
    /// From any textual type, `json` and `jsonb` included.
    public func text(_ column: Int) throws(DatabaseError) -> String { try required(column, optionalText(column)) }
    public func bytes(_ column: Int) throws(DatabaseError) -> [UInt8] { try required(column, optionalBytes(column)) }
    public func uuid(_ column: Int) throws(DatabaseError) -> UUID { try required(column, optionalUUID(column)) }
    public func timestamp(_ column: Int) throws(DatabaseError) -> Timestamp {
        try required(column, optionalTimestamp(column))
    }
    public func day(_ column: Int) throws(DatabaseError) -> CalendarDay { try required(column, optionalDay(column)) }
    public func id<ID: Identity>(_ column: Int, as _: ID.Type = ID.self) throws(DatabaseError) -> ID {
        ID(rawValue: try uuid(column))
    }

    public func optionalBool(_ column: Int) throws(DatabaseError) -> Bool? {
        try field(column, TypeOID.bool, reading: BinaryValue.bool)
    }
    public func optionalInt16(_ column: Int) throws(DatabaseError) -> Int16? {
        try field(column, TypeOID.int2, reading: BinaryValue.integer)
    }
    public func optionalInt32(_ column: Int) throws(DatabaseError) -> Int32? {
        try field(column, TypeOID.int4, TypeOID.int2, reading: BinaryValue.integer)
    }
    public func optionalInt64(_ column: Int) throws(DatabaseError) -> Int64? {
        try field(column, TypeOID.int8, TypeOID.int4, TypeOID.int2, reading: BinaryValue.integer)
    }
    public func optionalText(_ column: Int) throws(DatabaseError) -> String? {
        if try typeOID(of: column) == TypeOID.jsonb {
            return try field(column, TypeOID.jsonb, reading: BinaryValue.jsonb)
        }
        return try field(
            column, TypeOID.text, TypeOID.varchar, TypeOID.bpchar, TypeOID.name, TypeOID.json,
            reading: BinaryValue.text)
    }
    public func optionalBytes(_ column: Int) throws(DatabaseError) -> [UInt8]? {
        try field(column, TypeOID.bytea, reading: BinaryValue.bytes)
    }
    public func optionalUUID(_ column: Int) throws(DatabaseError) -> UUID? {
        try field(column, TypeOID.uuid, reading: BinaryValue.uuid)
    }
    public func optionalTimestamp(_ column: Int) throws(DatabaseError) -> Timestamp? {
        try field(column, TypeOID.timestamptz, reading: BinaryValue.timestamp)
    }
    public func optionalDay(_ column: Int) throws(DatabaseError) -> CalendarDay? {
        try field(column, TypeOID.date, reading: BinaryValue.day)
    }
    public func optionalID<ID: Identity>(_ column: Int, as _: ID.Type = ID.self) throws(DatabaseError) -> ID? {
        try optionalUUID(column).map(ID.init(rawValue:))
    }

    public func isNull(_ column: Int) throws(DatabaseError) -> Bool {
        _ = try typeOID(of: column)
        return PQgetisnull(result.handle, index, Int32(column)) != 0
    }
}

/// One-dimensional arrays without nulls; a null array is an error like any other null.
extension Row {
    public func bools(_ column: Int) throws(DatabaseError) -> [Bool] {
        try array(column, TypeOID.boolArray, reading: BinaryValue.bool)
    }
    public func int16s(_ column: Int) throws(DatabaseError) -> [Int16] {
        try array(column, TypeOID.int2Array, reading: BinaryValue.integer)
    }
    public func int32s(_ column: Int) throws(DatabaseError) -> [Int32] {
        try array(column, TypeOID.int4Array, TypeOID.int2Array, reading: BinaryValue.integer)
    }
    public func int64s(_ column: Int) throws(DatabaseError) -> [Int64] {
        try array(column, TypeOID.int8Array, TypeOID.int4Array, TypeOID.int2Array, reading: BinaryValue.integer)
    }
    public func texts(_ column: Int) throws(DatabaseError) -> [String] {
        try array(column, TypeOID.textArray, reading: BinaryValue.text)
    }
    public func byteArrays(_ column: Int) throws(DatabaseError) -> [[UInt8]] {
        try array(column, TypeOID.byteaArray, reading: BinaryValue.bytes)
    }
    public func uuids(_ column: Int) throws(DatabaseError) -> [UUID] {
        try array(column, TypeOID.uuidArray, reading: BinaryValue.uuid)
    }
    public func timestamps(_ column: Int) throws(DatabaseError) -> [Timestamp] {
        try array(column, TypeOID.timestamptzArray, reading: BinaryValue.timestamp)
    }
    public func days(_ column: Int) throws(DatabaseError) -> [CalendarDay] {
        try array(column, TypeOID.dateArray, reading: BinaryValue.day)
    }
    public func ids<ID: Identity>(_ column: Int, as _: ID.Type = ID.self) throws(DatabaseError) -> [ID] {
        try uuids(column).map(ID.init(rawValue:))
    }
}

extension Row {
    private func required<Value>(_ column: Int, _ value: Value?) throws(DatabaseError) -> Value {
        guard let value else { throw .invalidResult("column \(column) is null") }
        return value
    }

    private func typeOID(of column: Int) throws(DatabaseError) -> UInt32 {
        guard (0..<columnCount).contains(column) else { throw .invalidResult("there is no column \(column)") }
        return PQftype(result.handle, Int32(column))
    }

    private func field<Value>(
        _ column: Int, _ types: UInt32..., reading read: (UnsafeRawBufferPointer) throws(DatabaseError) -> Value
    ) throws(DatabaseError) -> Value? {
        guard let bytes = try rawBytes(column, types) else { return nil }
        return try read(bytes)
    }

    private func array<Value>(
        _ column: Int, _ types: UInt32..., reading read: (UnsafeRawBufferPointer) throws(DatabaseError) -> Value
    ) throws(DatabaseError) -> [Value] {
        guard let bytes = try rawBytes(column, types) else { throw .invalidResult("column \(column) is null") }
        return try BinaryValue.array(bytes, reading: read)
    }

    /// The memory is valid as long as the result is; every reader copies out of it at once.
    private func rawBytes(_ column: Int, _ types: [UInt32]) throws(DatabaseError) -> UnsafeRawBufferPointer? {
        let type = try typeOID(of: column)
        guard types.contains(type), PQfformat(result.handle, Int32(column)) == 1 else {
            throw .invalidResult("column \(column) has another type (oid \(type))")
        }
        if PQgetisnull(result.handle, index, Int32(column)) != 0 { return nil }
        return UnsafeRawBufferPointer(
            start: PQgetvalue(result.handle, index, Int32(column)),
            count: Int(PQgetlength(result.handle, index, Int32(column))))
    }
}
