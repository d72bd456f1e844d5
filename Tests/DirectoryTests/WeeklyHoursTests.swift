import Directory
import Testing

@Suite struct WeeklyHoursTests {
    @Test func `The same hours have one form`() throws {
        let hours = try WeeklyHours("Mon-Tue 13:00-17:00 08:00-12:00; sat 09:00-24:00; ")
        #expect(hours.description == "mon 08:00-12:00 13:00-17:00; tue 08:00-12:00 13:00-17:00; sat 09:00-24:00")
        #expect(try WeeklyHours(hours.description) == hours)
        #expect(hours.days[5] == [540..<1440])
    }

    @Test(arguments: [
        ("mon 08:00-12:00 11:00-13:00", "overlap"), ("mon 08:00-12:00; mon-tue 11:59-13:00", "overlap"),
        ("mon 12:00-08:00", "within one day"), ("mon 08:00-24:01", "within one day"), ("mon 8:00-12:00", "08:00-12:30"),
        ("fri-mon 08:00-12:00", "days are not"), ("day 08:00-12:00", "days are not"), ("mon", "no hours"), (";", "no hours"),
    ])
    func `What is no week of hours is refused`(text: String, reason: String) {
        let refusal = #expect(throws: WeeklyHoursError.self) { try WeeklyHours(text) }
        #expect(refusal?.description.contains(reason) == true)
    }
}
