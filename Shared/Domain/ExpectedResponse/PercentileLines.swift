/// Success and failure lines as a table: for each band of intake scores, one pair per session.
///
/// The second kind of model. A site that is licensed to use a vendor's lines loads them as data; none are
/// part of Attune (clinical-reference 1.2.1 and 2.1). The table is taken as it is: nothing is smoothed,
/// and nothing is interpolated or carried on, neither between bands nor past the last session.
public struct PercentileLines: Hashable, Sendable {
    /// The lines for one band of intake scores.
    public struct Row: Hashable, Sendable {
        /// First scores of the course, in steps.
        public let intakes: ClosedRange<Int>
        /// From session 2 onwards, one pair per session without a gap. The first rating has no line: it is
        /// what the lines start from.
        public let sessions: [TargetLines]

        public init(intakes: ClosedRange<Int>, sessions: [TargetLines]) {
            self.intakes = intakes
            self.sessions = sessions
        }
    }

    /// By intake, lowest first.
    public let rows: [Row]

    /// Checks a table; rows may come in any order and may leave intakes out.
    public init(_ rows: [Row], on instrument: Instrument) throws(PercentileLinesProblem) {
        let ordered = rows.sorted { $0.intakes.lowerBound < $1.intakes.lowerBound }
        guard !ordered.isEmpty else { throw .noRows }
        for (row, next) in zip(ordered, ordered.dropFirst()) where next.intakes.lowerBound <= row.intakes.upperBound {
            throw .overlappingIntakes(row.intakes, next.intakes)
        }
        for row in ordered { try Self.check(row, on: instrument) }
        self.rows = ordered
    }

    private static func check(_ row: Row, on instrument: Instrument) throws(PercentileLinesProblem) {
        let range = instrument.totalRange
        guard range.contains(row.intakes.lowerBound), range.contains(row.intakes.upperBound) else {
            throw .intakeOutOfRange(row.intakes, allowed: range)
        }
        guard !row.sessions.isEmpty else { throw .noSessions(row.intakes) }
        let allowed = range.lowerBound * 100...range.upperBound * 100
        for (offset, lines) in row.sessions.enumerated() {
            guard allowed.contains(lines.success), allowed.contains(lines.failure) else {
                throw .lineOutOfRange(row.intakes, session: offset + 2)
            }
            guard instrument.direction.improvement(from: lines.failure, to: lines.success) >= 0 else {
                throw .failureAboveSuccess(row.intakes, session: offset + 2)
            }
        }
    }

    /// From the lowest to the highest intake of the table; there may be gaps between.
    public var intakes: ClosedRange<Int> {
        guard let first = rows.first, let last = rows.last else { return 0...0 }
        return first.intakes.lowerBound...last.intakes.upperBound
    }

    /// The last session that any row speaks about.
    public var lastSession: Int { (rows.map(\.sessions.count).max() ?? 0) + 1 }

    /// The lines of a session; nil where the table has none.
    /// - Parameters:
    ///   - intake: the first score of the course, in steps.
    ///   - session: counted from the first rating of the course as 1.
    public func lines(intake: Int, session: Int) -> TargetLines? {
        row(of: intake).flatMap { lines(inRow: $0, session: session) }
    }

    /// Place of the row that an intake falls into; nil for one that the table leaves out.
    func row(of intake: Int) -> Int? {
        var low = rows.startIndex
        var high = rows.endIndex
        while low < high {
            let middle = (low + high) / 2
            let band = rows[middle].intakes
            if band.contains(intake) { return middle }
            if intake < band.lowerBound { high = middle } else { low = middle + 1 }
        }
        return nil
    }

    func lines(inRow row: Int, session: Int) -> TargetLines? {
        let sessions = rows[row].sessions
        return sessions.indices.contains(session - 2) ? sessions[session - 2] : nil
    }
}

/// Why a table of lines is refused.
public enum PercentileLinesProblem: Error, Hashable, Sendable, CustomStringConvertible {
    case noRows
    case noSessions(ClosedRange<Int>)
    case overlappingIntakes(ClosedRange<Int>, ClosedRange<Int>)
    case intakeOutOfRange(ClosedRange<Int>, allowed: ClosedRange<Int>)
    case lineOutOfRange(ClosedRange<Int>, session: Int)
    case failureAboveSuccess(ClosedRange<Int>, session: Int)

    /// Intakes in steps.
    public var description: String {
        func words(_ band: ClosedRange<Int>) -> String { "intakes \(band.lowerBound) to \(band.upperBound)" }
        return switch self {
        case .noRows:
            "the table has no rows; give the lines of at least one band of intakes"
        case .noSessions(let band):
            "\(words(band)) have no lines; give one pair per session from session 2, or leave the band out"
        case .overlappingIntakes(let band, let next):
            "\(words(band)) and \(words(next)) overlap; every intake may stand in one band only"
        case .intakeOutOfRange(let band, let allowed):
            "\(words(band)) leave the instrument's total of \(allowed.lowerBound) to \(allowed.upperBound)"
        case .lineOutOfRange(let band, let session):
            "\(words(band)), session \(session): a line lies outside the instrument's total"
        case .failureAboveSuccess(let band, let session):
            "\(words(band)), session \(session): the failure line is better than the success line"
        }
    }
}
