/// Colours of the outcome stream in the public alert table of OpenFIT, 2025 (clinical-reference 2.1).
public enum OutcomeColour: String, Hashable, Sendable, CaseIterable {
    /// Fewer than two ratings.
    case grey
    /// Green (a): at the success line or better, still in the clinical range.
    case greenClinical = "green_clinical"
    /// Green (b): at the success line or better, in the functional range.
    case greenFunctional = "green_functional"
    /// Worse than the success line, not worse than the failure line.
    case orange
    /// Worse than the failure line.
    case red

    /// - Parameters:
    ///   - score: the latest score, in steps.
    ///   - ratings: ratings of the course so far, the latest included.
    public init(score: Int, ratings: Int, lines: TargetLines, cutOff: CutOff, direction: ScoreDirection) {
        guard ratings > 1 else {
            self = .grey
            return
        }
        let scored = score * 100
        if direction.improvement(from: lines.failure, to: scored) < 0 {
            self = .red
        } else if direction.improvement(from: lines.success, to: scored) < 0 {
            self = .orange
        } else {
            self = cutOff.isClinical(score, direction) ? .greenClinical : .greenFunctional
        }
    }
}

/// Colours of the alliance stream in the same table.
public enum AllianceColour: String, Hashable, Sendable, CaseIterable {
    /// No rating.
    case grey
    case green
    /// On the low side of the cut-off, or fallen since the rating before.
    case red

    /// - Parameters:
    ///   - score: the latest score, in steps; nil without a rating.
    ///   - previous: the score before it, in steps; nil for a first rating.
    public init(score: Int?, previous: Int?, rule: AllianceRule, direction: ScoreDirection) {
        guard let score else {
            self = .grey
            return
        }
        let change = previous.map { direction.improvement(from: $0, to: score) } ?? 0
        let hasFallen = rule.drop.map { change <= -$0 } ?? false
        self = rule.cutOff.isClinical(score, direction) || hasFallen ? .red : .green
    }
}
