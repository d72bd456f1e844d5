extension CalendarDay {
    public func advanced(byDays days: Int) -> CalendarDay { CalendarDay(daysSinceEpoch: daysSinceEpoch + days) }

    /// The same day of a later month, or its last day where the month is too short: a month from 31 January is
    /// 28 February, in a leap year the 29th.
    /// - Parameter months: 0 or more.
    public func advanced(byMonths months: Int) -> CalendarDay {
        let parts = civil
        let month = parts.month - 1 + months
        for day in stride(from: parts.day, to: 27, by: -1) {
            if let found = CalendarDay(year: parts.year + month / 12, month: month % 12 + 1, day: day) { return found }
        }
        return CalendarDay(year: parts.year + month / 12, month: month % 12 + 1, day: parts.day) ?? self
    }

    /// Days from an earlier day to this one.
    public func days(since earlier: CalendarDay) -> Int { daysSinceEpoch - earlier.daysSinceEpoch }
}
