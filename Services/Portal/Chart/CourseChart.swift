import Domain

/// The graph that client and clinician look at together: one rater's course, what usually follows such a start, the
/// cut-off, what change is more than chance, and below it the alliance. SVG text; what stands in it is also said by
/// `CourseSentence` and `CourseTable`.
struct CourseChart {
    let material: CourseMaterial
    let voice: Voice
    let words: Words
    /// Above the graph in a downloaded file, and its name for a screen reader.
    let title: String

    init(_ material: CourseMaterial, voice: Voice, words: Words, title: String? = nil) {
        self.material = material
        self.voice = voice
        self.words = words
        self.title = title ?? words("chart.title", ["instrument": material.instrument.title])
    }

    /// Both layouts; the page's style sheet shows the one that fits.
    var markup: String { "<div class=\"charts\">\(ChartLayout.allCases.map { svg($0) }.joined())</div>" }

    func svg(_ layout: ChartLayout) -> String {
        let drawing = drawing(layout, linksToRows: true)
        var svg = SVG()
        let name = "\(material.idPrefix)course-\(layout.rawValue)"
        svg.add(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "class": "chart chart-\(layout.rawValue)", "role": "group",
                "aria-labelledby": "\(name)-title", "aria-describedby": "\(name)-desc",
                "viewBox": "0 0 \(layout.width.text) \(drawing.height.text)", "data-download": "course",
            ]
        ) {
            $0.add("title", ["id": "\(name)-title"], text: title)
            $0.add("desc", ["id": "\(name)-desc"], text: sentence.joined(separator: " "))
            $0.append(drawing.svg)
        }
        return svg.text
    }

    /// The same as a file of its own: in the light colours, with its styles, its title and the day it was made.
    func standalone(made day: CalendarDay) -> String {
        let drawing = drawing(.wide, linksToRows: false)
        return StandaloneSVG(
            title: title, description: sentence.joined(separator: " "),
            footer: words("chart.export.made", ["date": words.day(day)])
        ).text(drawing.svg, width: ChartLayout.wide.width, height: drawing.height)
    }

    private var sentence: [String] { CourseSentence(material, voice: voice, words: words).sentences }

    private func drawing(_ layout: ChartLayout, linksToRows: Bool) -> (svg: SVG, height: Tenths) {
        let frame = ChartFrame(material, layout)
        var svg = SVG()
        guard !material.points.isEmpty else {
            svg.label(words["chart.empty"], layout.left, 60, "axis-title")
            return (svg, 100)
        }
        let surroundings = ChartSurroundings(material, frame, voice, words)
        surroundings.draw(into: &svg)
        AlliancePanel(material, frame, words).draw(into: &svg)
        SeriesDrawing(material, frame, voice, words, linksToRows: linksToRows).draw(into: &svg)
        let height = ChartKey(material, frame, voice, words).draw(into: &svg)
        return (svg, height)
    }
}
