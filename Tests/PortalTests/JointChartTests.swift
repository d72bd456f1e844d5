import Domain
import Testing

@testable import PortalFixture
@testable import attune_portal

@Suite struct JointChartTests {
    private let basis: ScoringBasis
    private let words: Words

    init() throws {
        basis = try Courses().ors()
        words = try WordBook()[.english]
    }

    private static let people = (
        ParticipantID("018f2c1e-7a00-7000-8000-000000000001")!, ParticipantID("018f2c1e-7a00-7000-8000-000000000002")!
    )

    private func view(agreeing: [ParticipantID]) throws -> EpisodeView {
        let (one, other) = Self.people
        let people = [one, other].map { Participant(id: $0, role: .`self`, ageBand: .adult) }
        var events: [EpisodeEvent] = [
            .opened(
                EpisodeOpening(service: "couples", openedOn: Courses.firstDay, clinician: "c", participants: people))
        ]
        for (place, person) in agreeing.enumerated() {
            let id = try #require(ConsentID("018f2c1e-7a00-7000-8000-00000000010\(place)"))
            events.append(
                .consentChanged(ConsentChange(id: id, participant: person, jointView: true, day: Courses.firstDay)))
        }
        let courses = [
            CourseKey(participant: one, instrument: basis.instrument.reference):
                Courses.course([(1, 183), (2, 201), (4, 220)], on: basis),
            CourseKey(participant: other, instrument: basis.instrument.reference):
                Courses.course([(1, 250), (2, 240), (3, 231)], on: basis),
        ]
        let episode = try #require(EpisodeID("018f2c1e-7a00-7000-8000-000000000009"))
        return try #require(EpisodeView(of: episode, events: events, courses: courses, asOf: Courses.day(9)))
    }

    @Test func `Without both consents there is nothing to draw`() throws {
        let view = try view(agreeing: [Self.people.0])
        #expect(throws: JointViewRefusal.noConsent([Self.people.1])) {
            try JointView(view, Self.people.0, Self.people.1)
        }
    }

    @Test func `Two courses differ by shape and dashes, and are named`() throws {
        let view = try view(agreeing: [Self.people.0, Self.people.1])
        let joint = try JointView(view, Self.people.0, Self.people.1)
        let chart = try #require(
            JointChart(joint, on: basis.instrument.reference, names: ("You", "<Kim>"), words: words))
        for layout in ChartLayout.allCases {
            let drawing = try #require(Drawing(chart.svg(layout)))
            #expect(drawing.all("joint-point").count == 6)
            #expect(drawing.all("course").filter { $0.name == "polyline" }.map(\.places.count) == [2])
            #expect(drawing.all("second").filter { $0.name == "polyline" }.map(\.places.count) == [3])
            // With one of each in the key.
            #expect(drawing.all("dot").filter { $0.name == "circle" }.count == 4)
            #expect(drawing.all("second-dot").filter { $0.name == "rect" }.count == 4)
            #expect(drawing.texts.contains("<Kim>") && drawing.texts.contains("You"))
            // The line, and the same in the key.
            #expect(drawing.all("cut-off").count == 2)
            #expect(drawing.all("range-80").isEmpty)
        }
        #expect(chart.sentence.contains("You: 3 ratings, the latest 22.0. <Kim>: 3 ratings, the latest 23.1."))
        let other = InstrumentReference(id: InstrumentID(unchecked: "none"), version: "1")
        #expect(JointChart(joint, on: other, names: ("a", "b"), words: words) == nil)
    }
}
