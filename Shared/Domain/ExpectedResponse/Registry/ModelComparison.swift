/// Champion and challenger over the same courses: where they agree, which flags differ, how each fits.
public struct ModelComparison: Hashable, Sendable {
    public let courses: Int
    /// Of them, those that have ended; only they count for how courses end.
    public let closedCourses: Int
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
    ///   - courses: each closed course's ratings in any order.
    ///   - champion: what the site scores by; a course is scored whole by each.
    /// - Precondition: both bases are of one instrument and use the same norm set.
    public init(
        _ courses: some Sequence<[ScoredRating]>, champion: ScoringBasis, challenger: ScoringBasis
    ) {
        var running = RunningComparison(champion: champion, challenger: challenger)
        for ratings in courses { running.add(ratings, isClosed: true) }
        self = running.comparison
    }

    fileprivate init(_ running: RunningComparison) {
        courses = running.courses
        closedCourses = running.closedCourses
        points = running.points
        states = running.states
        differingFlags = running.differing
        champion = running.championFit.fitness
        challenger = running.challengerFit.fitness
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

/// A comparison that takes courses as they come, so that nobody has to hold them all.
public struct RunningComparison {
    public let champion: ScoringBasis
    public let challenger: ScoringBasis
    fileprivate private(set) var courses = 0
    fileprivate private(set) var closedCourses = 0
    fileprivate private(set) var points = 0
    fileprivate private(set) var states: [ModelComparison.StatePair: Int] = [:]
    fileprivate private(set) var differing: [ModelComparison.FlagDifference] = []
    fileprivate private(set) var championFit: FitnessTally
    fileprivate private(set) var challengerFit: FitnessTally

    /// - Precondition: both bases are of one instrument and use the same norm set.
    public init(champion: ScoringBasis, challenger: ScoringBasis) {
        precondition(
            champion.instrument.reference == challenger.instrument.reference
                && champion.normSet?.id == challenger.normSet?.id)
        self.champion = champion
        self.challenger = challenger
        championFit = FitnessTally(champion)
        challengerFit = FitnessTally(challenger)
    }

    /// Scores a course by both.
    /// - Parameters:
    ///   - ratings: of one course, in any order; none: the course does not count.
    ///   - isClosed: whether the course has ended, so that its last rating tells how.
    public mutating func add(_ ratings: [ScoredRating], isClosed: Bool) {
        guard !ratings.isEmpty else { return }
        courses += 1
        if isClosed { closedCourses += 1 }
        let one = Trajectory.score(ratings, on: champion)
        let other = Trajectory.score(ratings, on: challenger)
        championFit.add(one, isClosed: isClosed)
        challengerFit.add(other, isClosed: isClosed)
        for (left, right) in zip(one.points, other.points).dropFirst() {
            points += 1
            states[ModelComparison.StatePair(champion: left.state, challenger: right.state), default: 0] += 1
            if left.state.isFlag != right.state.isFlag {
                differing.append(
                    ModelComparison.FlagDifference(
                        rating: left.rating.id, champion: left.state, challenger: right.state))
            }
        }
    }

    /// Of the courses so far.
    public var comparison: ModelComparison { ModelComparison(self) }
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
