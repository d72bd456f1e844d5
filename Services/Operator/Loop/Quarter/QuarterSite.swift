import Domain
import Foundation

/// A site of the made-up network.
struct QuarterSite {
    let id: SiteID
    let zone: TimeZone
    let language: String
    let clinicians: [String]
    let supervisor: String
    let desk: String
    /// The site closes alerts about courses only after a finished review.
    let requiresReview: Bool
    /// What episodes lack is an alert at the site, and not only a line of a report.
    let raisesLacks: Bool
    /// Its policy beyond what all three have.
    let policy: String

    /// Three sites that differ in what matters to due times and ladders, with four clinicians each.
    static let all: [QuarterSite] = [
        QuarterSite(
            "north", "Europe/Berlin", language: "de", requiresReview: true, raisesLacks: false,
            policy: """
                due_minutes:
                  {safety: 60, deteriorating: 480, not_on_track: 960,
                  alliance: 1440, stalled: 1440, guarded: 2400}
                escalation_minutes: 480
                time_zone: Europe/Berlin
                working_hours:
                  {monday: [08:00-18:00], tuesday: [08:00-18:00], wednesday: [08:00-18:00], thursday: [08:00-18:00],
                  friday: [08:00-16:00]}
                ladder: [{audience: clinician}, {audience: supervisor}, {audience: duty_desk}]
                review: [deteriorating, not_on_track]
                """),
        QuarterSite(
            "south", "Europe/London", language: "en", requiresReview: false, raisesLacks: true,
            policy: """
                due_minutes:
                  {safety: 60, deteriorating: 1440, not_on_track: 4320,
                  alliance: 4320, stalled: 4320, guarded: 10080}
                escalation_minutes: 2880
                time_zone: Europe/London
                ladder: [{audience: clinician}, {audience: supervisor}, {audience: duty_desk}]
                """),
        QuarterSite(
            "west", "America/New_York", language: "en", requiresReview: false, raisesLacks: false,
            policy: """
                due_minutes:
                  {safety: 30, deteriorating: 600, not_on_track: 1200,
                  alliance: 1800, stalled: 1800, guarded: 3000}
                escalation_minutes: 600
                time_zone: America/New_York
                working_hours:
                  {monday: [09:00-19:00], tuesday: [09:00-19:00], wednesday: [09:00-19:00], thursday: [09:00-19:00],
                  friday: [09:00-17:00]}
                holidays: [{day: 2026-09-07, name: Labor Day}]
                ladder: [{audience: clinician}, {audience: duty_desk, time: clock}]
                """),
    ].compactMap { $0 }

    private init?(
        _ name: String, _ zone: String, language: String, requiresReview: Bool, raisesLacks: Bool, policy: String
    ) {
        guard let id = SiteID(name), let zone = TimeZone(identifier: zone) else { return nil }
        self.id = id
        self.zone = zone
        self.language = language
        clinicians = (1...4).map { "c-\(name)-\($0)" }
        supervisor = "s-\(name)"
        desk = "desk-\(name)"
        self.requiresReview = requiresReview
        self.raisesLacks = raisesLacks
        self.policy = policy
    }

    // MARK: - Local time

    static let workingHours = 9..<17

    /// The instant of an hour of a local day.
    func time(on day: CalendarDay, hour: Int, minute: Int = 0) -> Timestamp {
        let seconds = Int64(day.daysSinceEpoch) * 86_400 + Int64(hour) * 3600 + Int64(minute) * 60
        let local = Date(timeIntervalSince1970: Double(seconds))
        return Timestamp(microseconds: (seconds - Int64(zone.secondsFromGMT(for: local))) * 1_000_000)
    }

    func localDay(_ time: Timestamp) -> CalendarDay { local(time).day }

    /// The same moment where people are at work, or when they come to work next: Monday to Friday, nine to five.
    func workingMoment(from time: Timestamp) -> Timestamp {
        let (day, second) = local(time)
        if day.isWeekday, Self.workingHours.contains(second / 3600) { return time }
        var next = day.isWeekday && second < Self.workingHours.lowerBound * 3600 ? day : day.advanced(byDays: 1)
        while !next.isWeekday { next = next.advanced(byDays: 1) }
        return self.time(on: next, hour: Self.workingHours.lowerBound)
    }

    private func local(_ time: Timestamp) -> (day: CalendarDay, second: Int) {
        let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time.microseconds) / 1_000_000))
        let moved = time.advanced(bySeconds: Int64(offset))
        let second = (moved.microseconds - Int64(moved.day.daysSinceEpoch) * 86_400_000_000) / 1_000_000
        return (moved.day, Int(second))
    }
}

extension CalendarDay {
    /// 1970-01-01 was a Thursday.
    var isWeekday: Bool { (daysSinceEpoch + 3) % 7 < 5 }
}
