/// Champion and challenger over the same courses: where they agree, which flags differ, how each fits.
public struct ModelComparison: Hashable, Sendable {
    public let courses: Int
    /// Points after the first rating of each course: the first has no state to compare.
    public let points: Int
    /// Points by the champion's state and the challenger's; pairs that never occur are missing.
    public let states: [StatePair: Int]
    /// Points that one model flags and the other does not, in the order of the courses.
    public let differingFlags: [FlagDifference]
    public let champion: ModelFitness
    public let challenger: ModelFitness

    public struct StatePair: Hashable, Sendable {
        public let champion: CourseState
        public let challenger: CourseState

        public init(champion: CourseState, challenger: CourseState) {
            self.champion = champion
            self.challenger = challenger
        }
    }

    /// A point flagged, as not on track or deteriorating, by one of the two.
    public struct FlagDifference: Hashable, Sendable {
        public let rating: RatingID
        public let champion: CourseState
        public let challenger: CourseState
    }

    /// - Parameters:
    ///   - courses: each course's ratings in any order.
    ///   - champion: what the site scores by; a course is scored whole by each.
    /// - Precondition: both bases are of one instrument and use the same norm set.
    public init(
        _ courses: some Sequence<[ScoredRating]>, champion: ScoringBasis, challenger: ScoringBasis
    ) {
        precondition(
            champion.instrument.reference == challenger.instrument.reference
                && champion.normSet?.id == challenger.normSet?.id)
        var (count, points) = (0, 0)
        var states: [StatePair: Int] = [:]
        var differing: [FlagDifference] = []
        var fitness = (FitnessTally(champion), FitnessTally(challenger))
        for ratings in courses where !ratings.isEmpty {
            count += 1
            let one = Trajectory.score(ratings, on: champion)
            let other = Trajectory.score(ratings, on: challenger)
            fitness.0.add(one)
            fitness.1.add(other)
            for (left, right) in zip(one.points, other.points).dropFirst() {
                points += 1
                states[StatePair(champion: left.state, challenger: right.state), default: 0] += 1
                if left.state.isFlag != right.state.isFlag {
                    differing.append(
                        FlagDifference(rating: left.rating.id, champion: left.state, challenger: right.state))
                }
            }
        }
        self.courses = count
        self.points = points
        self.states = states
        differingFlags = differing
        self.champion = fitness.0.fitness
        self.challenger = fitness.1.fitness
    }

    /// Points to which both give the same state.
    public var agreement: Proportion {
        Proportion(states.reduce(0) { $0 + ($1.key.champion == $1.key.challenger ? $1.value : 0) }, of: points)
    }

    /// Points that the champion flags, and points that the challenger does.
    public var championFlags: Proportion { flags(\.champion) }
    public var challengerFlags: Proportion { flags(\.challenger) }

    private func flags(_ side: KeyPath<StatePair, CourseState>) -> Proportion {
        Proportion(states.reduce(0) { $0 + ($1.key[keyPath: side].isFlag ? $1.value : 0) }, of: points)
    }
}

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
    /// Last rating at the success line or better, of courses whose last session has lines.
    public let reachedSuccess: Proportion
    /// Last rating worse than the failure line.
    public let endedBelowFailure: Proportion

    public init(reachedSuccess: Proportion, endedBelowFailure: Proportion) {
        self.reachedSuccess = reachedSuccess
        self.endedBelowFailure = endedBelowFailure
    }
}

extension CourseState {
    /// Whether the state raises a signal: not on track or deteriorating.
    var isFlag: Bool {
        switch self {
        case .notOnTrack, .deteriorating: true
        case .insufficientData, .noExpectedResponse, .onTrack, .atRisk, .recovered: false
        }
    }
}

private struct FitnessTally {
    private let basis: ScoringBasis
    private var courses: [ClosedCourse] = []
    private var ends = (onTrack: 0, atRisk: 0, notOnTrack: 0)

    init(_ basis: ScoringBasis) { self.basis = basis }

    mutating func add(_ trajectory: Trajectory) {
        guard let model = basis.model else { return }
        switch model.response {
        case .logLinear:
            if let course = ClosedCourse(trajectory) { courses.append(course) }
        case .percentileLines:
            guard let last = trajectory.points.dropFirst().last, let expectation = last.expectation else { return }
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
