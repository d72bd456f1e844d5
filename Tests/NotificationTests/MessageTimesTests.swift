@testable import Channels
import Domain
import Foundation
import Testing

@Suite struct MessageTimesTests {
    private func berlin(quiet: (String, String)? = nil, digest: String? = nil) -> MessageTimes {
        MessageTimes(
            timeZone: TimeZone(identifier: "Europe/Berlin")!,
            quiet: quiet.map { .init(from: ClockTime($0.0)!, to: ClockTime($0.1)!) }, digest: digest.map { ClockTime($0)! })
    }

    @Test(arguments: [
        // 23:00 and 06:59 of a winter's night, and the minutes before and after it.
        ("2026-01-10T22:00:00Z", "2026-01-11T06:00:00Z"), ("2026-01-11T05:59:59Z", "2026-01-11T06:00:00Z"),
        ("2026-01-11T06:00:00Z", nil), ("2026-01-10T18:59:59Z", nil), ("2026-01-10T19:00:00Z", "2026-01-11T06:00:00Z"),
        // The nights in which the clock goes on and back.
        ("2026-03-28T22:00:00Z", "2026-03-29T05:00:00Z"), ("2026-10-24T22:00:00Z", "2026-10-25T06:00:00Z"),
    ])
    func `Quiet hours end when the clock there says so`(now: String, end: String?) {
        #expect(berlin(quiet: ("20:00", "07:00")).quietUntil(Timestamp(now)!) == end.map { Timestamp($0)! })
    }

    @Test func `Quiet hours within one day end on that day`() {
        let times = berlin(quiet: ("12:00", "14:00"))
        #expect(times.quietUntil(Timestamp("2026-01-10T12:30:00Z")!) == Timestamp("2026-01-10T13:00:00Z")!)
        #expect(times.quietUntil(Timestamp("2026-01-10T13:00:00Z")!) == nil)
    }

    @Test(arguments: [
        // A Friday evening, the weekend, and Monday before, in and between the hours; the clock goes on that Sunday.
        ("2026-03-27T16:00:00Z", "2026-03-30T06:00:00Z"), ("2026-03-28T12:00:00Z", "2026-03-30T06:00:00Z"),
        ("2026-03-30T05:59:59Z", "2026-03-30T06:00:00Z"), ("2026-03-30T06:00:00Z", nil),
        ("2026-03-30T10:00:00Z", "2026-03-30T11:00:00Z"), ("2026-03-27T15:59:59Z", nil),
    ])
    func `Outside of somebody's working hours it is quiet until they work again`(now: String, end: String?) throws {
        let site = berlin(quiet: ("10:00", "11:00"), digest: "08:00")
        let hours = "mon-fri 08:00-12:00 13:00-17:00"
        let times = try #require(MessageTimes(of: site, timeZone: "Europe/Berlin", hours: hours))
        #expect(times.quietUntil(Timestamp(now)!) == end.map { Timestamp($0)! })
        #expect(times.digest == site.digest)
    }

    @Test func `Whoever gives no hours has those of the site, by their own clock`() {
        let times = MessageTimes(of: berlin(quiet: ("20:00", "07:00")), timeZone: "Europe/London", hours: nil)
        #expect(times?.quietUntil(Timestamp("2026-01-11T06:30:00Z")!) == Timestamp("2026-01-11T07:00:00Z")!)
        #expect(MessageTimes(of: nil, timeZone: nil, hours: "mon-fri 08:00-17:00") == nil)
    }

    @Test func `The next time of day is later than now, once a day, also when the clock leaves it out`() {
        let times = berlin()
        func next(_ time: String, _ now: String) -> Timestamp { times.next(ClockTime(time)!, after: Timestamp(now)!) }
        #expect(next("08:00", "2026-01-10T06:59:59Z") == Timestamp("2026-01-10T07:00:00Z")!)
        #expect(next("08:00", "2026-01-10T07:00:00Z") == Timestamp("2026-01-11T07:00:00Z")!)
        // 02:30 is left out on that day.
        #expect(next("02:30", "2026-03-28T23:00:00Z") == Timestamp("2026-03-29T01:30:00Z")!)
        // 02:30 comes twice on that day.
        let first = next("02:30", "2026-10-24T22:30:00Z")
        #expect([Timestamp("2026-10-25T00:30:00Z")!, Timestamp("2026-10-25T01:30:00Z")!].contains(first))
        #expect(next("02:30", first.description) == Timestamp("2026-10-26T01:30:00Z")!)
    }

    @Test(arguments: ["8:00", "24:00", "12:60", "0800", "", "ab:cd", "08:00:00"])
    func `What is no time of day is refused`(text: String) { #expect(ClockTime(text) == nil) }
}
