/// One rater's course on one instrument in one episode, scored: points in session order.
public struct Trajectory: Hashable, Sendable {
    public let points: [TrajectoryPoint]
    public let provenance: Provenance

    /// Restores a stored trajectory as it was; nothing is scored.
    public init(points: [TrajectoryPoint], provenance: Provenance) {
        self.points = points
        self.provenance = provenance
    }

    /// The newest point in session order.
    public var latest: TrajectoryPoint? { points.last }

    /// State of the course: that of its newest point.
    public var state: CourseState { points.last?.state ?? .insufficientData }

    public func point(of rating: RatingID) -> TrajectoryPoint? {
        points.first { $0.rating.id == rating }
    }
}

/// One rating in its course.
public struct TrajectoryPoint: Hashable, Sendable {
    public let rating: ScoredRating
    /// Nil without a model, or outside its support.
    public let expectation: Expectation?
    /// State of the course as this point left it.
    public let state: CourseState
    /// Change from the first point, in steps; positive is better.
    public let improvement: Int

    public init(rating: ScoredRating, expectation: Expectation?, state: CourseState, improvement: Int) {
        self.rating = rating
        self.expectation = expectation
        self.state = state
        self.improvement = improvement
    }

    /// A point with a log-linear model's expectation, or none.
    public init(rating: ScoredRating, expected: ExpectedResponse?, state: CourseState, improvement: Int) {
        self.init(
            rating: rating, expectation: expected.map(Expectation.bounds), state: state, improvement: improvement)
    }

    /// The expected score with its bounds; nil without a log-linear model, or outside its support.
    public var expected: ExpectedResponse? { expectation?.bounds }
}

/// How a course stands (clinical-reference 2.7).
///
/// The table there also has stalled, alliance and safety. They are signals (`SignalKind`), for they stand beside a
/// state and do not take its place: a stalled course is on track, at risk or not on track too. A course that is
/// merely old keeps its state; that it is old is known by the day (`StaleCourse`).
public enum CourseState: String, Hashable, Sendable, CaseIterable {
    /// The first rating: there is nothing to compare yet.
    case insufficientData = "insufficient_data"
    /// No rule of change speaks, and no model speaks about this intake and session.
    case noExpectedResponse = "no_expected_response"
    /// Inside the 68 % bounds, or beyond them on the good side; with lines: at the success line or better.
    case onTrack = "on_track"
    /// Worse than the 68 % bound, not worse than the 80 % bound; with lines: between the two.
    case atRisk = "at_risk"
    /// Worse than the 80 % bound; with lines: worse than the failure line.
    case notOnTrack = "not_on_track"
    /// Reliably worse than at the first rating, whatever the model says.
    case deteriorating
    /// Reliably better, and from the clinical into the functional range.
    case recovered
}
