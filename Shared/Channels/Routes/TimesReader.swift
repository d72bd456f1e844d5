import Foundation

extension RouteNode {
    /// `{time_zone: Europe/Berlin, quiet: {from: "20:00", to: "07:00"}, digest: "08:00",
    /// limit: {messages: 20, minutes: 60}}`
    func messageTimes() throws(RoutesError) -> MessageTimes {
        let fields = try fields(knowing: "time_zone", "quiet", "digest", "limit")
        let zone = try fields.required("time_zone")
        guard let timeZone = TimeZone(identifier: try zone.text()) else {
            throw zone.refusal("must be a name of the time zone database, such as Europe/Berlin")
        }
        let quiet = try fields.optional("quiet")?.quietHours()
        let digest = fields.optional("digest")
        let digestTime = try digest?.clockTime()
        if let digest, let digestTime, quiet?.contains(digestTime.minutes) == true {
            throw digest.refusal("lies in the quiet hours")
        }
        return MessageTimes(
            timeZone: timeZone, quiet: quiet, digest: digestTime, limit: try fields.optional("limit")?.messageLimit())
    }

    private func quietHours() throws(RoutesError) -> MessageTimes.Quiet {
        let fields = try fields(knowing: "from", "to")
        let quiet = MessageTimes.Quiet(
            from: try fields.required("from").clockTime(), to: try fields.required("to").clockTime())
        guard quiet.from != quiet.to else { throw refusal("from and to must differ") }
        return quiet
    }

    private func messageLimit() throws(RoutesError) -> MessageTimes.Limit {
        let fields = try fields(knowing: "messages", "minutes")
        return MessageTimes.Limit(
            messages: try fields.required("messages").number(in: 1...1000),
            within: .seconds(60 * (try fields.required("minutes").number(in: 1...1440))))
    }

    private func clockTime() throws(RoutesError) -> ClockTime {
        guard let time = ClockTime(try text()) else { throw refusal("must be a time of day such as \"08:00\"") }
        return time
    }

    private func number(in range: ClosedRange<Int>) throws(RoutesError) -> Int {
        guard let number = Int(try text()), range.contains(number) else {
            throw refusal("must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
