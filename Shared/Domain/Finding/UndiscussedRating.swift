/// By when a score is to be talked about.
public struct DiscussionRule: Hashable, Sendable {
    /// Days after the rating; 0 or more. The next session is the end of it, if it comes before.
    public let days: Int
    public let evidence: Evidence

    /// Nil below 0.
    public init?(days: Int, evidence: Evidence) {
        guard days >= 0 else { return nil }
        self.init(checked: days, evidence)
    }

    private init(checked days: Int, _ evidence: Evidence) {
        self.days = days
        self.evidence = evidence
    }

    /// A fortnight or the next session.
    public static let standard = DiscussionRule(
        checked: 14,
        Evidence(
            source: "Share discussed with the client (clinical-reference 5.5); days are Attune's own",
            confidence: .uncertain))
}

/// A score that nobody has talked about with the client.
public struct UndiscussedRating: Hashable, Sendable {
    public static let rule = "missing.discussion"

    public let course: CourseKey
    public let rating: RatingID
    public let ratedOn: CalendarDay
    /// The last day on which it would have been in time.
    public let dueOn: CalendarDay
    public let evidence: Evidence
}

extension EpisodeView {
    /// Of every course the newest rating whose time is over, if neither it nor a later one has been talked about: a
    /// talk about a later score is one about the course.
    public func undiscussedRatings(_ rule: DiscussionRule) -> [UndiscussedRating] {
        (clientCourses(.outcome) + clientCourses(.alliance)).sorted { $0.key < $1.key }.compactMap { key, course in
            for rating in course.trajectory.points.map(\.rating).reversed() {
                if discussed(rating.id) != nil { return nil }
                let due = lastDayToDiscuss(rating, rule)
                if today > due {
                    return UndiscussedRating(
                        course: key, rating: rating.id, ratedOn: rating.day, dueOn: due, evidence: rule.evidence)
                }
            }
            return nil
        }
    }

    private func lastDayToDiscuss(_ rating: ScoredRating, _ rule: DiscussionRule) -> CalendarDay {
        let last = rating.day.advanced(byDays: rule.days)
        guard let next = sessions.first(where: { $0.day > rating.day })?.day else { return last }
        return min(last, next)
    }
}
