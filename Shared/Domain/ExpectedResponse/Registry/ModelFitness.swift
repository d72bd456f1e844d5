/// How a model fits the courses it scored.
public enum ModelFitness: Hashable, Sendable {
    case bounds(Calibration)
    case lines(LineAttainment)
    /// No model.
    case none
}

/// How courses end against success and failure lines. Of closed courses, 64 to 74 % are expected to reach
/// the session's target (clinical-reference 2.1).
public struct LineAttainment: Hashable, Sendable {
    /// Last rating at the success line or better, of closed courses whose last session has lines.
    public let reachedSuccess: Proportion
    /// Last rating worse than the failure line.
    public let endedBelowFailure: Proportion

    public init(reachedSuccess: Proportion, endedBelowFailure: Proportion) {
        self.reachedSuccess = reachedSuccess
        self.endedBelowFailure = endedBelowFailure
    }
}

/// Gathers how one basis fits, course by course.
struct FitnessTally {
    private let basis: ScoringBasis
    private var courses: [ClosedCourse] = []
    private var ends = (onTrack: 0, atRisk: 0, notOnTrack: 0)

    init(_ basis: ScoringBasis) { self.basis = basis }

    /// Bounds speak about every rating, so that open courses count, too; lines are asked how courses ended.
    mutating func add(_ trajectory: Trajectory, isClosed: Bool) {
        guard let model = basis.model else { return }
        switch model.response {
        case .logLinear:
            if let course = ClosedCourse(trajectory) { courses.append(course) }
        case .percentileLines:
            guard isClosed, let last = trajectory.points.dropFirst().last, let expectation = last.expectation
            else { return }
            switch expectation.state(of: last.rating.score, basis.instrument.direction) {
            case .onTrack: ends.onTrack += 1
            case .atRisk: ends.atRisk += 1
            case .notOnTrack: ends.notOnTrack += 1
            case .insufficientData, .noExpectedResponse, .deteriorating, .recovered: break
            }
        }
    }

    var fitness: ModelFitness {
        guard let model = basis.model else { return .none }
        if let calibration = Calibration(courses, model: model, instrument: basis.instrument) {
            return .bounds(calibration)
        }
        let all = ends.onTrack + ends.atRisk + ends.notOnTrack
        return .lines(
            LineAttainment(
                reachedSuccess: Proportion(ends.onTrack, of: all), endedBelowFailure: Proportion(ends.notOnTrack, of: all)))
    }
}
