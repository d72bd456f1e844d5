import Domain

extension Words {
    /// `4 March 2026`, in German `4. März 2026`.
    func day(_ day: CalendarDay) -> String {
        self("format.day", values(day, months: self["format.months"]))
    }

    /// `4 Mar`, in German `4. Mär`: where the year is known from what stands around it.
    func shortDay(_ day: CalendarDay) -> String {
        self("format.shortDay", values(day, months: self["format.shortMonths"]))
    }

    /// `March 2026`, in German `März 2026`.
    func month(_ month: CalendarMonth) -> String {
        self("format.month", values(month.first, months: self["format.months"]).filter { $0.key != "day" })
    }

    /// `4 March 2026, 09:05`, as clocks of a zone show it.
    func time(_ time: Timestamp, in zone: ZoneOffsets) -> String {
        self("format.time", ["date": day(zone.day(at: time)), "clock": clock(time, in: zone)])
    }

    /// `09:05`, as clocks of a zone show it.
    func clock(_ time: Timestamp, in zone: ZoneOffsets) -> String {
        let seconds = time.microseconds / 1_000_000 - (time.microseconds % 1_000_000 < 0 ? 1 : 0)
        let local = seconds + zone.offset(at: seconds)
        let minute = Int((local % 86_400 + 86_400) % 86_400 / 60)
        return "\(Self.twoDigits(minute / 60)):\(Self.twoDigits(minute % 60))"
    }

    /// - Parameter months: the twelve names, with spaces between.
    private func values(_ day: CalendarDay, months: String) -> [String: String] {
        let civil = day.civil
        let names = months.split(separator: " ")
        let month = names.indices.contains(civil.month - 1) ? String(names[civil.month - 1]) : String(civil.month)
        return ["day": String(civil.day), "month": month, "year": String(civil.year)]
    }

    private static func twoDigits(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
}
