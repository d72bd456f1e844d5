import Domain

/// Where things stand in a graph of one course: sessions from left to right, scores upwards, never flipped.
struct ChartFrame {
    let layout: ChartLayout
    /// Session numbers of the clinic along the axis.
    let sessions: ClosedRange<Int>
    let x: Scale
    /// In hundredths of a step.
    let y: Scale
    /// The alliance panel's; nil without one.
    let allianceY: Scale?
    private let known: [(day: CalendarDay, session: Int)]

    /// So much of what usually follows is shown beside the first ratings.
    private static let fewestSessions = 6

    init(_ material: CourseMaterial, _ layout: ChartLayout) {
        self.layout = layout
        let ratings = (material.points + material.alliancePoints).map(\.rating)
        known = ratings.map { ($0.day, $0.session) }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }
        let first = ratings.map(\.session).min() ?? 1
        let last = ratings.map(\.session).max() ?? 1
        sessions = first...max(last + (last - first > 20 ? 2 : 1), first + Self.fewestSessions - 1)
        // Half sessions, so that what happened between two has a place.
        x = Scale(sessions.lowerBound * 2...sessions.upperBound * 2, from: layout.left + 14, to: layout.plotEnd - 10)
        let top = layout.lineHeight * (layout.readingLines + layout.titleLines) + 20
        let range = material.instrument.totalRange
        y = Scale(range.lowerBound * 100...range.upperBound * 100, from: top + layout.plotHeight, to: top)
        let panel = top + layout.plotHeight + 66 + layout.lineHeight * layout.titleLines
        allianceY = Self.allianceDomain(material).map { Scale($0, from: panel + layout.allianceHeight, to: panel) }
    }

    func x(session: Int) -> Tenths { x.place(session * 2) }

    /// The place of a day: its session, or between the two sessions around it.
    func x(day: CalendarDay) -> Tenths {
        if let same = known.last(where: { $0.day == day }) { return x(session: same.session) }
        let before = known.last { $0.day < day }?.session
        return x.place(before.map { $0 * 2 + 1 } ?? sessions.lowerBound * 2)
    }

    func y(score: Int) -> Tenths { y.place(score * 100) }

    /// Where the drawing of both panels ends.
    var bottom: Tenths { (allianceY?.start ?? y.start + 24) + 24 }

    /// Alliance ratings lie close together near the good end: from the lowest of them, or the cut-off, to that end.
    private static func allianceDomain(_ material: CourseMaterial) -> ClosedRange<Int>? {
        guard let alliance = material.alliance, let first = alliance.trajectory.points.first else { return nil }
        let instrument = alliance.basis.instrument
        let scores =
            alliance.trajectory.points.map(\.rating.score) + [
                instrument.allianceRule?.cutOff.value ?? first.rating.score
            ]
        let range = instrument.totalRange
        let room = (range.upperBound - range.lowerBound) / 10
        let lowest = max(range.lowerBound, (scores.min() ?? range.lowerBound) - room)
        let highest = min(range.upperBound, (scores.max() ?? range.upperBound) + room)
        switch instrument.direction {
        case .higherIsBetter: return lowest * 100...range.upperBound * 100
        case .lowerIsBetter: return range.lowerBound * 100...highest * 100
        }
    }
}
