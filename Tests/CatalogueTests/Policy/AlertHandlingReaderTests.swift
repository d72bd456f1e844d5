import Catalogue
import Domain
import Testing

/// Every fault is made by changing one text of a policy that is otherwise in order; the message names the line.
@Suite struct AlertHandlingReaderTests {
    private static let policy = """
        version: north-2026-1
        time_zone: Europe/Berlin
        working_hours:
          monday: [08:00-12:00, 13:00-17:00]
          friday: [08:00-24:00]
        holidays:
          - {day: 2026-12-25, name: Christmas Day}
          - {from: 2026-12-28, through: 2027-01-01, name: Between the years}
        urgency: {safety: now, alliance: within_hours}
        ladder:
          - {audience: clinician}
          - {audience: supervisor, answer_minutes: 480, time: clock}
        reasons:
          - {id: talked, title: Talked about, outcome: discussed_with_client}
          - {id: plan_changed, title: Another plan, outcome: plan_changed}
        review: [deteriorating, not_on_track]
        """

    @Test func `Ladder, hours, holidays, urgency, reasons and review are read`() throws {
        let handling = try SitePolicyTests.load(Self.policy).alerts.handling
        let hours = try #require(handling.workingHours)
        #expect(hours.week == [[480..<720, 780..<1020], [], [], [], [480..<1440], [], []])
        #expect(hours.holidays.map(\.name) == ["Christmas Day", "Between the years"])
        #expect(
            handling.ladder.rungs == [
                LadderRung(.clinician), LadderRung(.supervisor, answerSeconds: 28_800, runsAroundTheClock: true),
            ])
        #expect(handling.urgencies == [.safety: .now, .alliance: .withinHours])
        #expect(handling.reasons.map(\.id.text) == ["talked", "plan_changed"])
        #expect(handling.reasons.map(\.outcome) == [.discussedWithClient, .planChanged])
        #expect(handling.reviewedKinds == [.deteriorating, .notOnTrack])
    }

    @Test func `What is left out is Attune's own`() throws {
        #expect(try SitePolicyTests.load("version: a").alerts.handling == .usual)
    }

    /// The dates are those of the European and the American rule, which has been in force since 2007.
    @Test(arguments: [
        ("Europe/Berlin", "2026-03-29T01:00:00Z", 3600, 7200), ("Europe/Berlin", "2040-10-28T01:00:00Z", 7200, 3600),
        ("America/New_York", "2026-03-08T07:00:00Z", -18_000, -14_400),
        ("Australia/Sydney", "2026-04-04T16:00:00Z", 39_600, 36_000), ("Asia/Kolkata", "2026-04-04T16:00:00Z", 19_800, 19_800),
    ])
    func `Clocks change when they do`(name: String, change: String, before: Int64, after: Int64) throws {
        let text = Self.policy.replacing("Europe/Berlin", with: name)
        let zone = try #require(try SitePolicyTests.load(text).alerts.handling.workingHours?.zone)
        let seconds = try #require(Timestamp(change)).microseconds / 1_000_000
        #expect(zone.offset(at: seconds - 1) == before)
        #expect(zone.offset(at: seconds) == after)
    }

    @Test(arguments: [
        ("Europe/Berlin", "Europe/Atlantis", "must be a time zone"), ("Europe/Berlin", "CET", "must be a time zone"),
        ("Europe/Berlin", "Etc/GMT+1", "must be a time zone"), ("time_zone: Europe/Berlin\n", "", "need a time_zone"),
        ("08:00-12:00", "8:00-12:00", "must be a stretch"), ("08:00-12:00", "12:00-08:00", "must be a stretch"),
        ("08:00-24:00", "08:00-24:30", "must be a stretch"), ("13:00-17:00", "11:00-17:00", "begins before"),
        ("  friday", "  fryday", "unknown field fryday"), ("2026-12-28", "2026-12-25", "overlaps Christmas Day on 2026-12-25"),
        ("2027-01-01", "2026-12-27", "ends before it begins"), ("day: 2026-12-25", "day: 2026-12-32", "must be a day"),
        ("{day: 2026-12-25,", "{day: 2026-12-25, from: 2026-12-25,", "not both"),
        ("{day: 2026-12-25, name: Christmas Day}", "{day: 2026-12-25}", "field name is missing"),
        ("safety: now", "safety: digest", "danger never waits"), ("alliance: within_hours", "alliance: soon", "must be one of"),
        ("  - {audience: supervisor, answer_minutes: 480, time: clock}\n", "", "leads to nobody"),
        ("audience: supervisor", "audience: clinician", "nobody is told the same thing twice"),
        ("{audience: clinician}", "{audience: clinician, answer_minutes: 5}", "leave answer_minutes out"),
        ("audience: supervisor", "audience: manager", "must be one of clinician, supervisor, duty_desk"),
        ("time: clock", "time: slow", "must be one of"), ("id: plan_changed", "id: talked", "listed twice"),
        ("id: talked", "id: referred", "name of another outcome"), ("outcome: plan_changed", "outcome: better", "must be one of"),
        ("[deteriorating, not_on_track]", "[deteriorating, deteriorating]", "listed twice"),
        ("[deteriorating, not_on_track]", "[missed_measure]", "no rating that could be reviewed"),
    ])
    func `A fault is refused with its line`(text: String, fault: String, words: String) throws {
        try #require(Self.policy.contains(text))
        let broken = Self.policy.replacing(text, with: fault, maxReplacements: 1)
        do {
            _ = try SitePolicyTests.load(broken)
            Issue.record("it was read")
        } catch let error as CatalogueError {
            #expect(error.reason.contains(words), "\(error)")
            #expect(error.line != nil)
        }
    }

    @Test func `Holidays without working hours mean nothing and are refused`() throws {
        #expect(throws: CatalogueError.self) {
            try SitePolicyTests.load("version: a\nholidays: [{day: 2026-12-25, name: x}]")
        }
    }
}
