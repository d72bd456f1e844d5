/// The bare arithmetic of whole-course scoring, as one loop: what scoring is measured against.
///
/// Per point the expected score, its six bounds, each rounded and clipped, the change and the state, all
/// from figures in line and added into one number; no ids, no days, no points, no array that is handed on.
/// What `Trajectory.score` costs beyond it is the price of a result that can be kept.
package struct CourseScoringFloor: Sendable {
    private let coefficients: ExpectedResponseModel.Coefficients
    private let scale: ResponseScale
    private let sessions: [SessionTerms]
    private let direction: ScoreDirection
    private let reliableChange: Int
    private let cutOff: CutOff

    /// Nil without a log-linear model, a cut-off and a reliable change: the loop leaves nothing out.
    package init?(_ basis: ScoringBasis) {
        guard let model = basis.model, let coefficients = model.coefficients,
            let reliableChange = basis.normSet?.reliableChange, let cutOff = basis.normSet?.cutOff
        else { return nil }
        self.coefficients = coefficients
        self.reliableChange = reliableChange
        self.cutOff = cutOff
        scale = ResponseScale(basis.instrument)
        direction = basis.instrument.direction
        sessions = (0..<model.maxSession).map { SessionTerms(coefficients, session: $0 + 1) }
    }

    /// - Parameters:
    ///   - scores: in steps, course after course, all inside the model's support.
    ///   - length: ratings of each course, at sessions 1, 2, 3 and so on; at most the model's last session.
    /// - Returns: the sum of all that was worked out, equal to `sum(of:)` over the same courses.
    package func sum(scores: [Int], length: Int) -> Int {
        precondition((1...sessions.count).contains(length))
        var sum = 0
        var first = 0
        while first + length <= scores.count {
            let baseline = scores[first]
            let intake = IntakeTerms(coefficients, baseline: baseline, scale: scale)
            for offset in 0..<length {
                let score = scores[first + offset]
                let expected = intake.expected(at: sessions[offset], scale: scale)
                let improvement = direction.improvement(from: baseline, to: score)
                sum &+= Self.fold(expected, improvement, state(score, baseline, improvement, expected, offset))
            }
            first += length
        }
        return sum
    }

    /// The same sum over trajectories that were scored in the ordinary way.
    package static func sum(of trajectory: Trajectory) -> Int {
        trajectory.points.reduce(0) { sum, point in
            point.expected.map { sum &+ fold($0, point.improvement, number(of: point.state)) } ?? sum
        }
    }

    @inline(__always)
    private func state(
        _ score: Int, _ baseline: Int, _ improvement: Int, _ expected: ExpectedResponse, _ offset: Int
    ) -> Int {
        if offset == 0 { return Self.number(of: .insufficientData) }
        if improvement <= -reliableChange { return Self.number(of: .deteriorating) }
        if improvement >= reliableChange, cutOff.isClinical(baseline, direction), !cutOff.isClinical(score, direction) {
            return Self.number(of: .recovered)
        }
        return Self.number(of: Expectation.bounds(expected).state(of: score, direction))
    }

    @inline(__always)
    private static func fold(_ expected: ExpectedResponse, _ improvement: Int, _ state: Int) -> Int {
        let wide = expected.lower80 &+ 5 &* expected.upper80 &+ 7 &* expected.lower90 &+ 11 &* expected.upper90
        let narrow = expected.mean &+ 2 &* expected.lower68 &+ 3 &* expected.upper68
        return wide &+ narrow &+ 13 &* improvement &+ 17 &* state
    }

    @inline(__always)
    private static func number(of state: CourseState) -> Int {
        switch state {
        case .insufficientData: 1
        case .noExpectedResponse: 2
        case .onTrack: 3
        case .atRisk: 4
        case .notOnTrack: 5
        case .deteriorating: 6
        case .recovered: 7
        }
    }
}
