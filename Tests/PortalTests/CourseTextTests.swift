import Domain
import Testing

@testable import PortalFixture
@testable import attune_portal

@Suite struct CourseTextTests {
    private let courses: Courses
    private let book: WordBook

    init() throws {
        courses = try Courses()
        book = try WordBook()
    }

    private func sentences(_ material: CourseMaterial, _ voice: Voice, _ language: Language = .english) -> String {
        CourseSentence(material, voice: voice, words: book[language]).sentences.joined(separator: " ")
    }

    @Test func `The sentence to the clinician names change, cut-off, what is expected and alliance`() throws {
        let text = sentences(try courses.offTrack(), .clinician)
        #expect(
            text.hasPrefix(
                "Outcome Rating Scale: a higher number is better. First score 18.3 on 7 January 2026, latest 24.3"))
        #expect(
            text.contains("Better by 6.0, at least the reliable change of 5.0. A change is not by itself an effect"))
        #expect(text.contains("clinical range (cut-off 25.0)"))
        #expect(text.contains("80% of courses with this first score lie at"))
        #expect(text.contains("Alliance (Session Rating Scale) 39.2 in session 10"))
    }

    @Test func `The sentence to the client is to you, and frightens nobody`() throws {
        let material = CourseMaterial(
            course: Courses.course(Courses.numbered([183, 176, 121]), on: try courses.ors()))
        #expect(material.points[2].state == .deteriorating)
        for language in Language.allCases {
            let text = sentences(material, .client, language).lowercased()
            for word in [
                "risk", "fail", "deteriorat", "alarm", "danger", "clinical", "not on track", "verschlechter", "risiko",
                "klinisch",
            ] {
                #expect(!text.contains(word), "\(word): \(text)")
            }
        }
        #expect(sentences(material, .client).contains("6.2 harder than when you began"))
        #expect(sentences(material, .client).contains("no verdict"))
    }

    @Test func `Change within chance is said to be that`() throws {
        let material = CourseMaterial(course: Courses.course(Courses.numbered([183, 200]), on: try courses.ors()))
        #expect(
            sentences(material, .clinician).contains("less than the reliable change of 5.0: within measurement error"))
        #expect(sentences(material, .client).contains("may or may not be a change"))
    }

    @Test func `A single rating is told as a beginning`() throws {
        let text = sentences(try courses.single(), .client)
        #expect(text.contains("Your first rating was 18.3, on 7 January 2026."))
        #expect(!text.contains("expected") && !text.contains("chance"))
        #expect(
            sentences(CourseMaterial(course: Course(on: try courses.ors())), .client) == "There are no ratings yet.")
    }

    @Test func `The table has a row per rating, with what happened since the one before`() throws {
        let material = try courses.offTrack()
        let table = CourseTable(material, voice: .clinician, words: book[.german])
        #expect(table.rows.map(\.anchor) == (1...9).map { "point-\($0)" })
        #expect(table.rows.map(\.score).prefix(2) == ["18,3", "20,1"])
        #expect(table.rows[3].state == "nicht im erwarteten Verlauf")
        #expect(table.rows[4].alliance == "36,2")
        #expect(
            table.rows[4].events == "Termin, der nicht stattfand, 6. Februar 2026; Anderes Vorgehen, 11. Februar 2026")
        #expect(table.rows[5].events.isEmpty)
    }

    @Test func `A session with the alliance alone has its row`() throws {
        let material = CourseMaterial(
            course: Courses.course([(1, 183), (3, 190)], on: try courses.ors()),
            alliance: Courses.course([(1, 372), (2, 368)], on: try courses.srs()))
        let rows = CourseTable(material, voice: .client, words: book[.english]).rows
        #expect(rows.map(\.session) == ["1", "2", "3"])
        #expect(rows.map(\.score) == ["18.3", "–", "19.0"])
        #expect(rows.map(\.alliance) == ["37.2", "36.8", "–"])
        #expect(rows.map(\.anchor) == ["point-1", "alliance-2", "point-2"])
        #expect(rows[0].range == "–" && rows[2].range != "–")
    }

    @Test func `A course with success and failure lines is compared with these`() throws {
        let instrument = try courses.ors().instrument
        let lines = try PercentileLines(
            [
                .init(
                    intakes: 100...250,
                    sessions: [.init(success: 21_000, failure: 17_000), .init(success: 22_000, failure: 18_000)])
            ],
            on: instrument)
        let model = ExpectedResponseModel(
            reference: ModelReference(id: ModelID(unchecked: "lines"), version: "1", hash: []), label: "lines",
            instrument: instrument.reference,
            population: Population(raterRoles: [.`self`], ageBands: [.adult]), lines: lines)
        let basis = ScoringBasis(instrument: instrument, normSet: nil, model: model)
        let material = CourseMaterial(course: Courses.course([(1, 183), (2, 169), (3, 190)], on: basis))
        #expect(sentences(material, .clinician).contains("Between failure and success line (18.0 to 22.0)."))
        #expect(sentences(material, .clinician).contains("how much of that may be chance is not known"))
        let drawing = try #require(Drawing(CourseChart(material, voice: .clinician, words: book[.english]).svg(.wide)))
        #expect(drawing.all("success-line").first?.places.count == 2)
        #expect(drawing.all("failure-line").first?.places.count == 2)
        #expect(drawing.all("cut-off").isEmpty && drawing.all("chance").isEmpty && drawing.all("range-80").isEmpty)
        #expect(drawing.all("point")[1]["aria-label"].contains("Between the two lines: 17.0 to 21.0"))
    }

    /// The room above the graph is as high as the longest reading needs, in every language and voice.
    @Test(arguments: Language.allCases, Voice.allCases)
    func `No reading of a point is cut off`(_ language: Language, _ voice: Voice) throws {
        let worse = CourseMaterial(
            course: Courses.course(Courses.numbered([183, 176, 121, 140, 271]), on: try courses.ors()))
        for material in [try courses.offTrack(), try courses.depression(), worse] {
            for layout in ChartLayout.allCases {
                for place in material.points.indices {
                    let reading = PointReading(material, at: place, voice, book[language])
                    let lines = [reading.comparison, reading.standing].compactMap { $0 }
                        .flatMap { $0.wrapped(at: layout.lettersAcross) }
                    #expect(lines.count < layout.readingLines, "\(layout): \(lines)")
                }
            }
        }
    }

    @Test func `The page's part holds graph, sentence and table, and each point's row`() throws {
        let words = book[.english]
        let part = CoursePart(
            material: try courses.offTrack(), voice: .client, words: words, download: "/g.svg?a=1&b=2")
        let html = try Templates(checkedWith: words).render(.course, part.values, words: words)
        for place in 1...9 { #expect(html.contains("<tr id=\"point-\(place)\">")) }
        #expect(html.contains("href=\"/g.svg?a=1&amp;b=2\""))
        #expect(html.contains("<svg") && html.contains("You began at 18.3"))
        #expect(!html.contains(" style=") && !html.contains("<style") && !html.contains("<script"))
    }

    @Test func `A small course says in words what it shows`() throws {
        let spark = Sparkline(try courses.depression(), words: book[.english])
        #expect(spark.alternative.hasSuffix("7 ratings, from 18 to 8, reliably better and past the cut-off"))
        let drawing = try #require(Drawing(spark.svg))
        #expect(drawing.elements[0]["aria-label"] == spark.alternative)
        #expect(drawing.all("course").first?.places.count == 7)
        #expect(
            Sparkline(CourseMaterial(course: Course(on: try courses.ors())), words: book[.english]).alternative
                == "no ratings yet")
        // From 12.8 to 24.3, of which a reliable change of 5 fills a quarter of the height.
        let steep = try #require(Drawing(Sparkline(try courses.offTrack(), words: book[.english]).svg))
        let heights = steep.all("course").flatMap(\.places).map(\.y)
        #expect((try #require(heights.max())) - (try #require(heights.min())) > 12)
        #expect(heights.allSatisfy { (5...27).contains($0) })
    }
}
