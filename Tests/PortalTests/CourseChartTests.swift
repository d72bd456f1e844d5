import Domain
import Testing

@testable import attune_portal

@Suite struct CourseChartTests {
    private let courses: Courses
    private let words: Words

    init() throws {
        courses = try Courses()
        words = try WordBook()[.english]
    }

    private func drawing(_ material: CourseMaterial, _ layout: ChartLayout = .wide, _ voice: Voice = .clinician) throws
        -> Drawing
    {
        try #require(Drawing(CourseChart(material, voice: voice, words: words).svg(layout)))
    }

    @Test(arguments: ChartLayout.allCases)
    func `Every rating has a point at its session and score, in order`(_ layout: ChartLayout) throws {
        let material = try courses.offTrack()
        let frame = ChartFrame(material, layout)
        let drawing = try drawing(material, layout)
        let points = drawing.all("point")
        #expect(points.map { $0["href"] } == (1...9).map { "#point-\($0)" })
        let targets = drawing.all("target").compactMap { element in Double(element["cy"]) }
        // The plot is 0 to 40 upwards: a place is where the score is, to a tenth of a unit.
        let (top, bottom) = (Double(frame.y.end.value) / 10, Double(frame.y.start.value) / 10)
        for (y, point) in zip(targets, material.points) {
            #expect(abs(y - (bottom - (bottom - top) * Double(point.rating.score) / 400)) <= 0.051)
        }
        let columns = drawing.all("target").compactMap { Double($0["cx"]) }
        #expect(columns == columns.sorted() && Set(columns).count == 9)
        let gaps = zip(columns, columns.dropFirst()).map { $1 - $0 }
        #expect(abs(gaps[3] - 2 * gaps[0]) < 0.3)
    }

    @Test func `A session without a rating leaves a gap in the line`() throws {
        let drawing = try drawing(try courses.offTrack())
        #expect(drawing.all("course").map(\.places.count) == [4, 5])
        #expect(drawing.all("alliance-line").map(\.places.count) == [4, 5])
        #expect(drawing.all("missed").count == 4)
    }

    @Test func `A point says session, day, score, what is usual, how it stands and what changed`() throws {
        let material = try courses.offTrack()
        let drawing = try drawing(material)
        let name = drawing.all("point")[3]["aria-label"]
        let bounds = try #require(material.points[3].expected)
        #expect(material.points[3].state == .notOnTrack)
        #expect(
            name
                == "Session 4, 28 January 2026: 14.2. Usual after such a start: "
                + "\(words.expected(bounds.lower80, material.instrument)) to "
                + "\(words.expected(bounds.upper80, material.instrument)), in the middle "
                + "\(words.expected(bounds.mean, material.instrument)). not on track; 3.4 worse than the time before."
                .replacing("worse", with: "harder"))
        #expect(drawing.named("title").map(\.text).contains(name))
    }

    @Test func `A state is told by a shape`() throws {
        let material = try courses.offTrack()
        let drawing = try drawing(material)
        let grave = material.points.filter { [.notOnTrack, .deteriorating].contains($0.state) }.count
        let edge = material.points.filter { $0.state == .atRisk }.count
        let shapes = drawing.all("dot")
        // One more of each that occurs stands in the key.
        #expect(shapes.filter { $0.name == "polygon" && $0.places.count == 3 }.count == grave + 1)
        #expect(shapes.filter { $0.name == "polygon" && $0.places.count == 4 }.count == edge + (edge > 0 ? 1 : 0))
        #expect(grave > 0)
    }

    @Test func `What is usual, the cut-off and the change that is more than chance stand at their figures`() throws {
        let material = try courses.offTrack()
        let frame = ChartFrame(material, .wide)
        let drawing = try drawing(material)
        #expect(drawing.all("cut-off").first?["y1"] == frame.y(score: 250).text)
        #expect(drawing.all("chance-edge").map { $0["y1"] } == [frame.y(score: 233).text, frame.y(score: 133).text])
        let mean = try #require(drawing.all("expected").first { $0.name == "polyline" })
        #expect(mean.places.count == 11)
        let expected = try #require(material.points[2].expected)
        #expect(abs(mean.places[2].y - Double(frame.y.place(expected.mean).value) / 10) < 0.01)
        #expect(drawing.texts.contains("Cut-off 25.0"))
    }

    @Test func `Marks have letters in the graph and their meaning below it`() throws {
        let drawing = try drawing(try courses.offTrack(), .narrow)
        #expect(drawing.all("mark-letter").map(\.text) == ["A", "B", "A", "B"])
        #expect(drawing.texts.contains("Changed approach, 11 February 2026"))
        #expect(CourseMaterial.letter(25) == "Z" && CourseMaterial.letter(26) == "AA")
    }

    @Test func `Where lower is better the axis says so and is not flipped`() throws {
        let material = try courses.depression()
        let drawing = try drawing(material)
        #expect(drawing.texts.contains { $0.contains("lower is better") })
        let first = try #require(Double(drawing.all("target")[0]["cy"]))
        let last = try #require(Double(drawing.all("target")[6]["cy"]))
        // 18 stands above 8.
        #expect(first < last)
        #expect(drawing.all("point")[1]["aria-label"].contains("2 better than the time before"))
    }

    @Test func `A single rating has its point and no line, and what usually follows`() throws {
        let drawing = try drawing(try courses.single(), .narrow, .client)
        #expect(drawing.all("point").count == 1)
        #expect(drawing.all("course").isEmpty)
        #expect(drawing.all("expected").contains { $0.places.count == 6 })
    }

    @Test func `Sixty ratings stand apart`() throws {
        let drawing = try drawing(try courses.long(), .narrow)
        let columns = drawing.all("target").compactMap { Double($0["cx"]) }
        #expect(columns.count == 60)
        #expect(zip(columns, columns.dropFirst()).allSatisfy { $1 - $0 > 3.5 })
    }

    @Test func `Nothing reaches beyond the picture, and no letter is small`() throws {
        for material in [try courses.offTrack(), try courses.depression(), try courses.single(), try courses.long()] {
            for layout in ChartLayout.allCases {
                let drawing = try drawing(material, layout)
                let box = drawing.elements[0]["viewBox"].split(separator: " ").compactMap { Double($0) }
                for text in drawing.named("text") {
                    #expect((0...box[2]).contains(try #require(Double(text["x"]))))
                    #expect((0...box[3]).contains(try #require(Double(text["y"]))))
                }
                for element in drawing.elements { #expect(element.attributes["style"] == nil) }
            }
        }
    }

    @Test func `Every graph has a title and a description that say the same as it`() throws {
        let drawing = try drawing(try courses.offTrack(), .wide, .client)
        #expect(drawing.elements[0]["role"] == "group")
        #expect(drawing.named("title")[0].text == "Course on Outcome Rating Scale")
        #expect(drawing.named("desc")[0].text.contains("You began at 18.3 on 7 January 2026."))
    }

    @Test func `Two graphs on a page share no id`() throws {
        let course = try courses.single().course
        let drawings = try ["a-", "b-"].map { try drawing(CourseMaterial(course: course, idPrefix: $0)) }
        let ids = drawings.flatMap { $0.elements.compactMap { $0.attributes["id"] } }
        #expect(ids.count == 4 && Set(ids).count == 4)
        #expect(drawings[1].all("point")[0]["href"] == "#b-point-1")
    }

    @Test func `Markup in a text stays text`() throws {
        var svg = SVG()
        svg.label("<script>&\"'\u{0}", 0, 0, "a\"b")
        #expect(
            svg.text
                == "<text class=\"a&quot;b\" x=\"0\" y=\"0\" text-anchor=\"start\">&lt;script&gt;&amp;&quot;&#39;</text>\n"
        )
        let chart = CourseChart(try courses.single(), voice: .client, words: words, title: "<b>&")
        #expect(Drawing(chart.svg(.wide))?.named("title").first?.text == "<b>&")
    }

    @Test func `The file of its own carries its styles, its title and the day, and only light colours`() throws {
        let chart = CourseChart(try courses.offTrack(), voice: .clinician, words: words)
        let day = try #require(CalendarDay("2026-11-21"))
        let file = chart.standalone(made: day)
        #expect(file == chart.standalone(made: day))
        let drawing = try #require(Drawing(file))
        let style = try #require(drawing.named("style").first?.text)
        #expect(style.contains("--course:") && !style.contains("prefers-color-scheme") && !style.contains("@media"))
        #expect(drawing.texts.contains("Made on 21 November 2026"))
        #expect(drawing.all("graph-title").count == 1)
        #expect(drawing.named("a").isEmpty)
    }

    @Test func `Colours of lines and letters stand out from the paper, light and dark`() throws {
        let sheet = String(decoding: PackageResources.chart_css, as: UTF8.self)
        let blocks = sheet.split(separator: "--paper: #").dropFirst().filter { $0.contains("--usual-inner") }
        #expect(blocks.count == 3)
        for block in blocks {
            let colours = Dictionary(
                ("--paper: #" + block.prefix { $0 != "}" }).matches(of: /--([a-z-]+): #([0-9a-f]{6})/).map {
                    (String($0.1), luminance(String($0.2)))
                }, uniquingKeysWith: { first, _ in first })
            let paper = try #require(colours["paper"])
            for (names, least) in [
                (["ink", "quiet", "usual-line", "cut-off", "course", "alliance", "mark"], 4.5),
                (["axis", "chance"], 3.0),
            ] {
                for name in names { #expect(contrast(try #require(colours[name]), paper) >= least, "\(name)") }
            }
            // The line is seen on what is usual, too.
            for name in ["course", "usual-line", "cut-off"] {
                #expect(contrast(try #require(colours[name]), try #require(colours["usual-inner"])) >= 3, "\(name)")
            }
        }
    }

    private func contrast(_ one: Double, _ other: Double) -> Double {
        (max(one, other) + 0.05) / (min(one, other) + 0.05)
    }

    /// Relative luminance after WCAG 2.
    private func luminance(_ hex: String) -> Double {
        let parts = stride(from: 0, to: 6, by: 2).map { offset -> Double in
            let start = hex.index(hex.startIndex, offsetBy: offset)
            let value = Double(Int(hex[start..<hex.index(start, offsetBy: 2)], radix: 16) ?? 0) / 255
            return value <= 0.04045 ? value / 12.92 : power((value + 0.055) / 1.055)
        }
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }

    /// To the power of 2.4, by Newton's way for the fifth root of the twelfth power.
    private func power(_ base: Double) -> Double {
        let twelfth = (0..<12).reduce(1.0) { product, _ in product * base }
        var root = base
        for _ in 0..<60 { root = (4 * root + twelfth / (root * root * root * root)) / 5 }
        return root
    }
}
