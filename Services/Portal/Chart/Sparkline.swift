import Domain

/// A course the size of a word, 120 by 32, for a row of a list. What it shows is said by its name.
struct Sparkline {
    private let material: CourseMaterial
    private let words: Words

    init(_ material: CourseMaterial, words: Words) {
        self.material = material
        self.words = words
    }

    /// The same in words.
    var alternative: String {
        guard let first = material.points.first, let last = material.points.last else {
            return words["chart.spark.none"]
        }
        let instrument = material.instrument
        return words(
            "chart.spark.ratings", count: material.points.count,
            [
                "instrument": instrument.title, "first": words.score(first.rating.score, instrument),
                "last": words.score(last.rating.score, instrument), "state": words.state(last.state, .clinician),
            ])
    }

    var svg: String {
        var svg = SVG()
        svg.add(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "class": "chart sparkline", "role": "img",
                "aria-label": alternative, "viewBox": "0 0 120 32", "width": "120", "height": "32",
            ]
        ) {
            $0.add("title", text: alternative)
            $0.add("desc", text: words.direction(material.instrument.direction))
            draw(into: &$0)
        }
        return svg.text
    }

    /// The scores between bottom and top: as many as four reliable changes around the course, so that a quarter of the
    /// height means more than chance in every row; more where the course needs more, all of the instrument's where nothing
    /// is known of its reliable change.
    private var window: ClosedRange<Int> {
        let range = material.instrument.totalRange
        let scores = material.points.map(\.rating.score)
        guard let change = material.course.basis.normSet?.reliableChange, let lowest = scores.min(),
            let highest = scores.max()
        else { return range }
        let height = min(max(4 * change, highest - lowest), range.upperBound - range.lowerBound)
        let bottom = min(max((lowest + highest - height) / 2, range.lowerBound), range.upperBound - height)
        return bottom...(bottom + height)
    }

    private func draw(into svg: inout SVG) {
        guard let first = material.points.first, let last = material.points.last else { return }
        let window = window
        let y = Scale(window, from: 27, to: 5)
        let x = Scale(first.rating.session...max(last.rating.session, first.rating.session + 1), from: 6, to: 112)
        if let cutOff = material.course.basis.normSet?.cutOff, window.contains(cutOff.value) {
            let height = y.place(cutOff.value)
            svg.line("cut-off", 2, height, 118, height)
        }
        for run in SeriesDrawing.runs(material.points.map(\.rating)) where run.count > 1 {
            svg.polyline("course", run.map { (x.place($0.session), y.place($0.score)) })
        }
        PointShape(last.state).draw(
            x.place(last.rating.session), y.place(last.rating.score), radius: Tenths(tenths: 35), into: &svg)
    }
}
