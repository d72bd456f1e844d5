import Domain

/// A quarter of the calendar.
struct Quarter: Hashable, Comparable, Sendable {
    let year: Int
    /// 1 to 4.
    let number: Int

    init(holding day: CalendarDay) {
        let civil = day.civil
        year = civil.year
        number = (civil.month + 2) / 3
    }

    private init(_ number: Int, of year: Int) {
        self.number = number
        self.year = year
    }

    func before(years: Int) -> Quarter { Quarter(number, of: year - years) }

    /// Nil outside the years that days can be written in.
    var firstDay: CalendarDay? { CalendarDay(year: year, month: number * 3 - 2, day: 1) }

    static func < (left: Self, right: Self) -> Bool { (left.year, left.number) < (right.year, right.number) }
}

/// When the episodes were opened that figures are about: in a year, or in one of its quarters. There is no longer period:
/// with every further sum that is shown, more has to be hidden.
enum NetworkPeriod: Hashable, Sendable {
    case year(Int)
    case quarter(Quarter)

    /// As in an address: `2026`, `2026-q3`.
    var text: String {
        switch self {
        case .year(let year): String(year)
        case .quarter(let quarter): "\(quarter.year)-q\(quarter.number)"
        }
    }

    var year: Int {
        switch self {
        case .year(let year): year
        case .quarter(let quarter): quarter.year
        }
    }
}
