import Domain

/// Reads the table of a percentile model (see `PercentileLines`), in points.
///
///     - intakes: {minimum: 0, maximum: 10}     # first scores that the row is for
///       success: [12.5, 14, 15.1]              # from session 2 onwards, without a gap
///       failure: [8, 8.4, 9]                   # as many
///
/// Lines may be a hundredth of the instrument's step fine.
enum PercentileLinesReader {
    static func read(_ place: StrictNode, on instrument: Instrument) throws(CatalogueError) -> PercentileLines {
        var rows: [PercentileLines.Row] = []
        for entry in try place.list() { rows.append(try row(entry, on: instrument)) }
        do throws(PercentileLinesProblem) {
            return try PercentileLines(rows, on: instrument)
        } catch {
            throw place.refusal("\(error)")
        }
    }

    private static func row(_ place: StrictNode, on instrument: Instrument) throws(CatalogueError) -> PercentileLines.Row {
        try place.mapping("intakes", "success", "failure") { fields throws(CatalogueError) in
            let successPlace = try fields.required("success")
            let success = try line(successPlace, instrument)
            let failure = try line(fields.required("failure"), instrument)
            guard success.count == failure.count else {
                throw successPlace.refusal("has \(success.count) sessions, failure has \(failure.count)")
            }
            return PercentileLines.Row(
                intakes: try ScoreFrame.range(fields.required("intakes"), instrument.stepDenominator),
                sessions: zip(success, failure).map { TargetLines(success: $0, failure: $1) })
        }
    }

    private static func line(_ place: StrictNode, _ instrument: Instrument) throws(CatalogueError) -> [Int] {
        var line: [Int] = []
        for entry in try place.list() { line.append(try entry.steps(instrument.stepDenominator * 100)) }
        guard line.count <= 998 else { throw place.refusal("must hold at most 998 sessions") }
        return line
    }
}
