extension Course {
    /// How much of the gain expected by now a point has reached, in thousandths from 0 to 1000; nil where nothing is
    /// expected: no model speaks, or it expects no gain.
    ///
    /// (score − first) / (target − first), cut to 0 and 1, as Better Outcomes Now computes it, which marks 50 % and
    /// 66.7 % (clinical-reference 2.2). The target is the expected score of the point's session, or the success line.
    public func thousandthsOfExpectedGain(at point: TrajectoryPoint) -> Int? {
        guard let target = point.expectation?.target, let first = trajectory.points.first?.rating.score else { return nil }
        let expected = basis.instrument.direction.improvement(from: first * 100, to: target)
        guard expected > 0 else { return nil }
        return min(max(point.improvement, 0) * 100_000 / expected, 1000)
    }

    /// The point's session counted from the first rating of the course as 1, as models count.
    func session(of point: TrajectoryPoint) -> Int {
        point.rating.session - (trajectory.points.first?.rating.session ?? point.rating.session) + 1
    }
}

extension Expectation {
    /// What a course is expected to reach, in hundredths of a step.
    fileprivate var target: Int {
        switch self {
        case .bounds(let expected): expected.mean
        case .lines(let lines): lines.success
        }
    }
}
