public import Domain

/// Between which instants a search wants something to lie: FHIR R4's prefixes eq, ge, gt, le and lt over a year, a month,
/// a day (in UTC), a minute, a second or a fraction of one.
public struct FHIRDateBounds: Hashable, Sendable {
    /// The first instant within; the beginning of 1970 if nothing bounds it.
    public private(set) var from = Timestamp(microseconds: 0)
    /// The first instant behind; the year 2200 if nothing bounds it.
    public private(set) var before = Timestamp(microseconds: 7_258_118_400_000_000)

    /// No bounds.
    public init() {}

    /// All of the values hold.
    /// - Returns: nil where one of them cannot be read.
    public init?(_ values: [String]) {
        for value in values {
            guard value.utf8.count <= 40 else { return nil }
            let hasPrefix = value.first?.isLetter == true
            // A plus that was not escaped in the address arrives as a blank.
            let text = String((hasPrefix ? value.dropFirst(2) : value[...]).map { $0 == " " ? "+" : $0 })
            guard let span = Self.span(text) else { return nil }
            switch hasPrefix ? value.prefix(2) : "eq" {
            case "eq": narrow(from: span.lowerBound, before: span.upperBound)
            case "ge": narrow(from: span.lowerBound)
            case "gt": narrow(from: span.upperBound)
            case "le": narrow(before: span.upperBound)
            case "lt": narrow(before: span.lowerBound)
            default: return nil
            }
        }
    }

    private mutating func narrow(from: Timestamp? = nil, before: Timestamp? = nil) {
        if let from { self.from = max(self.from, from) }
        if let before { self.before = min(self.before, before) }
    }

    /// What a date means: all instants that it could be.
    private static func span(_ text: String) -> Range<Timestamp>? {
        guard let mark = text.firstIndex(of: "T") else { return days(text) }
        guard let zone = text[mark...].firstIndex(where: { $0 == "Z" || $0 == "+" || $0 == "-" }) else { return nil }
        let clock = text[text.index(after: mark)..<zone]
        let seconds = clock.utf8.count == 5 ? ":00" : ""
        guard let start = Timestamp("\(text[..<zone])\(seconds)\(text[zone...])") else { return nil }
        let width: Int64
        if clock.utf8.count == 5 {
            width = 60_000_000
        } else {
            let decimals = clock.firstIndex(of: ".").map { clock.distance(from: $0, to: clock.endIndex) - 1 } ?? 0
            width = (0..<decimals).reduce(1_000_000) { width, _ in width / 10 }
        }
        return start..<Timestamp(microseconds: start.microseconds + max(1, width))
    }

    private static func days(_ text: String) -> Range<Timestamp>? {
        let first: CalendarDay?
        let next: CalendarDay?
        switch text.utf8.count {
        case 4:
            first = CalendarDay("\(text)-01-01")
            next = Int(text).flatMap { CalendarDay("\($0 + 1)-01-01") }
        case 7:
            first = CalendarDay("\(text)-01")
            // 31 days on is the next month or, from its first days, never the one behind it.
            next = first.map { CalendarDay(daysSinceEpoch: $0.daysSinceEpoch + 31) }
                .flatMap { CalendarDay("\(String($0.description.prefix(7)))-01") }
        default:
            first = CalendarDay(text)
            next = first.map { CalendarDay(daysSinceEpoch: $0.daysSinceEpoch + 1) }
        }
        guard let first, let next else { return nil }
        return midnight(first)..<midnight(next)
    }

    private static func midnight(_ day: CalendarDay) -> Timestamp {
        Timestamp(microseconds: Int64(day.daysSinceEpoch) * 86_400_000_000)
    }
}
