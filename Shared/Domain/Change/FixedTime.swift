/// A time after the first rating at which every course is looked at, whether care went on for longer or not.
///
/// What came of courses at the last rating there happens to be flatters whoever loses touch with those who do not get
/// better, and compares a course of three weeks with one of a year. At a fixed time everybody has had the same time.
public struct FixedTime: Hashable, Sendable {
    /// After the first rating; above 0.
    public let days: Int
    /// A rating counts from so many days before to so many after; below `days`.
    public let tolerance: Int

    /// Week 12, two weeks either way (Attune's own: no figure is published).
    public static let week12 = FixedTime(days: 84, tolerance: 14)

    /// - Precondition: 0 ≤ tolerance < days.
    public init(days: Int, tolerance: Int) {
        precondition((0..<days).contains(tolerance))
        self.days = days
        self.tolerance = tolerance
    }
}

/// How a course stood at a fixed time.
public enum FixedTimeOutcome: Hashable, Sendable {
    /// The time in which a rating would count is not over.
    case notDue
    /// There is no rating of that time: the course counts among those that were not measured.
    case notRated
    case rated(OutcomeVerdict)
}

extension Course {
    /// How the course stood at a fixed time after its first rating: by the rating nearest to it, of two the earlier.
    ///
    /// - Parameter today: ratings up to this day are known.
    /// - Returns: nil for a course without ratings, or on a measure without a reliable change for this rater.
    public func outcome(at time: FixedTime, asOf today: CalendarDay) -> FixedTimeOutcome? {
        guard let first = trajectory.points.first?.rating, let normSet = basis.normSet,
            let criteria = ChangeCriteria(normSet, direction: basis.instrument.direction)
        else { return nil }
        guard first.day.advanced(byDays: time.days + time.tolerance) < today else { return .notDue }
        func distance(_ rating: ScoredRating) -> Int { abs(rating.day.days(since: first.day) - time.days) }
        let nearest = trajectory.points.dropFirst().map(\.rating).filter { distance($0) <= time.tolerance }
            .min { (distance($0), $0.day, $0.id) < (distance($1), $1.day, $1.id) }
        guard let nearest else { return .notRated }
        return .rated(criteria.verdict(first: first.score, last: nearest.score))
    }
}
