/// When somebody works, or a site is open, in a week of local time.
///
/// Written `mon-fri 08:00-12:00 13:00-17:00; sat 09:00-12:00`: days or ranges of days, then spans that neither overlap nor
/// pass midnight; 24:00 ends a day.
public struct WeeklyHours: Hashable, Sendable, CustomStringConvertible {
    /// Minutes since midnight, the end not included.
    public typealias Span = Range<Int>

    /// Spans of each day in order, Monday first.
    public let days: [[Span]]

    public static let dayNames = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    public init(_ text: String) throws(WeeklyHoursError) {
        var days = Array(repeating: [Span](), count: 7)
        for part in text.lowercased().split(separator: ";") {
            var words = part.split(separator: " ")
            guard let first = words.first else { continue }
            words.removeFirst()
            let range = try Self.days(first)
            guard !words.isEmpty else { throw WeeklyHoursError("\(first) has no hours") }
            let spans = try words.map { word throws(WeeklyHoursError) in try Self.span(word) }
            for day in range { days[day] += spans }
        }
        for (day, spans) in days.enumerated() {
            let sorted = spans.sorted { $0.lowerBound < $1.lowerBound }
            for (one, next) in zip(sorted, sorted.dropFirst()) where one.upperBound > next.lowerBound {
                throw WeeklyHoursError("hours of \(Self.dayNames[day]) overlap")
            }
            days[day] = sorted
        }
        guard days.contains(where: { !$0.isEmpty }) else { throw WeeklyHoursError("no hours are given") }
        self.days = days
    }

    /// One form for the same hours, a day after the other.
    public var description: String {
        zip(Self.dayNames, days).compactMap { name, spans -> String? in
            guard !spans.isEmpty else { return nil }
            let clocks = spans.map { "\(Self.clock($0.lowerBound))-\(Self.clock($0.upperBound))" }
            return "\(name) " + clocks.joined(separator: " ")
        }.joined(separator: "; ")
    }

    private static func days(_ text: Substring) throws(WeeklyHoursError) -> ClosedRange<Int> {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard (1...2).contains(ends.count), let first = dayNames.firstIndex(of: String(ends[0])),
            let last = dayNames.firstIndex(of: String(ends[ends.count - 1])), first <= last
        else { throw WeeklyHoursError("days are not mon to sun, or a range such as mon-fri") }
        return first...last
    }

    private static func span(_ text: Substring) throws(WeeklyHoursError) -> Span {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let start = minutes(ends[0]), let end = minutes(ends[1]), start < end else {
            throw WeeklyHoursError("hours are not such as 08:00-12:30, within one day")
        }
        return start..<end
    }

    private static func minutes(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60, hour * 60 + minute <= 24 * 60
        else { return nil }
        return hour * 60 + minute
    }

    private static func clock(_ minutes: Int) -> String {
        func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(digits(minutes / 60)):\(digits(minutes % 60))"
    }
}

/// What is wrong with working hours.
public struct WeeklyHoursError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}
