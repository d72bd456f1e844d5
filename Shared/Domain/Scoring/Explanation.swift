extension Course {
    /// Why a point has its state, one sentence per reason: the rules that spoke with their figures,
    /// then the norm set and the model behind them. Names no person.
    public func explanation(of point: TrajectoryPoint) -> [String] {
        var reasons = [change(at: point), verdict(on: point)]
        if let expectation = point.expectation { reasons.append(comparison(with: expectation)) }
        reasons += courseReasons(at: point)
        for item in point.rating.safetyItems.numbers {
            reasons.append(
                "Rule \(SignalRule.safetyItem(item).name): the answer on item \(item) is a safety event, "
                    + "whatever the total.")
        }
        return reasons + foundations(of: point)
    }

    private func change(at point: TrajectoryPoint) -> String {
        let score = basis.instrument.text(point.rating.score)
        let instrument = basis.instrument.title
        guard let first = trajectory.points.first, first.rating.id != point.rating.id else {
            return "\(instrument): \(score) at session \(point.rating.session), the first rating of the course."
        }
        return "\(instrument): \(score) at session \(point.rating.session), "
            + "\(basis.instrument.text(first.rating.score)) at the first rating (session \(first.rating.session)); "
            + "change \(signed(point.improvement)), where more is better."
    }

    private func verdict(on point: TrajectoryPoint) -> String {
        let reliable = basis.normSet?.reliableChange.map(basis.instrument.text) ?? "unknown"
        switch point.state {
        case .insufficientData:
            return "Insufficient data: one rating says nothing about change."
        case .noExpectedResponse:
            return "No expected response: no model speaks about this first score and this session."
        case .onTrack:
            return usesLines(point)
                ? "On track: at the success line or better." : "On track: not worse than the 68 % bound."
        case .atRisk:
            return usesLines(point)
                ? "At risk: worse than the success line, not worse than the failure line."
                : "At risk: worse than the 68 % bound, not worse than the 80 % bound."
        case .notOnTrack:
            return usesLines(point)
                ? "Rule \(SignalRule.failureLine.name), not on track: worse than the failure line."
                : "Rule \(SignalRule.expectedResponse80.name), not on track: worse than the 80 % bound."
        case .deteriorating:
            return "Rule \(SignalRule.reliablyWorse.name), deteriorating: worse than the first rating by at least "
                + "the reliable change of \(reliable)."
        case .recovered:
            let cutOff = basis.normSet?.cutOff.map { basis.instrument.text($0.value) } ?? "unknown"
            return "Recovered: better by at least the reliable change of \(reliable), and across the cut-off of "
                + "\(cutOff) into the functional range."
        }
    }

    private func usesLines(_ point: TrajectoryPoint) -> Bool { point.expectation?.lines != nil }

    private func comparison(with expectation: Expectation) -> String {
        switch expectation {
        case .bounds(let expected):
            "Expected \(fine(expected.mean)); 68 % bounds \(fine(expected.lower68)) to \(fine(expected.upper68)), "
                + "80 % bounds \(fine(expected.lower80)) to \(fine(expected.upper80)), "
                + "90 % bounds \(fine(expected.lower90)) to \(fine(expected.upper90))."
        case .lines(let lines):
            "Success line \(fine(lines.success)), failure line \(fine(lines.failure))."
        }
    }

    private func foundations(of point: TrajectoryPoint) -> [String] {
        var sentences: [String] = []
        if let normSet = basis.normSet {
            sentences.append("Figures: norm set \(normSet.id) (\(normSet.title)); source: \(normSet.source).")
        }
        if point.expectation != nil, let model = basis.model {
            sentences.append(
                "Expected response: model \(model.reference.id) version \(model.reference.version); \(model.label).")
        }
        return sentences
    }

    private func signed(_ steps: Int) -> String { (steps > 0 ? "+" : "") + basis.instrument.text(steps) }

    /// Hundredths of a step, with all their decimal places.
    private func fine(_ hundredths: Int) -> String {
        DecimalSteps.text(hundredths, denominator: basis.instrument.stepDenominator * 100)
    }
}
