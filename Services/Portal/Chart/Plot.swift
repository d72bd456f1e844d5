import Domain

/// What small plots have in common: a name, a sentence that says the same, and a frame.
struct PlotFrame {
    /// What is drawn, e.g. `Events behind, attune-scoring`.
    let title: String
    /// The same in words, for those who do not see it.
    let description: String
    let width: Tenths
    let height: Tenths

    func svg(_ draw: (inout SVG) -> Void) -> String {
        var svg = SVG()
        svg.add(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "class": "chart plot", "role": "img", "aria-label": title,
                "viewBox": "0 0 \(width.text) \(height.text)",
            ]
        ) {
            $0.add("title", text: title)
            $0.add("desc", text: description)
            $0.label(title, 0, 14, "axis-title")
            draw(&$0)
        }
        return svg.text
    }
}

/// A figure over time, such as lag or throughput: 320 by 160 units. The vertical axis begins at 0.
struct TimeSeriesPlot {
    struct Point: Hashable, Sendable {
        let time: Timestamp
        /// In steps of `denominator`; 0 or more. Nil: not known then, a gap.
        let value: Int?
    }

    let title: String
    /// In order of time.
    let points: [Point]
    /// Steps in one: 1, 10, 100 or 1000.
    let denominator: Int
    let zone: ZoneOffsets
    let words: Words

    /// The newest and the highest figure, in words.
    var description: String {
        let known = points.compactMap(\.value)
        guard let newest = known.last, let highest = known.max() else { return words["chart.plot.nothing"] }
        return words(
            "chart.plot.series",
            [
                "newest": words.decimal(newest, denominator: denominator),
                "highest": words.decimal(highest, denominator: denominator),
            ])
    }

    var svg: String {
        PlotFrame(title: title, description: description, width: 320, height: 160).svg { svg in
            guard let first = points.first?.time, let last = points.last?.time else {
                svg.label(words["chart.plot.nothing"], 0, 48, "key-text")
                return
            }
            let highest = max(points.compactMap(\.value).max() ?? 0, denominator)
            let y = Scale(0...highest, from: 132, to: 30)
            let seconds = Int((last.microseconds - first.microseconds) / 1_000_000)
            let x = Scale(0...max(seconds, 1), from: 56, to: 312)
            for tick in y.ticks(most: 4, unit: denominator) {
                svg.line("grid", 56, y.place(tick), 312, y.place(tick))
                svg.label(words.integer(tick / denominator), 48, y.place(tick) + 4, "tick", anchor: .end)
            }
            for run in runs where run.count > 1 {
                svg.polyline("course", run.map { (x.place(Self.seconds(first, $0.time)), y.place($0.value)) })
            }
            for run in runs where run.count == 1 {
                PointShape.circle.draw(
                    x.place(Self.seconds(first, run[0].time)), y.place(run[0].value), radius: 3, into: &svg)
            }
            svg.label(words.clock(first, in: zone), 56, 152, "tick")
            svg.label(words.clock(last, in: zone), 312, 152, "tick", anchor: .end)
        }
    }

    private var runs: [[(time: Timestamp, value: Int)]] {
        points.split { $0.value == nil }.map { run in run.compactMap { point in point.value.map { (point.time, $0) } } }
    }

    private static func seconds(_ start: Timestamp, _ time: Timestamp) -> Int {
        Int((time.microseconds - start.microseconds) / 1_000_000)
    }
}
