/// An instant in microseconds since 1970-01-01T00:00:00Z: PostgreSQL's resolution, so that a time
/// read back is the time written.
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let microseconds: Int64

    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// The day in UTC.
    public var day: CalendarDay {
        let perDay: Int64 = 86_400_000_000
        let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: perDay)
        return CalendarDay(daysSinceEpoch: Int(remainder < 0 ? quotient - 1 : quotient))
    }

    public func advanced(bySeconds seconds: Int64) -> Timestamp {
        Timestamp(microseconds: microseconds + seconds * 1_000_000)
    }

    /// RFC 3339 in UTC with six decimals, e.g. `2026-03-01T09:30:00.000000Z`.
    public var description: String {
        let time = microseconds - Int64(day.daysSinceEpoch) * 86_400_000_000
        // Every event carries one: written digit by digit, without texts in between.
        let clock = String(unsafeUninitializedCapacity: 17) { text in
            Self.write(time / 3_600_000_000, digits: 2, before: 0x3A, to: text, at: 0)
            Self.write(time / 60_000_000 % 60, digits: 2, before: 0x3A, to: text, at: 3)
            Self.write(time / 1_000_000 % 60, digits: 2, before: 0x2E, to: text, at: 6)
            Self.write(time % 1_000_000, digits: 6, before: 0x5A, to: text, at: 9)
            return 16
        }
        return "\(day)T\(clock)"
    }

    private static func write(
        _ value: Int64, digits: Int, before mark: UInt8, to text: UnsafeMutableBufferPointer<UInt8>, at start: Int
    ) {
        var rest = value
        for place in stride(from: start + digits - 1, through: start, by: -1) {
            text[place] = 0x30 + UInt8(rest % 10)
            rest /= 10
        }
        text[start + digits] = mark
    }

    public static func < (left: Self, right: Self) -> Bool { left.microseconds < right.microseconds }
}

extension Timestamp {
    /// Reads an RFC 3339 time with `Z` or a numeric offset and up to six decimals; nil otherwise.
    public init?(_ text: some StringProtocol) {
        self.init(utf8: Array(text.utf8))
    }

    /// The same of the text's bytes.
    package init?(utf8 bytes: [UInt8]) {
        guard bytes.count >= 20, bytes[10] == 0x54, bytes[13] == 0x3A, bytes[16] == 0x3A,
            let day = CalendarDay(utf8: bytes[0..<10]),
            let hour = Self.number(bytes[11..<13], through: 23), let minute = Self.number(bytes[14..<16], through: 59),
            let second = Self.number(bytes[17..<19], through: 59)
        else { return nil }
        var index = 19
        var fraction: Int64 = 0
        if bytes[index] == 0x2E {
            let digits = bytes[(index + 1)...].prefix { (0x30...0x39).contains($0) }
            guard (1...6).contains(digits.count), let value = Self.number(digits, through: 999_999) else { return nil }
            fraction = (digits.count..<6).reduce(value) { scaled, _ in scaled * 10 }
            index += 1 + digits.count
        }
        guard let offset = Self.offsetSeconds(bytes[index...]) else { return nil }
        let seconds = Int64(day.daysSinceEpoch) * 86_400 + hour * 3600 + minute * 60 + second - offset
        self.init(microseconds: seconds * 1_000_000 + fraction)
    }

    private static func offsetSeconds(_ bytes: ArraySlice<UInt8>) -> Int64? {
        guard let sign = bytes.first else { return nil }
        if sign == 0x5A { return bytes.count == 1 ? 0 : nil }
        let rest = bytes.dropFirst()
        guard sign == 0x2B || sign == 0x2D, rest.count == 5, rest[rest.startIndex + 2] == 0x3A,
            let hours = number(rest.prefix(2), through: 23), let minutes = number(rest.suffix(2), through: 59)
        else { return nil }
        return (hours * 3600 + minutes * 60) * (sign == 0x2D ? -1 : 1)
    }

    private static func number(_ digits: ArraySlice<UInt8>, through limit: Int64) -> Int64? {
        var value: Int64 = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + Int64(digit - 0x30)
        }
        return value <= limit ? value : nil
    }
}
