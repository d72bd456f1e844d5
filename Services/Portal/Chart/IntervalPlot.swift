/// Estimates with their confidence intervals, one row per group in the order given, and the numbers they rest on. Nothing
/// is sorted by size: it is no ranking.
struct IntervalPlot {
    struct Row: Hashable, Sendable {
        let name: String
        /// Nil where there are too few to show.
        let estimate: Estimate?
    }

    /// A share of `total`, with the ends of its interval, in thousandths.
    struct Estimate: Hashable, Sendable {
        let thousandths: Int
        let low: Int
        let high: Int
        let count: Int
        let total: Int
    }

    let title: String
    let rows: [Row]
    /// Thousandths at which a line is drawn for comparison, such as the share of all; nil: none.
    let reference: Int?
    let words: Words

    /// Every row in words.
    var description: String { rows.map(line).joined(separator: ". ") }

    var svg: String {
        let height = Tenths(integerLiteral: 52) + Tenths(integerLiteral: 46) * rows.count
        return PlotFrame(title: title, description: description, width: 320, height: height).svg { svg in
            let x = Scale(0...1000, from: 8, to: 304)
            let bottom = height - 24
            for tick in stride(from: 0, through: 1000, by: 250) {
                svg.line("grid", x.place(tick), 26, x.place(tick), bottom)
                svg.label(words.percent(tick / 10), x.place(tick), bottom + 18, "tick", anchor: .middle)
            }
            if let reference { svg.line("reference", x.place(reference), 26, x.place(reference), bottom) }
            for (place, row) in rows.enumerated() {
                draw(row, x, Tenths(integerLiteral: 42) + Tenths(integerLiteral: 46) * place, into: &svg)
            }
        }
    }

    private func draw(_ row: Row, _ x: Scale, _ y: Tenths, into svg: inout SVG) {
        svg.label(row.name, 8, y, "key-text")
        guard let estimate = row.estimate else {
            svg.label(words["chart.plot.few"], 304, y, "key-text", anchor: .end)
            return
        }
        let count = ["count": words.integer(estimate.count), "total": words.integer(estimate.total)]
        svg.label(words("chart.plot.of", count), 304, y, "key-text", anchor: .end)
        svg.add("g", ["role": "img", "aria-label": line(row)]) {
            $0.add("title", text: line(row))
            $0.line("interval", x.place(estimate.low), y + 14, x.place(estimate.high), y + 14)
            PointShape.circle.draw(x.place(estimate.thousandths), y + 14, radius: 5, into: &$0)
        }
    }

    private func line(_ row: Row) -> String {
        guard let estimate = row.estimate else { return words("chart.plot.tooFew", ["name": row.name]) }
        return words(
            "chart.plot.interval",
            [
                "name": row.name, "value": share(estimate.thousandths), "low": share(estimate.low),
                "high": share(estimate.high), "count": words.integer(estimate.count),
                "total": words.integer(estimate.total),
            ])
    }

    private func share(_ thousandths: Int) -> String { words.percent((thousandths + 5) / 10) }
}
