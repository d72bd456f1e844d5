import Domain

/// What the graph, its sentence and its table are made of: one rater's course and what happened beside it.
struct CourseMaterial: Sendable {
    let course: Course
    /// The same rater's course on the working alliance, where it is measured.
    let alliance: Course?
    /// Days of appointments that did not take place.
    let missed: [CalendarDay]
    /// By day.
    let marks: [CourseMark]
    /// Begins every id in the markup: of two graphs on one page, each needs another.
    let idPrefix: String

    init(
        course: Course, alliance: Course? = nil, missed: [CalendarDay] = [], marks: [CourseMark] = [],
        idPrefix: String = ""
    ) {
        self.idPrefix = idPrefix
        self.course = course
        self.alliance = alliance
        self.missed = missed.sorted()
        self.marks = marks.enumerated().sorted { ($0.element.day, $0.offset) < ($1.element.day, $1.offset) }.map(
            \.element)
    }

    /// The id of a rating's row in the table, which its point in the graph links to: `point-1`.
    func rowID(_ place: Int) -> String { "\(idPrefix)point-\(place + 1)" }

    var instrument: Instrument { course.basis.instrument }
    var points: [TrajectoryPoint] { course.trajectory.points }
    var alliancePoints: [TrajectoryPoint] { alliance?.trajectory.points ?? [] }

    /// What the model says about a session of the clinic's count; nil before the first rating, and where it is silent.
    func expectation(inSession session: Int) -> Expectation? {
        guard let first = points.first?.rating, session >= first.session else { return nil }
        return course.basis.model?.expectation(
            baseline: first.score, session: session - first.session + 1, instrument: instrument)
    }

    /// The letter of a mark in the graph: A to Z, then AA, AB.
    static func letter(_ place: Int) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        return (place >= 26 ? String(letters[(place / 26 - 1) % 26]) : "") + String(letters[place % 26])
    }
}

/// Something that happened in the course of an episode and belongs into the picture.
struct CourseMark: Hashable, Sendable {
    enum Kind: Hashable, Sendable, CaseIterable { case changedApproach, review, transfer }

    let kind: Kind
    let day: CalendarDay

    init(_ kind: Kind, on day: CalendarDay) {
        self.kind = kind
        self.day = day
    }
}

/// To whom a text speaks.
enum Voice: Hashable, Sendable, CaseIterable {
    /// The person whose course it is: "you". Nothing that frightens, nothing that hides.
    case client
    case clinician
}
