/// What a model says about one session of a course.
public enum Expectation: Hashable, Sendable {
    /// Of a log-linear model: the expected score with its bounds.
    case bounds(ExpectedResponse)
    /// Of a percentile model: the success and the failure line.
    case lines(TargetLines)

    /// The expected score with its bounds; nil for a percentile model.
    public var bounds: ExpectedResponse? {
        switch self {
        case .bounds(let bounds): bounds
        case .lines: nil
        }
    }

    /// The success and failure line; nil for a log-linear model.
    public var lines: TargetLines? {
        switch self {
        case .bounds: nil
        case .lines(let lines): lines
        }
    }

    /// How a score, in steps, stands to what was expected (clinical-reference 2.7).
    ///
    /// Bounds: worse than 80 % is not on track, worse than 68 % at risk, all else on track. Lines: below
    /// the failure line is not on track, from there to below the success line at risk, at the success line
    /// or better on track; these are red, orange and green of the public table (2.1).
    @inline(__always)
    func state(of score: Int, _ direction: ScoreDirection) -> CourseState {
        let hundredths = score * 100
        switch (self, direction) {
        case (.bounds(let bounds), .higherIsBetter):
            if hundredths < bounds.lower80 { return .notOnTrack }
            return hundredths < bounds.lower68 ? .atRisk : .onTrack
        case (.bounds(let bounds), .lowerIsBetter):
            if hundredths > bounds.upper80 { return .notOnTrack }
            return hundredths > bounds.upper68 ? .atRisk : .onTrack
        case (.lines(let lines), .higherIsBetter):
            if hundredths < lines.failure { return .notOnTrack }
            return hundredths < lines.success ? .atRisk : .onTrack
        case (.lines(let lines), .lowerIsBetter):
            if hundredths > lines.failure { return .notOnTrack }
            return hundredths > lines.success ? .atRisk : .onTrack
        }
    }
}

/// The two lines of a percentile model at one session, in hundredths of a step: a score at `success` or
/// better goes on like courses that ended well, one worse than `failure` like courses that did not.
public struct TargetLines: Hashable, Sendable {
    public let success: Int
    public let failure: Int

    public init(success: Int, failure: Int) {
        self.success = success
        self.failure = failure
    }
}
