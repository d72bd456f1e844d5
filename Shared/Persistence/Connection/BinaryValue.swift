import Domain
import FoundationEssentials

/// Reads single values out of PostgreSQL's binary format.
enum BinaryValue {
    typealias Bytes = UnsafeRawBufferPointer

    static func bool(_ bytes: Bytes) throws(DatabaseError) -> Bool {
        guard bytes.count == 1 else { throw wrongSize }
        return bytes[0] != 0
    }

    /// A wider type takes a narrower column.
    static func integer<Value: FixedWidthInteger & SignedInteger>(_ bytes: Bytes) throws(DatabaseError) -> Value {
        switch bytes.count {
        case 2: return try widened(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
        case 4: return try widened(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
        case 8: return try widened(Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)))
        default: throw wrongSize
        }
    }

    static func text(_ bytes: Bytes) throws(DatabaseError) -> String { String(decoding: bytes, as: UTF8.self) }

    static func jsonb(_ bytes: Bytes) throws(DatabaseError) -> String {
        guard bytes.first == 1 else { throw .invalidResult("unknown version of jsonb") }
        return String(decoding: bytes.dropFirst(), as: UTF8.self)
    }

    static func bytes(_ bytes: Bytes) throws(DatabaseError) -> [UInt8] { Array(bytes) }

    static func uuid(_ bytes: Bytes) throws(DatabaseError) -> UUID {
        guard bytes.count == 16 else { throw wrongSize }
        return UUID(uuid: bytes.loadUnaligned(as: uuid_t.self))
    }

    static func timestamp(_ bytes: Bytes) throws(DatabaseError) -> Timestamp {
        let raw: Int64 = try integer(bytes)
        let (microseconds, overflow) = raw.addingReportingOverflow(PostgresEpoch.microseconds)
        guard !overflow, raw != .min else { throw .invalidResult("an infinite time") }
        return Timestamp(microseconds: microseconds)
    }

    static func day(_ bytes: Bytes) throws(DatabaseError) -> CalendarDay {
        let raw: Int32 = try integer(bytes)
        guard raw != .max, raw != .min else { throw .invalidResult("an infinite day") }
        return CalendarDay(daysSinceEpoch: Int(raw) + PostgresEpoch.days)
    }

    static func array<Value>(
        _ bytes: Bytes, reading read: (Bytes) throws(DatabaseError) -> Value
    ) throws(DatabaseError) -> [Value] {
        var rest = bytes[...]
        let dimensions = try takeInt32(&rest)
        _ = try takeInt32(&rest)
        _ = try takeInt32(&rest)
        if dimensions == 0 { return [] }
        guard dimensions == 1 else { throw .invalidResult("an array of \(dimensions) dimensions") }
        let count = try takeInt32(&rest)
        _ = try takeInt32(&rest)
        var values: [Value] = []
        values.reserveCapacity(max(0, Int(count)))
        for _ in 0..<max(0, count) {
            let length = Int(try takeInt32(&rest))
            guard length >= 0 else { throw .invalidResult("a null inside an array") }
            guard length <= rest.count else { throw wrongSize }
            values.append(try read(Bytes(rebasing: rest.prefix(length))))
            rest = rest.dropFirst(length)
        }
        return values
    }

    private static func takeInt32(_ rest: inout Slice<Bytes>) throws(DatabaseError) -> Int32 {
        guard rest.count >= 4 else { throw wrongSize }
        defer { rest = rest.dropFirst(4) }
        return Int32(bigEndian: Bytes(rebasing: rest.prefix(4)).loadUnaligned(as: Int32.self))
    }

    private static func widened<Value: FixedWidthInteger>(_ value: some FixedWidthInteger) throws(DatabaseError) -> Value {
        guard let widened = Value(exactly: value) else { throw wrongSize }
        return widened
    }

    private static var wrongSize: DatabaseError { .invalidResult("a value of unexpected size") }
}
