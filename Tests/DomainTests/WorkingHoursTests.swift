import Domain
import Testing

/// Working time, with clocks that change on 29 March and 25 October 2026 as in most of Europe.
@Suite struct WorkingHoursTests {
    private static let zone = ZoneOffsets(
        name: "Europe/Berlin", firstOffset: 3600,
        changes: [
            .init(at: Timestamp("2026-03-29T01:00:00Z")!.microseconds / 1_000_000, offset: 7200),
            .init(at: Timestamp("2026-10-25T01:00:00Z")!.microseconds / 1_000_000, offset: 3600),
        ])!
    private static let day = [8 * 60..<12 * 60, 13 * 60..<17 * 60]
    private static let holidays = [
        Holiday(name: "Easter Monday", days: CalendarDay("2026-04-06")!...CalendarDay("2026-04-06")!),
        Holiday(name: "Between the years", days: CalendarDay("2026-12-24")!...CalendarDay("2027-01-01")!),
    ]
    private static let office = WorkingHours(zone: zone, week: [day, day, day, day, day, [], []], holidays: holidays)!

    @Test(arguments: [
        // Within a morning, over the lunch break, and over night. 2 March 2026 is a Monday.
        ("2026-03-02T09:00:00+01:00", 60, "2026-03-02T10:00:00+01:00"),
        ("2026-03-02T11:30:00+01:00", 60, "2026-03-02T13:30:00+01:00"),
        ("2026-03-02T16:30:00+01:00", 60, "2026-03-03T08:30:00+01:00"),
        // Time that is used up at closing time is over then.
        ("2026-03-02T16:00:00+01:00", 60, "2026-03-02T17:00:00+01:00"),
        // Before work, in the break, after work and at the weekend the time begins with the next work.
        ("2026-03-02T03:00:00+01:00", 30, "2026-03-02T08:30:00+01:00"),
        ("2026-03-02T12:20:00+01:00", 30, "2026-03-02T13:30:00+01:00"),
        ("2026-03-06T18:00:00+01:00", 30, "2026-03-09T08:30:00+01:00"),
        ("2026-03-07T10:00:00+01:00", 480, "2026-03-09T17:00:00+01:00"),
        // Over the changes of clocks local hours stay what they are.
        ("2026-03-27T16:00:00+01:00", 120, "2026-03-30T09:00:00+02:00"),
        ("2026-10-23T16:00:00+02:00", 120, "2026-10-26T09:00:00+01:00"),
        // Over a holiday, and over a long one.
        ("2026-04-03T16:00:00+02:00", 120, "2026-04-07T09:00:00+02:00"),
        ("2026-12-23T16:00:00+01:00", 120, "2027-01-04T09:00:00+01:00"),
        // A whole week of work.
        ("2026-03-02T08:00:00+01:00", 5 * 480, "2026-03-06T17:00:00+01:00"),
    ])
    func `Working time runs while the site works`(start: String, minutes: Int64, end: String) throws {
        let start = try #require(Timestamp(start))
        #expect(Self.office.time(afterWorking: minutes * 60, from: start) == Timestamp(end))
    }

    @Test(arguments: [
        ("2026-03-02T08:00:00+01:00", true), ("2026-03-02T07:59:59+01:00", false), ("2026-03-02T12:00:00+01:00", false),
        ("2026-03-02T16:59:59+01:00", true), ("2026-03-01T10:00:00+01:00", false), ("2026-04-06T10:00:00+02:00", false),
        // The same instant of UTC is at work in summer and not in winter.
        ("2026-03-27T06:30:00Z", false), ("2026-03-30T06:30:00Z", true),
    ])
    func `A site works or it does not`(time: String, works: Bool) throws {
        #expect(Self.office.includes(try #require(Timestamp(time))) == works)
    }

    @Test func `A night of work is an hour shorter or longer where clocks change within it`() throws {
        let night = [0..<6 * 60]
        let desk = try #require(WorkingHours(zone: Self.zone, week: Array(repeating: night, count: 7)))
        let spring = try #require(Timestamp("2026-03-29T00:00:00+01:00"))
        #expect(desk.time(afterWorking: 5 * 3600, from: spring) == Timestamp("2026-03-29T06:00:00+02:00"))
        let autumn = try #require(Timestamp("2026-10-25T00:00:00+02:00"))
        #expect(desk.time(afterWorking: 7 * 3600, from: autumn) == Timestamp("2026-10-25T06:00:00+01:00"))
    }

    @Test func `Clocks that show a time twice or never still give one instant`() throws {
        let day = try #require(CalendarDay("2026-10-25"))
        #expect(Self.zone.instant(of: day, minute: 150) == Timestamp("2026-10-25T00:30:00Z"))
        let skipped = try #require(CalendarDay("2026-03-29"))
        #expect(Self.zone.instant(of: skipped, minute: 150) == Timestamp("2026-03-29T01:30:00Z"))
        #expect(Self.zone.instant(of: skipped, minute: 1440) == Timestamp("2026-03-29T22:00:00Z"))
    }

    @Test func `Hours that cannot be are refused`() {
        let week = Array(repeating: [Range<Int>](), count: 7)
        func hours(_ monday: [Range<Int>], _ holidays: [Holiday] = []) -> WorkingHours? {
            WorkingHours(zone: .utc, week: [monday] + week.dropFirst(), holidays: holidays)
        }
        #expect(hours([480..<540]) != nil)
        #expect(hours([480..<539]) == nil)
        #expect(hours([480..<600, 590..<660]) == nil)
        #expect(hours([1400..<1500]) == nil)
        #expect(hours([480..<540], Self.holidays.reversed()) == nil)
        #expect(WorkingHours(zone: .utc, week: [[480..<600]]) == nil)
    }

    @Test func `Where every day is a holiday time runs around the clock`() throws {
        let always = Holiday(name: "always", days: CalendarDay("1900-01-01")!...CalendarDay("2199-12-31")!)
        let hours = try #require(WorkingHours(zone: .utc, week: Array(repeating: Self.day, count: 7), holidays: [always]))
        let start = try #require(Timestamp("2026-03-02T09:00:00Z"))
        #expect(hours.time(afterWorking: 60, from: start) == start.advanced(bySeconds: 60))
    }
}
