enum MailDate {
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// RFC 5322 section 3.3, in UTC, e.g. `Sun, 01 Mar 2026 09:30:00 +0000`.
    static func text(unixTime: Int64) -> String {
        let seconds = ((Int(unixTime) % 86_400) + 86_400) % 86_400
        let days = (Int(unixTime) - seconds) / 86_400
        let (year, month, day) = civil(days: days)
        let weekday = weekdays[((days % 7) + 7) % 7]
        let clock = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { padded($0) }.joined(separator: ":")
        return "\(weekday), \(padded(day)) \(months[month - 1]) \(padded(year, width: 4)) \(clock) +0000"
    }

    /// Gregorian date of a day counted from 1970-01-01, by whole 400-year cycles of 146 097 days
    /// and years that begin in March.
    private static func civil(days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let cycle = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfCycle = shifted - cycle * 146_097
        let yearOfCycle =
            (dayOfCycle - dayOfCycle / 1_460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func padded(_ number: Int, width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
