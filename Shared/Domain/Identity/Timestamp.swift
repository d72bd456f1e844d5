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
        let perDay: Int64 = 86_400_000_000
        var rest = microseconds - Int64(day.daysSinceEpoch) * perDay
        func take(_ unit: Int64, _ width: Int) -> String {
            let digits = String(rest / unit)
            rest %= unit
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(day)T\(take(3_600_000_000, 2)):\(take(60_000_000, 2)):\(take(1_000_000, 2)).\(take(1, 6))Z"
    }

    public static func < (left: Self, right: Self) -> Bool { left.microseconds < right.microseconds }
}
