import Domain

/// What is going to happen in the network, before anybody answers anything.
struct QuarterPlan {
    /// Local hour at which people leave, and everything of theirs is given to a colleague.
    private static let departureHour = 12

    let seed: UInt64
    let first: CalendarDay
    let last: CalendarDay
    let courses: [QuarterCourse]
    /// Who leaves in the middle of it, and who takes over.
    let departure: Departure

    struct Departure {
        let site: Int
        let from: String
        let to: String
        let at: Timestamp
    }

    init(seed: UInt64, first: CalendarDay, weeks: Int, courses count: Int) {
        self.seed = seed
        self.first = first
        let last = first.advanced(byDays: weeks * 7 - 1)
        self.last = last
        courses = (0..<count).map { QuarterCourse($0, seed: seed, first: first, last: last) }
        let site = QuarterSite.all[0]
        var day = first.advanced(byDays: weeks * 7 / 2)
        while !day.isWeekday { day = day.advanced(byDays: 1) }
        departure = Departure(
            site: 0, from: site.clinicians[1], to: site.clinicians[0],
            at: site.time(on: day, hour: Self.departureHour))
    }

    /// A quarter of an hour after the beginning of the first day, somewhere before the first site opens.
    var start: Timestamp { Timestamp(microseconds: Int64(first.daysSinceEpoch) * 86_400_000_000 + 900_000_000) }

    /// A quarter of an hour before the last day (UTC) is over, which leaves time to come to rest on it.
    var end: Timestamp { Timestamp(microseconds: Int64(last.daysSinceEpoch + 1) * 86_400_000_000 - 900_000_000) }
}
