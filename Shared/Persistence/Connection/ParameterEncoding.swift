import Domain
import FoundationEssentials

/// All parameters of one call in a single buffer, with the place of each.
struct EncodedParameters {
    private(set) var bytes: [UInt8] = []
    /// Nil marks a null.
    private(set) var ranges: [Range<Int>?] = []
    private(set) var types: [UInt32] = []

    init(_ parameters: [Parameter]) throws(DatabaseError) {
        guard parameters.count <= Int(UInt16.max) else { throw .invalidData("too many parameters") }
        ranges.reserveCapacity(parameters.count)
        types.reserveCapacity(parameters.count)
        for parameter in parameters {
            types.append(parameter.typeOID)
            let start = bytes.count
            if parameter.isNull {
                ranges.append(nil)
                continue
            }
            try append(parameter)
            guard bytes.count - start <= Int(Int32.max) else { throw .invalidData("a parameter is too large") }
            ranges.append(start..<bytes.count)
        }
        // An empty value at the very end still needs an address: for libpq a null pointer is a null.
        bytes.append(0)
    }

    private mutating func append(_ parameter: Parameter) throws(DatabaseError) {
        switch parameter {
        case .null: break
        case .bool(let value): append(value)
        case .int16(let value): append(integer: value)
        case .int32(let value): append(integer: value)
        case .int64(let value): append(integer: value)
        case .text(let value): bytes.append(contentsOf: value.utf8)
        case .bytes(let value): bytes.append(contentsOf: value)
        case .uuid(let value): append(value)
        case .timestamp(let value): try append(value)
        case .day(let value): try append(value)
        case .json(let value):
            // The version of the binary form of jsonb.
            bytes.append(1)
            bytes.append(contentsOf: value.utf8)
        case .bools(let values):
            try appendArray(values, of: TypeOID.bool) { buffer, value throws(DatabaseError) in buffer.append(value) }
        case .int16s(let values):
            try appendArray(values, of: TypeOID.int2) { buffer, value throws(DatabaseError) in
                buffer.append(integer: value)
            }
        case .int32s(let values):
            try appendArray(values, of: TypeOID.int4) { buffer, value throws(DatabaseError) in
                buffer.append(integer: value)
            }
        case .int64s(let values):
            try appendArray(values, of: TypeOID.int8) { buffer, value throws(DatabaseError) in
                buffer.append(integer: value)
            }
        case .texts(let values):
            try appendArray(values, of: TypeOID.text) { buffer, value throws(DatabaseError) in
                buffer.bytes.append(contentsOf: value.utf8)
            }
        case .byteArrays(let values):
            try appendArray(values, of: TypeOID.bytea) { buffer, value throws(DatabaseError) in
                buffer.bytes.append(contentsOf: value)
            }
        case .uuids(let values):
            try appendArray(values, of: TypeOID.uuid) { buffer, value throws(DatabaseError) in buffer.append(value) }
        case .timestamps(let values):
            try appendArray(values, of: TypeOID.timestamptz) { buffer, value throws(DatabaseError) in
                try buffer.append(value)
            }
        case .days(let values):
            try appendArray(values, of: TypeOID.date) { buffer, value throws(DatabaseError) in
                try buffer.append(value)
            }
        }
    }

    /// One dimension: count of dimensions, null flag, element type, length, lower bound, then each
    /// element behind its length, a null as length -1. An empty array has no dimension.
    private mutating func appendArray<Element>(
        _ values: [Element?], of elementType: UInt32,
        _ appendElement: (inout Self, Element) throws(DatabaseError) -> Void
    ) throws(DatabaseError) {
        append(integer: Int32(values.isEmpty ? 0 : 1))
        append(integer: Int32(values.contains { $0 == nil } ? 1 : 0))
        append(integer: elementType)
        if values.isEmpty { return }
        append(integer: try length(values.count))
        append(integer: Int32(1))
        for value in values {
            guard let value else {
                append(integer: Int32(-1))
                continue
            }
            let lengthAt = bytes.count
            append(integer: Int32(0))
            let start = bytes.count
            try appendElement(&self, value)
            withUnsafeBytes(of: try length(bytes.count - start).bigEndian) { size in
                for index in 0..<4 { bytes[lengthAt + index] = size[index] }
            }
        }
    }

    private func length(_ count: Int) throws(DatabaseError) -> Int32 {
        guard let length = Int32(exactly: count) else { throw .invalidData("a parameter is too large") }
        return length
    }

    private mutating func append(_ value: Bool) { bytes.append(value ? 1 : 0) }

    private mutating func append(integer value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private mutating func append(_ value: UUID) {
        withUnsafeBytes(of: value.uuid) { bytes.append(contentsOf: $0) }
    }

    private mutating func append(_ value: Timestamp) throws(DatabaseError) {
        let (microseconds, overflow) = value.microseconds.subtractingReportingOverflow(PostgresEpoch.microseconds)
        // The two extremes mean "infinity" to the server.
        guard !overflow, microseconds != .max, microseconds != .min else {
            throw .invalidData("a time lies outside the range of the database")
        }
        append(integer: microseconds)
    }

    private mutating func append(_ value: CalendarDay) throws(DatabaseError) {
        let (days, overflow) = value.daysSinceEpoch.subtractingReportingOverflow(PostgresEpoch.days)
        guard !overflow, let days = Int32(exactly: days), days != .max, days != .min else {
            throw .invalidData("a day lies outside the range of the database")
        }
        append(integer: days)
    }
}
