import Domain

/// What the lines mean: beside their ends in a wide graph, below it in a narrow one; and below both, what the marks are.
struct ChartKey {
    private struct Entry {
        let style: String
        let text: String
        /// Where the line ends in a wide graph.
        let y: Tenths
    }

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

    /// - Returns: how high the whole drawing is.
    func draw(into svg: inout SVG) -> Tenths {
        var bottom = frame.bottom + 20
        svg.add("g", ["class": "key", "aria-hidden": "true"]) {
            switch frame.layout {
            case .wide: drawBeside(into: &$0)
            case .narrow:
                for entry in entries + allianceEntries { drawRow(entry.style, entry.text, &bottom, into: &$0) }
            }
            for shape in shapes { drawShape(shape.0, shape.1, &bottom, into: &$0) }
            if !material.missed.isEmpty { drawMissed(&bottom, into: &$0) }
            for (place, mark) in material.marks.enumerated() { drawMark(place, mark, &bottom, into: &$0) }
        }
        return bottom
    }

    private var entries: [Entry] {
        var entries: [Entry] = []
        let basis = material.course.basis
        let instrument = material.instrument
        if let end = frame.sessions.reversed().lazy.compactMap({ material.expectation(inSession: $0) }).first {
            switch end {
            case .bounds(let bounds):
                let (upper, lower) = (frame.y.place(bounds.upper80), frame.y.place(bounds.lower80))
                let isLower = instrument.direction == .higherIsBetter
                entries.append(Entry(style: "range-80", text: words["chart.key.range"], y: isLower ? lower : upper))
                entries.append(
                    Entry(style: "expected", text: words["chart.key.expected"], y: frame.y.place(bounds.mean)))
            case .lines(let lines):
                entries.append(
                    Entry(style: "success-line", text: words["chart.key.success"], y: frame.y.place(lines.success)))
                entries.append(
                    Entry(style: "failure-line", text: words["chart.key.failure"], y: frame.y.place(lines.failure)))
            }
        }
        if let cutOff = basis.normSet?.cutOff {
            let text = words("chart.key.cutOff", ["score": words.score(cutOff.value, instrument)])
            entries.append(Entry(style: "cut-off", text: text, y: frame.y(score: cutOff.value)))
        }
        if let change = basis.normSet?.reliableChange, let first = material.points.first {
            let text = words("chart.key.chance", ["size": words.score(change, instrument)])
            let edge = first.rating.score + change * instrument.direction.sign
            entries.append(Entry(style: "chance-edge", text: text, y: frame.y(score: edge)))
        }
        return entries
    }

    private var allianceEntries: [Entry] {
        guard let instrument = material.alliance?.basis.instrument, let scale = frame.allianceY,
            let cutOff = instrument.allianceRule?.cutOff
        else { return [] }
        let text = words("chart.key.allianceCutOff", ["score": words.score(cutOff.value, instrument)])
        return [Entry(style: "cut-off", text: text, y: scale.place(cutOff.value * 100))]
    }

    /// Shapes other than the plain one that occur.
    private var shapes: [(PointShape, String)] {
        let states = Set(material.points.map(\.state))
        var shapes: [(PointShape, String)] = []
        if states.contains(.atRisk) { shapes.append((.diamond, words.state(.atRisk, voice))) }
        let grave = [CourseState.notOnTrack, .deteriorating].filter { states.contains($0) }
        if !grave.isEmpty {
            let states = grave.map { words.state($0, voice) }.joined(separator: ", ")
            shapes.append((.triangle, words("chart.key.together", ["states": states])))
        }
        return shapes
    }

    /// Each text at the height of its line, and where two would meet, one below the other.
    private func drawBeside(into svg: inout SVG) {
        var free = Tenths(tenths: Int.min / 2)
        for entry in entries.sorted(by: { ($0.y, $0.text) < ($1.y, $1.text) }) + allianceEntries {
            for (line, text) in entry.text.wrapped(at: 26).enumerated() {
                let y = max(entry.y + 4 + Tenths(integerLiteral: 15) * line, free)
                svg.label(text, frame.layout.plotEnd + 8, y, "key-text \(entry.style)-text")
                free = y + 15
            }
            free = free + 3
        }
    }

    private func drawRow(_ style: String, _ text: String, _ y: inout Tenths, into svg: inout SVG) {
        switch style {
        case "range-80":
            svg.rectangle("range-80", 0, y - 8, 24, 12)
            svg.rectangle("range-68", 0, y - 5, 24, 6)
        default: svg.line(style, 0, y - 4, 24, y - 4)
        }
        drawLines(text, &y, into: &svg)
    }

    private func drawShape(_ shape: PointShape, _ text: String, _ y: inout Tenths, into svg: inout SVG) {
        shape.draw(12, y - 4, radius: 5, into: &svg)
        drawLines(text, &y, into: &svg)
    }

    private func drawMissed(_ y: inout Tenths, into svg: inout SVG) {
        svg.polyline("missed", [(8, y - 8), (16, y)])
        svg.polyline("missed", [(8, y), (16, y - 8)])
        drawLines(words("chart.key.missed", count: material.missed.count), &y, into: &svg)
    }

    private func drawMark(_ place: Int, _ mark: CourseMark, _ y: inout Tenths, into svg: inout SVG) {
        svg.add("circle", ["class": "mark-flag", "cx": "12", "cy": (y - 4).text, "r": "9"])
        svg.label(CourseMaterial.letter(place), 12, y + Tenths(tenths: 2), "mark-letter", anchor: .middle)
        drawLines(
            words("chart.key.mark", ["mark": words.mark(mark.kind), "day": words.day(mark.day)]), &y, into: &svg)
    }

    private func drawLines(_ text: String, _ y: inout Tenths, into svg: inout SVG) {
        for line in text.wrapped(at: frame.layout.lettersAcross - 6) {
            svg.label(line, 32, y, "key-text")
            y = y + 18
        }
        y = y + 4
    }
}
