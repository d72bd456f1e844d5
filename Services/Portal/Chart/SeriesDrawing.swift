import Domain

/// The course itself: a line through sessions that follow each other, and a point per rating that says what it means
/// when it is pointed at or focused. Each point is a link to its row of the table.
struct SeriesDrawing {
    private let material: CourseMaterial
    private let frame: ChartFrame
    private let voice: Voice
    private let words: Words
    /// False in a file of its own, which has no table.
    private let linksToRows: Bool

    init(_ material: CourseMaterial, _ frame: ChartFrame, _ voice: Voice, _ words: Words, linksToRows: Bool) {
        self.linksToRows = linksToRows
        self.material = material
        self.frame = frame
        self.voice = voice
        self.words = words
    }

    func draw(into svg: inout SVG) {
        let points = material.points
        for run in Self.runs(points.map(\.rating)) where run.count > 1 {
            svg.polyline("course", run.map { (frame.x(session: $0.session), frame.y(score: $0.score)) })
        }
        let crowded = points.count > (frame.layout == .narrow ? 18 : 36)
        let radius = Tenths(tenths: crowded ? 30 : 50)
        for place in points.indices { draw(place, radius, isLast: place == points.count - 1, into: &svg) }
    }

    private func draw(_ place: Int, _ radius: Tenths, isLast: Bool, into svg: inout SVG) {
        let point = material.points[place]
        let x = frame.x(session: point.rating.session)
        let y = frame.y(score: point.rating.score)
        let reading = PointReading(material, at: place, voice, words)
        let content = { (svg: inout SVG) in
            svg.add("title", text: reading.line)
            svg.add("circle", ["class": "target", "cx": x.text, "cy": y.text, "r": "12"])
            PointShape(point.state).draw(x, y, radius: radius, into: &svg)
            draw(reading, "reading", into: &svg)
        }
        if linksToRows {
            let link = "#\(material.rowID(place))"
            svg.add("a", ["class": "point", "href": link, "aria-label": reading.line], content)
        } else {
            svg.add("g", ["class": "point"], content)
        }
        // Seen while nothing else is pointed at.
        if isLast {
            svg.add("g", ["class": "resting", "aria-hidden": "true"]) { draw(reading, "reading-rest", into: &$0) }
        }
    }

    private func draw(_ reading: PointReading, _ style: String, into svg: inout SVG) {
        let details = [reading.comparison, reading.standing].compactMap { $0 }
            .flatMap { $0.wrapped(at: frame.layout.lettersAcross) }
        svg.add("g", ["class": style, "aria-hidden": "true"]) {
            $0.label(reading.headline, 0, 14, "reading-head")
            for (line, detail) in details.prefix(frame.layout.readingLines - 1).enumerated() {
                $0.label(detail, 0, Tenths(integerLiteral: 14) + frame.layout.lineHeight * (line + 1), "reading-text")
            }
        }
    }

    /// Ratings of sessions that follow each other: a session without a rating leaves a gap.
    static func runs(_ ratings: [ScoredRating]) -> [[ScoredRating]] {
        var runs: [[ScoredRating]] = []
        for rating in ratings {
            if let last = runs.last?.last, rating.session - last.session <= 1 {
                runs[runs.count - 1].append(rating)
            } else {
                runs.append([rating])
            }
        }
        return runs
    }
}
