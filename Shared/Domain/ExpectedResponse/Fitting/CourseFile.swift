/// Closed courses from comma-separated text, as `attune model fit` reads them:
///
///     person,session,score
///     a17,1,18.3
///     a17,2,21.0
///
/// Columns may stand in any order, and others beside them; rows of a person need not follow each other.
/// `person` is any text that tells courses apart, and is forgotten at once. `session` is the clinic's
/// number. `score` is in points, as people write it.
public struct CourseFile: Sendable {
    /// In the order in which persons first appear.
    public let courses: [ClosedCourse]

    public init(_ text: String, instrument: Instrument) throws(CourseFileProblem) {
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        guard let header = lines.first else { throw CourseFileProblem(line: 1, reason: "the file is empty") }
        let columns = try Columns(Self.fields(header))
        var places: [Substring: Int] = [:]
        var ratings: [[(session: Int, score: Int)]] = []
        for (offset, line) in lines.enumerated().dropFirst() where line.contains(where: { !$0.isWhitespace }) {
            let row = try columns.row(Self.fields(line), line: offset + 1, instrument)
            if let place = places[row.person] {
                ratings[place].append((row.session, row.score))
            } else {
                places[row.person] = ratings.count
                ratings.append([(row.session, row.score)])
            }
        }
        courses = ratings.compactMap { ClosedCourse($0) }
    }

    /// Without the spaces and the one pair of quotes around each.
    private static func fields(_ line: Substring) -> [Substring] {
        line.split(separator: ",", omittingEmptySubsequences: false).map { field in
            var trimmed = field.drop { $0.isWhitespace }
            while trimmed.last?.isWhitespace == true { trimmed.removeLast() }
            return trimmed.count > 1 && trimmed.first == "\"" && trimmed.last == "\""
                ? trimmed.dropFirst().dropLast() : trimmed
        }
    }

    private struct Columns {
        private let person: Int
        private let session: Int
        private let score: Int
        private let count: Int

        init(_ header: [Substring]) throws(CourseFileProblem) {
            func place(_ name: Substring) throws(CourseFileProblem) -> Int {
                guard let place = header.firstIndex(of: name) else {
                    throw CourseFileProblem(
                        line: 1, reason: "there is no column \(name); the header must name person, session and score")
                }
                return place
            }
            person = try place("person")
            session = try place("session")
            score = try place("score")
            count = header.count
        }

        func row(
            _ fields: [Substring], line: Int, _ instrument: Instrument
        ) throws(CourseFileProblem) -> (person: Substring, session: Int, score: Int) {
            guard fields.count == count else {
                throw CourseFileProblem(line: line, reason: "\(fields.count) fields, the header has \(count)")
            }
            guard !fields[person].isEmpty else { throw CourseFileProblem(line: line, reason: "no person") }
            guard let session = Int(fields[session]), (1...9999).contains(session) else {
                throw CourseFileProblem(line: line, reason: "the session is not a whole number from 1 to 9999")
            }
            let steps: Int
            do {
                steps = try DecimalSteps.steps(fields[score], denominator: instrument.stepDenominator)
            } catch {
                throw CourseFileProblem(line: line, reason: "the score is \(error)")
            }
            guard instrument.totalRange.contains(steps) else {
                let (low, high) = (instrument.totalRange.lowerBound, instrument.totalRange.upperBound)
                throw CourseFileProblem(
                    line: line, reason: "the score lies outside \(instrument.text(low)) to \(instrument.text(high))")
            }
            return (fields[person], session, steps)
        }
    }
}

/// Why a file of courses cannot be read. Says nothing of what stands in it: scores do not belong in logs.
public struct CourseFileProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// From 1.
    public let line: Int
    public let reason: String

    public var description: String { "line \(line): \(reason)" }
}
