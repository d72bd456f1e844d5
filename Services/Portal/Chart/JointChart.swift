import Domain

/// The courses of two partners side by side. It can be made of a `JointView` alone, which there is only while both agree.
/// Told apart by shape and dashes as well as colour; each is seen against their own beginning, never averaged.
struct JointChart {
    private struct Series {
        let name: String
        let course: Course
        let line: String
        let dot: String
        let text: String
    }

    private let first: Series
    private let second: Series
    private let instrument: Instrument
    private let words: Words

    /// - Parameters:
    ///   - names: of the first and second partner, as the page calls them.
    /// - Returns: nil where not both have a course on the instrument.
    init?(_ view: JointView, on instrument: InstrumentReference, names: (first: String, second: String), words: Words) {
        guard let one = view.first.courses[instrument], let other = view.second.courses[instrument],
            !one.trajectory.points.isEmpty, !other.trajectory.points.isEmpty
        else { return nil }
        first = Series(name: names.first, course: one, line: "course", dot: "dot", text: "first-text")
        second = Series(name: names.second, course: other, line: "second", dot: "second-dot", text: "second-text")
        self.instrument = one.basis.instrument
        self.words = words
    }

    /// Both layouts; the page's style sheet shows the one that fits.
    var markup: String { "<div class=\"charts\">\(ChartLayout.allCases.map { svg($0) }.joined())</div>" }

    /// What the graph shows, in words.
    var sentence: String {
        words(
            "chart.joint.description",
            [
                "first": first.name, "firstCount": words.integer(first.course.trajectory.points.count),
                "firstScore": latest(first), "second": second.name,
                "secondCount": words.integer(second.course.trajectory.points.count), "secondScore": latest(second),
            ])
    }

    func svg(_ layout: ChartLayout) -> String {
        let frame = ChartFrame(CourseMaterial(course: first.course, alliance: second.course), layout)
        let name = "joint-\(layout.rawValue)"
        let height = frame.y.start + 70
        var svg = SVG()
        svg.add(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "class": "chart chart-\(layout.rawValue)", "role": "group",
                "aria-labelledby": "\(name)-title", "aria-describedby": "\(name)-desc",
                "viewBox": "0 0 \(layout.width.text) \(height.text)", "data-download": "joint",
            ]
        ) {
            $0.add("title", ["id": "\(name)-title"], text: words("chart.joint.title", ["instrument": instrument.title]))
            $0.add("desc", ["id": "\(name)-desc"], text: sentence)
            drawAxes(frame, into: &$0)
            for series in [first, second] { draw(series, frame, into: &$0) }
            drawKey(frame, into: &$0)
        }
        return svg.text
    }

    private func drawAxes(_ frame: ChartFrame, into svg: inout SVG) {
        let surroundings = ChartSurroundings(CourseMaterial(course: first.course), frame, .client, words)
        svg.add("g", ["aria-hidden": "true"]) {
            surroundings.drawAxes(into: &$0)
            if hasSharedCutOff { surroundings.drawCutOff(into: &$0) }
        }
    }

    /// One line alone where both have the same; else neither, for it would be taken for both.
    private var hasSharedCutOff: Bool { first.course.basis.normSet?.cutOff == second.course.basis.normSet?.cutOff }

    private func draw(_ series: Series, _ frame: ChartFrame, into svg: inout SVG) {
        let ratings = series.course.trajectory.points.map(\.rating)
        for run in SeriesDrawing.runs(ratings) where run.count > 1 {
            svg.polyline(series.line, run.map { (frame.x(session: $0.session), frame.y(score: $0.score)) })
        }
        for rating in ratings {
            let text = words(
                "chart.joint.point",
                [
                    "name": series.name, "session": words.integer(rating.session), "day": words.day(rating.day),
                    "score": words.score(rating.score, instrument),
                ])
            svg.add("g", ["role": "img", "tabindex": "0", "class": "joint-point", "aria-label": text]) {
                $0.add("title", text: text)
                mark(series, frame.x(session: rating.session), frame.y(score: rating.score), into: &$0)
            }
        }
    }

    private func mark(_ series: Series, _ x: Tenths, _ y: Tenths, into svg: inout SVG) {
        switch series.dot {
        case "dot": svg.add("circle", ["class": "dot", "cx": x.text, "cy": y.text, "r": "5"])
        default: svg.rectangle(series.dot, x - Tenths(tenths: 45), y - Tenths(tenths: 45), 9, 9)
        }
    }

    private func drawKey(_ frame: ChartFrame, into svg: inout SVG) {
        svg.add("g", ["class": "key", "aria-hidden": "true"]) {
            for (place, series) in [first, second].enumerated() {
                let y = Tenths(integerLiteral: 14) + frame.layout.lineHeight * place
                $0.line(series.line, 0, y - 4, 32, y - 4)
                mark(series, 16, y - 4, into: &$0)
                $0.label(series.name, 40, y, "key-text \(series.text)")
            }
            if hasSharedCutOff, let cutOff = first.course.basis.normSet?.cutOff {
                let y = Tenths(integerLiteral: 14) + frame.layout.lineHeight * 2
                let text = words("chart.key.cutOff", ["score": words.score(cutOff.value, instrument)])
                $0.line("cut-off", 0, y - 4, 32, y - 4)
                $0.label(text, 40, y, "key-text cut-off-text")
            }
        }
    }

    private func latest(_ series: Series) -> String {
        series.course.trajectory.latest.map { words.score($0.rating.score, instrument) } ?? ""
    }
}
