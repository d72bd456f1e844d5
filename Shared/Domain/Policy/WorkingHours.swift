/// A stretch of days on which a site does not work, both ends included.
public struct Holiday: Hashable, Sendable {
    public let name: String
    public let days: ClosedRange<CalendarDay>

    public init(name: String, days: ClosedRange<CalendarDay>) {
        self.name = name
        self.days = days
    }
}

/// When a site works, and how its working time runs.
public struct WorkingHours: Hashable, Sendable {
    public let zone: ZoneOffsets
    /// Seven entries, Monday first: stretches of the local day in minutes after midnight, in order.
    public let week: [[Range<Int>]]
    /// In order, without overlap.
    public let holidays: [Holiday]

    /// Nil where the week has not seven days or less than an hour of work, stretches or holidays overlap or are not in
    /// order, or a stretch is not within its day.
    public init?(zone: ZoneOffsets, week: [[Range<Int>]], holidays: [Holiday] = []) {
        guard week.count == 7, week.joined().reduce(0, { $0 + $1.count }) >= 60,
            week.allSatisfy({ day in
                day.allSatisfy { !$0.isEmpty && $0.lowerBound >= 0 && $0.upperBound <= 1440 }
                    && zip(day, day.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound }
            }),
            zip(holidays, holidays.dropFirst()).allSatisfy({ $0.days.upperBound < $1.days.lowerBound })
        else { return nil }
        self.zone = zone
        self.week = week
        self.holidays = holidays
    }

    public func includes(_ time: Timestamp) -> Bool {
        stretches(of: zone.day(at: time)).contains { $0.contains(time) }
    }

    /// The instant at which so many seconds of working time are over, 0 or more. What is not used up within a hundred
    /// years, as when every day is a holiday, runs around the clock.
    public func time(afterWorking seconds: Int64, from start: Timestamp) -> Timestamp {
        var left = seconds * 1_000_000
        var day = zone.day(at: start)
        for _ in 0..<36_525 {
            for stretch in stretches(of: day) where stretch.upperBound > start {
                let begin = max(stretch.lowerBound, start)
                let length = stretch.upperBound.microseconds - begin.microseconds
                if length >= left { return Timestamp(microseconds: begin.microseconds + left) }
                left -= length
            }
            day = day.advanced(byDays: 1)
        }
        return start.advanced(bySeconds: seconds)
    }

    public func isHoliday(_ day: CalendarDay) -> Bool {
        // The last that begins no later than the day.
        var (low, high) = (0, holidays.count)
        while low < high {
            let middle = (low + high) / 2
            if holidays[middle].days.lowerBound <= day { low = middle + 1 } else { high = middle }
        }
        return low > 0 && holidays[low - 1].days.contains(day)
    }

    /// The working stretches of a local day as instants. A stretch that a change of clocks leaves nothing of is left out.
    private func stretches(of day: CalendarDay) -> [Range<Timestamp>] {
        if isHoliday(day) { return [] }
        // 1970-01-01 was a Thursday.
        let weekday = ((day.daysSinceEpoch + 3) % 7 + 7) % 7
        return week[weekday].compactMap { minutes in
            let begin = zone.instant(of: day, minute: minutes.lowerBound)
            let end = zone.instant(of: day, minute: minutes.upperBound)
            return begin < end ? begin..<end : nil
        }
    }
}
