/// When a course is too old to say how things are: "insufficient data" for want of a recent rating
/// (clinical-reference 2.7, which leaves the days open).
public struct StaleRule: Hashable, Sendable {
    /// More days than these since the newest rating; 1 or more.
    public let days: Int
    public let evidence: Evidence

    /// Nil below 1.
    public init?(days: Int, evidence: Evidence) {
        guard days >= 1 else { return nil }
        self.init(checked: days, evidence)
    }

    private init(checked days: Int, _ evidence: Evidence) {
        self.days = days
        self.evidence = evidence
    }

    /// Six weeks.
    public static let standard = StaleRule(
        checked: 42,
        Evidence(
            source: "No state without recent data, after OpenFIT and Better Outcomes Now (clinical-reference 2.7); "
                + "days are Attune's own",
            confidence: .uncertain))
}

/// A course whose newest rating is old.
public struct StaleCourse: Hashable, Sendable {
    public static let rule = "missing.recent"

    public let course: CourseKey
    public let lastRatedOn: CalendarDay
    /// Days since then.
    public let days: Int
    public let evidence: Evidence
}

extension EpisodeView {
    /// Outcome courses alone: an alliance is measured at sessions, which `missedMeasures` looks at.
    public func staleCourses(_ rule: StaleRule) -> [StaleCourse] {
        clientCourses(.outcome).compactMap { key, course in
            guard let last = course.trajectory.points.map(\.rating.day).max() else { return nil }
            let days = today.days(since: last)
            guard days > rule.days else { return nil }
            return StaleCourse(course: key, lastRatedOn: last, days: days, evidence: rule.evidence)
        }
    }
}
