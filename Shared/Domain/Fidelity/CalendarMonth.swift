/// A month of the calendar.
public struct CalendarMonth: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let first: CalendarDay
    public let last: CalendarDay

    /// Reads `YYYY-MM`; nil otherwise.
    public init?(_ text: String) {
        guard text.utf8.count == 7, let first = CalendarDay("\(text)-01") else { return nil }
        self.init(holding: first)
    }

    /// The month of a day.
    public init(holding day: CalendarDay) {
        first = day.advanced(byDays: 1 - day.civil.day)
        var last = first
        while last.advanced(byDays: 1).civil.month == first.civil.month { last = last.advanced(byDays: 1) }
        self.last = last
    }

    /// The month before this one.
    public var previous: CalendarMonth { CalendarMonth(holding: first.advanced(byDays: -1)) }

    public func holds(_ day: CalendarDay) -> Bool { first <= day && day <= last }

    /// `YYYY-MM`.
    public var description: String { String("\(first)".dropLast(3)) }

    public static func < (left: Self, right: Self) -> Bool { left.first < right.first }
}
