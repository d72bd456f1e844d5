/// What all courses on one basis have in common, worked out once: bare figures, so that a point of a
/// course costs some multiplications and reaches for no other object.
final class BasisArithmetic: Sendable {
    fileprivate let direction: ScoreDirection
    fileprivate let scale: ResponseScale
    fileprivate let reliableChange: Int?
    fileprivate let cutOff: CutOff?
    fileprivate let response: Response

    fileprivate enum Response: Sendable {
        case none
        /// With the terms of every session of the support, session 1 first.
        case logLinear(ExpectedResponseModel.Coefficients, intakes: ClosedRange<Int>, [SessionTerms])
        case percentileLines(PercentileLines)
    }

    init(instrument: Instrument, normSet: NormSet?, model: ExpectedResponseModel?) {
        direction = instrument.direction
        scale = ResponseScale(instrument)
        reliableChange = normSet?.reliableChange
        cutOff = normSet?.cutOff
        guard let model else {
            response = .none
            return
        }
        switch model.response {
        case .logLinear(let coefficients):
            let sessions = (0..<max(0, model.maxSession)).map { SessionTerms(coefficients, session: $0 + 1) }
            response = .logLinear(coefficients, intakes: model.baselineSupport, sessions)
        case .percentileLines(let lines):
            response = .percentileLines(lines)
        }
    }
}

/// What one course adds: where it starts.
struct CourseArithmetic {
    private let basis: BasisArithmetic
    private let baseline: Int
    /// Session number of the baseline, less one: the model counts the baseline as session 1.
    private let sessionsBefore: Int
    private let response: Response

    private enum Response {
        case none
        case logLinear(IntakeTerms, [SessionTerms])
        case percentileLines(PercentileLines, row: Int)
    }

    init(_ basis: BasisArithmetic, baseline: ScoredRating) {
        self.basis = basis
        self.baseline = baseline.score
        sessionsBefore = baseline.session - 1
        switch basis.response {
        case .none:
            response = .none
        case .logLinear(let coefficients, let intakes, let sessions):
            response =
                intakes.contains(baseline.score)
                ? .logLinear(IntakeTerms(coefficients, baseline: baseline.score, scale: basis.scale), sessions) : .none
        case .percentileLines(let lines):
            response = lines.row(of: baseline.score).map { .percentileLines(lines, row: $0) } ?? .none
        }
    }

    /// The points of the course, of ratings in session order. The kind of model is asked for once, not at
    /// every point, and the array is all that is allocated.
    func points(for ratings: [ScoredRating]) -> [TrajectoryPoint] {
        switch response {
        case .none:
            points(for: ratings) { _ in nil }
        case .logLinear(let intake, let sessions):
            points(for: ratings) { session in
                sessions.indices.contains(session - 1)
                    ? .bounds(intake.expected(at: sessions[session - 1], scale: basis.scale)) : nil
            }
        case .percentileLines(let lines, let row):
            points(for: ratings) { lines.lines(inRow: row, session: $0).map(Expectation.lines) }
        }
    }

    @inline(__always)
    private func points(
        for ratings: [ScoredRating], expectation: (_ session: Int) -> Expectation?
    ) -> [TrajectoryPoint] {
        var points: [TrajectoryPoint] = []
        points.reserveCapacity(ratings.count)
        for index in ratings.indices {
            let rating = ratings[index]
            let expectation = expectation(rating.session - sessionsBefore)
            let improvement = basis.direction.improvement(from: baseline, to: rating.score)
            let state: CourseState =
                index == 0 ? .insufficientData : state(of: rating.score, improvement: improvement, expectation)
            points.append(
                TrajectoryPoint(rating: rating, expectation: expectation, state: state, improvement: improvement))
        }
        return points
    }

    /// The gravest rule that speaks gives the state: deterioration before recovery before the model.
    @inline(__always)
    private func state(of score: Int, improvement: Int, _ expectation: Expectation?) -> CourseState {
        if let reliableChange = basis.reliableChange {
            if improvement <= -reliableChange { return .deteriorating }
            if improvement >= reliableChange, let cutOff = basis.cutOff,
                cutOff.isClinical(baseline, basis.direction), !cutOff.isClinical(score, basis.direction)
            {
                return .recovered
            }
        }
        return expectation?.state(of: score, basis.direction) ?? .noExpectedResponse
    }
}
