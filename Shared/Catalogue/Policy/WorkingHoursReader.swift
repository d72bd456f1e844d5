import Domain

/// Reads a site's time zone, working hours and holidays.
enum WorkingHoursReader {
    private static let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

    /// Nil where every hour counts.
    static func read(_ fields: StrictMapping) throws(CatalogueError) -> WorkingHours? {
        let zone = try fields.optional("time_zone") { place throws(CatalogueError) in try TimeZones.zone(place) }
        guard let place = fields.optional("working_hours") else {
            if let holidays = fields.optional("holidays") { throw holidays.refusal("mean nothing without working_hours") }
            return nil
        }
        guard let zone else { throw place.refusal("need a time_zone, e.g. Europe/Berlin") }
        let week = try place.mapping(knowing: weekdays) { fields throws(CatalogueError) in
            var week: [[Range<Int>]] = []
            for day in weekdays {
                week.append(try fields.optional(day) { place throws(CatalogueError) in try stretches(place) } ?? [])
            }
            return week
        }
        let holidays = try fields.optional("holidays") { place throws(CatalogueError) in try daysOff(place) } ?? []
        guard let hours = WorkingHours(zone: zone, week: week, holidays: holidays) else {
            throw place.refusal("must come to an hour a week at least")
        }
        return hours
    }

    private static func stretches(_ place: StrictNode) throws(CatalogueError) -> [Range<Int>] {
        var stretches: [Range<Int>] = []
        for entry in try place.list() {
            let parts = try entry.text().split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 2, let begin = minute(parts[0]), let end = minute(parts[1]), begin < end else {
                throw entry.refusal("must be a stretch of one day such as 08:00-12:30; midnight is 24:00")
            }
            if let last = stretches.last, begin < last.upperBound {
                throw entry.refusal("begins before the stretch above it ends")
            }
            stretches.append(begin..<end)
        }
        return stretches
    }

    /// `HH:MM` from 00:00 to 24:00.
    private static func minute(_ text: Substring) -> Int? {
        let digits = Array(text.utf8)
        guard digits.count == 5, digits[2] == UInt8(ascii: ":"), let hours = Int(text.prefix(2)),
            let minutes = Int(text.suffix(2)), text.allSatisfy({ $0.isNumber || $0 == ":" }), (0...59).contains(minutes),
            hours < 24 || hours == 24 && minutes == 0
        else { return nil }
        return hours * 60 + minutes
    }

    private static func daysOff(_ place: StrictNode) throws(CatalogueError) -> [Holiday] {
        var read: [(holiday: Holiday, place: StrictNode)] = []
        for entry in try place.list() {
            read.append((try holiday(entry), entry))
        }
        read.sort { $0.holiday.days.lowerBound < $1.holiday.days.lowerBound }
        for (earlier, later) in zip(read, read.dropFirst())
        where earlier.holiday.days.upperBound >= later.holiday.days.lowerBound {
            throw later.place.refusal("\(later.holiday.name) overlaps \(earlier.holiday.name) on \(later.holiday.days.lowerBound)")
        }
        return read.map(\.holiday)
    }

    private static func holiday(_ entry: StrictNode) throws(CatalogueError) -> Holiday {
        try entry.mapping("name", "day", "from", "through") { fields throws(CatalogueError) in
            let name = try fields.required("name").text()
            if let day = fields.optional("day") {
                guard fields.optional("from") == nil, fields.optional("through") == nil else {
                    throw entry.refusal("has a day, or from and through, and not both")
                }
                let day = try day.day()
                return Holiday(name: name, days: day...day)
            }
            let (from, through) = (try fields.required("from").day(), try fields.required("through").day())
            guard from <= through else { throw entry.refusal("ends before it begins") }
            return Holiday(name: name, days: from...through)
        }
    }
}
