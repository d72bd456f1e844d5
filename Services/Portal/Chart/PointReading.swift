import Domain

/// What one point of a course says, in words: shown when it is pointed at or focused, spoken, and in the table.
struct PointReading: Sendable {
    /// `Session 3, 4 March 2026: 21.4`
    let headline: String
    /// `usual for this start: 17.3 to 24.0, expected 20.6`; nil where there is nothing to compare.
    let comparison: String?
    /// `about as expected; 2.1 better than the time before`
    let standing: String

    /// All of it in one line.
    var line: String { ([headline] + [comparison, standing].compactMap { $0 }).joined(separator: ". ") + "." }

    /// - Parameter place: of the point in the course.
    init(_ material: CourseMaterial, at place: Int, _ voice: Voice, _ words: Words) {
        let point = material.points[place]
        let instrument = material.instrument
        headline = words(
            "chart.point.headline",
            [
                "session": words.integer(point.rating.session), "day": words.day(point.rating.day),
                "score": words.score(point.rating.score, instrument),
            ])
        comparison =
            switch point.state {
            // The expectation of the first session is the first score itself.
            case .insufficientData: nil
            case .noExpectedResponse, .onTrack, .atRisk, .notOnTrack, .deteriorating, .recovered:
                point.expectation.map { Self.comparison($0, instrument, words) }
            }
        let state = words.state(point.state, voice)
        guard place > 0 else {
            standing = state
            return
        }
        let change = instrument.direction.improvement(
            from: material.points[place - 1].rating.score, to: point.rating.score)
        standing = words("chart.point.standing", ["state": state, "change": Self.change(change, instrument, words)])
    }

    private static func comparison(_ expectation: Expectation, _ instrument: Instrument, _ words: Words) -> String {
        let range = words.range(expectation, .eighty, instrument)
        switch expectation {
        case .bounds(let bounds):
            return words("chart.point.expected", ["expected": words.expected(bounds.mean, instrument), "range": range])
        case .lines:
            return words("chart.point.lines", ["range": range])
        }
    }

    private static func change(_ improvement: Int, _ instrument: Instrument, _ words: Words) -> String {
        let size = words.score(abs(improvement), instrument)
        if improvement == 0 { return words["chart.point.same"] }
        return improvement > 0
            ? words("chart.point.better", ["size": size]) : words("chart.point.worse", ["size": size])
    }
}
