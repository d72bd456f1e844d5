import Domain

/// What a course is seen against: axes, what usually follows such a start, the band of chance, the cut-off, and marks.
struct ChartSurroundings {
    private let material: CourseMaterial
    private let frame: ChartFrame
    private let voice: Voice
    private let words: Words

    init(_ material: CourseMaterial, _ frame: ChartFrame, _ voice: Voice, _ words: Words) {
        self.material = material
        self.frame = frame
        self.voice = voice
        self.words = words
    }

    private var layout: ChartLayout { frame.layout }
    private var instrument: Instrument { material.instrument }

    func draw(into svg: inout SVG) {
        svg.add("g", ["aria-hidden": "true"]) {
            drawExpectation(into: &$0)
            drawChangeBand(into: &$0)
            drawAxes(into: &$0)
            drawCutOff(into: &$0)
            drawMarks(into: &$0)
        }
    }

    func drawAxes(into svg: inout SVG) {
        let name = words(
            "chart.axis.score", ["instrument": instrument.title, "direction": words.direction(instrument.direction)])
        svg.title(name, endingAt: frame.y.end - 18, layout)
        for tick in frame.y.ticks(most: 7, unit: instrument.stepDenominator * 100) {
            let y = frame.y.place(tick)
            svg.line("grid", layout.left, y, layout.plotEnd, y)
            svg.label(
                words.integer(tick / instrument.stepDenominator / 100), layout.left - 8, y + 4, "tick", anchor: .end)
        }
        svg.line("axis", layout.left, frame.y.start, layout.plotEnd, frame.y.start)
        drawSessions(into: &svg)
    }

    private func drawSessions(into svg: inout SVG) {
        let ticks = Scale(frame.sessions, from: frame.x.start, to: frame.x.end)
            .ticks(most: layout == .narrow ? 9 : 18, unit: 1).filter { frame.sessions.contains($0) && $0 > 0 }
        for session in ticks {
            let x = frame.x(session: session)
            svg.line("axis", x, frame.y.start, x, frame.y.start + 5)
            svg.label(words.integer(session), x, frame.y.start + 20, "tick", anchor: .middle)
        }
        svg.label(words["chart.axis.session"], layout.plotEnd, frame.y.start + 38, "axis-title", anchor: .end)
        for day in material.missed {
            let x = frame.x(day: day)
            let y = frame.y.start
            svg.polyline("missed", [(x - 4, y - 4), (x + 4, y + 4)])
            svg.polyline("missed", [(x - 4, y + 4), (x + 4, y - 4)])
        }
    }

    private func drawExpectation(into svg: inout SVG) {
        let expected = frame.sessions.compactMap { session in
            material.expectation(inSession: session).map { (x: frame.x(session: session), expectation: $0) }
        }
        let bounds = expected.compactMap { item in item.expectation.bounds.map { (x: item.x, bounds: $0) } }
        if bounds.count > 1 {
            for (bound, style) in [(ToleranceBound.eighty, "range-80"), (.sixtyEight, "range-68")] {
                let lower = bounds.map { (x: $0.x, y: frame.y.place($0.bounds.range(bound).lower)) }
                let upper = bounds.map { (x: $0.x, y: frame.y.place($0.bounds.range(bound).upper)) }
                svg.polygon(style, upper + lower.reversed())
                svg.polyline("\(style)-edge", upper)
                svg.polyline("\(style)-edge", lower)
            }
            svg.polyline("expected", bounds.map { (x: $0.x, y: frame.y.place($0.bounds.mean)) })
        }
        let lines = expected.compactMap { item in item.expectation.lines.map { (x: item.x, lines: $0) } }
        if !lines.isEmpty {
            svg.polyline("success-line", lines.map { (x: $0.x, y: frame.y.place($0.lines.success)) })
            svg.polyline("failure-line", lines.map { (x: $0.x, y: frame.y.place($0.lines.failure)) })
        }
    }

    private func drawChangeBand(into svg: inout SVG) {
        guard let change = material.course.basis.normSet?.reliableChange, let first = material.points.first else {
            return
        }
        let upper = frame.y(score: first.rating.score + change)
        let lower = frame.y(score: first.rating.score - change)
        let start = frame.x(session: first.rating.session)
        svg.rectangle("chance", start, upper, layout.plotEnd - start, lower - upper)
        for (edge, isInside) in [
            (upper, first.rating.score + change <= instrument.totalRange.upperBound),
            (lower, first.rating.score - change >= instrument.totalRange.lowerBound),
        ] where isInside {
            svg.line("chance-edge", start, edge, layout.plotEnd, edge)
        }
    }

    func drawCutOff(into svg: inout SVG) {
        guard let cutOff = material.course.basis.normSet?.cutOff else { return }
        let y = frame.y(score: cutOff.value)
        svg.line("cut-off", layout.left, y, layout.plotEnd, y)
    }

    private func drawMarks(into svg: inout SVG) {
        var used: [Tenths: Int] = [:]
        for (place, mark) in material.marks.enumerated() {
            let x = frame.x(day: mark.day)
            let row = used[x, default: 0]
            used[x] = row + 1
            let y = frame.y.end + 4 + Tenths(integerLiteral: 18) * row
            svg.line("mark", x, frame.y.end - 6, x, frame.y.start)
            svg.add("circle", ["class": "mark-flag", "cx": x.text, "cy": y.text, "r": "9"])
            svg.label(CourseMaterial.letter(place), x, y + Tenths(tenths: 42), "mark-letter", anchor: .middle)
        }
    }
}
