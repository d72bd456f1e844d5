import Domain

/// The graph as rows of text: what a screen reader, a printer and the careful read.
struct CourseTable: Sendable {
    struct Row: Hashable, Sendable {
        /// The place that the point of the graph links to: `point-1`. A row of the alliance alone has a name of its own.
        let anchor: String
        let session: String
        let date: String
        let score: String
        /// A dash where nothing is expected.
        let expected: String
        let range: String
        let state: String
        /// Of the same session; a dash where there is none. A session with an alliance rating alone has a row, too.
        let alliance: String
        /// What happened since the row before.
        let events: String
    }

    let rows: [Row]
    let hasExpected: Bool
    let hasAlliance: Bool
    let hasEvents: Bool

    init(_ material: CourseMaterial, voice: Voice, words: Words) {
        hasExpected = material.points.contains { $0.expectation != nil }
        hasAlliance = !material.alliancePoints.isEmpty
        hasEvents = !material.marks.isEmpty || !material.missed.isEmpty
        let places = Self.places(material)
        var previous: CalendarDay?
        var rows: [Row] = []
        for (offset, place) in places.enumerated() {
            let through = offset == places.count - 1 ? nil : place.day
            let events = Self.events(material, after: previous, through: through, words)
            rows.append(Self.row(place, events, material, voice, words))
            previous = place.day
        }
        self.rows = rows
    }

    /// The values of `Template.courseTable`.
    var values: [String: Any] {
        ["rows": rows, "hasExpected": hasExpected, "hasAlliance": hasAlliance, "hasEvents": hasEvents]
    }

    /// What a row is about: a rating of the course with the alliance of its session, or an alliance rating that stands alone.
    private struct Place {
        let session: Int
        let day: CalendarDay
        let point: Int?
        let alliance: TrajectoryPoint?
    }

    private static func places(_ material: CourseMaterial) -> [Place] {
        let rated = Set(material.points.map(\.rating.session))
        let own = material.points.enumerated().map { place, point in
            Place(
                session: point.rating.session, day: point.rating.day, point: place,
                alliance: material.alliancePoints.last { $0.rating.session == point.rating.session })
        }
        let alone = material.alliancePoints.filter { !rated.contains($0.rating.session) }.map {
            Place(session: $0.rating.session, day: $0.rating.day, point: nil, alliance: $0)
        }
        return (own + alone).sorted { ($0.session, $0.point ?? 0) < ($1.session, $1.point ?? 0) }
    }

    private static func row(
        _ place: Place, _ events: String, _ material: CourseMaterial, _ voice: Voice, _ words: Words
    ) -> Row {
        let dash = "\u{2013}"
        let point = place.point.map { material.points[$0] }
        // The expectation of the first rating is that rating itself.
        let expectation = point?.state == .insufficientData ? nil : point?.expectation
        let alliance = place.alliance.flatMap { found in
            material.alliance.map { words.score(found.rating.score, $0.basis.instrument) }
        }
        return Row(
            anchor: place.point.map(material.rowID) ?? "\(material.idPrefix)alliance-\(place.session)",
            session: words.integer(place.session), date: words.day(place.day),
            score: point.map { words.score($0.rating.score, material.instrument) } ?? dash,
            expected: expectation?.bounds.map { words.expected($0.mean, material.instrument) } ?? dash,
            range: expectation.map { words.range($0, .eighty, material.instrument) } ?? dash,
            state: point.map { words.state($0.state, voice) } ?? dash, alliance: alliance ?? dash, events: events)
    }

    private static func events(
        _ material: CourseMaterial, after: CalendarDay?, through: CalendarDay?, _ words: Words
    ) -> String {
        func belongs(_ day: CalendarDay) -> Bool { after.map { day > $0 } ?? true && through.map { day <= $0 } ?? true }
        let marks = material.marks.filter { belongs($0.day) }.map { (day: $0.day, text: words.mark($0.kind)) }
        let missed = material.missed.filter(belongs).map { (day: $0, text: words["chart.mark.missed"]) }
        return (marks + missed).sorted { ($0.day, $0.text) < ($1.day, $1.text) }
            .map { words("chart.key.mark", ["mark": $0.text, "day": words.day($0.day)]) }.joined(separator: "; ")
    }
}
