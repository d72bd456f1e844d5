import Domain

/// How the work together was rated, below the course and on the same sessions.
struct AlliancePanel {
    private let material: CourseMaterial
    private let frame: ChartFrame
    private let words: Words

    init(_ material: CourseMaterial, _ frame: ChartFrame, _ words: Words) {
        self.material = material
        self.frame = frame
        self.words = words
    }

    func draw(into svg: inout SVG) {
        guard let alliance = material.alliance, let scale = frame.allianceY else { return }
        let instrument = alliance.basis.instrument
        let layout = frame.layout
        svg.add("g", ["class": "alliance"]) {
            let name = words(
                "chart.axis.alliance",
                ["instrument": instrument.title, "direction": words.direction(instrument.direction)])
            $0.title(name, endingAt: scale.end - 16, layout)
            for tick in scale.ticks(most: 4, unit: instrument.stepDenominator * 100) {
                let y = scale.place(tick)
                $0.line("grid", layout.left, y, layout.plotEnd, y)
                $0.label(
                    words.integer(tick / instrument.stepDenominator / 100), layout.left - 8, y + 4, "tick", anchor: .end
                )
            }
            if let cutOff = instrument.allianceRule?.cutOff {
                let y = scale.place(cutOff.value * 100)
                $0.line("cut-off", layout.left, y, layout.plotEnd, y)
            }
            let ratings = material.alliancePoints.map(\.rating)
            for run in SeriesDrawing.runs(ratings) where run.count > 1 {
                $0.polyline("alliance-line", run.map { (frame.x(session: $0.session), scale.place($0.score * 100)) })
            }
            let radius: Tenths = ratings.count > (layout == .narrow ? 18 : 36) ? Tenths(tenths: 25) : 4
            for rating in ratings {
                let (x, y) = (frame.x(session: rating.session), scale.place(rating.score * 100))
                let name = words(
                    "chart.point.alliance",
                    [
                        "session": words.integer(rating.session), "day": words.day(rating.day),
                        "score": words.score(rating.score, instrument),
                    ])
                $0.add("g", ["role": "img", "aria-label": name]) {
                    $0.add("title", text: name)
                    $0.rectangle("alliance-dot", x - radius, y - radius, radius * 2, radius * 2)
                }
            }
        }
    }
}
