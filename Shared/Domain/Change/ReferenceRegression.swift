/// What last score a first score leads to on average, by ordinary least squares in a reference set.
public struct ReferenceRegression: Hashable, Sendable {
    public let cases: Int
    /// In steps.
    public let meanFirst: Double
    /// In steps.
    public let meanLast: Double
    /// Steps of the last score for a step of the first.
    public let slope: Double
    /// Standard deviation of the first scores, in steps: what severity-adjusted effect sizes are measured in.
    public let deviation: Double
    /// Variance about the line with n − 2 in the denominator, in squared steps.
    public let residualVariance: Double
    /// Σ(x − x̄)² of the first scores.
    let scatter: Double

    /// In steps.
    public var intercept: Double { meanLast - slope * meanFirst }

    /// - Throws: `EffectSizeRefusal`: too few cases, or first scores that are all the same.
    public init(_ reference: [FirstAndLast], minimum: MinimumCases = .standard) throws(EffectSizeRefusal) {
        try minimum.check(reference.count)
        guard let first = Moments(reference.map(\.first)), let last = Moments(reference.map(\.last)) else {
            throw .tooFewCases(given: reference.count, minimum: minimum.number)
        }
        guard first.variance > 0 else { throw .noVariation }
        var products = 0.0
        for pair in reference {
            products += (Double(pair.first) - first.mean) * (Double(pair.last) - last.mean)
        }
        cases = reference.count
        meanFirst = first.mean
        meanLast = last.mean
        deviation = first.deviation
        scatter = first.variance * Double(reference.count - 1)
        slope = products / scatter
        var squares = 0.0
        for pair in reference {
            let expected = last.mean + slope * (Double(pair.first) - first.mean)
            squares += (Double(pair.last) - expected) * (Double(pair.last) - expected)
        }
        residualVariance = squares / Double(reference.count - 2)
    }

    /// In steps.
    public func expectedLast(first: Int) -> Double { meanLast + slope * (Double(first) - meanFirst) }

    /// How much better than expected from the first score, in steps; positive is better.
    public func residualGain(_ pair: FirstAndLast, _ direction: ScoreDirection) -> Double {
        Double(direction.sign) * (Double(pair.last) - expectedLast(first: pair.first))
    }
}

extension EffectSize {
    /// How much better cases did than the reference set would have from the same first scores, in standard
    /// deviations: 0 is the average of the reference (Seidel, Miller and Chow 2014, as OpenFIT uses it, with
    /// the expected last score from the regression; clinical-reference 3.3).
    ///
    /// Standard error: √(s²/n + σ²·(1/N + (x̄ − X̄)²/Σ(X − X̄)²)) / SD, with s for the deviation of the residual
    /// gains of the n cases and σ for that of the N of the reference: the uncertainty of the line at the
    /// cases' mean first score is part of it; the standard deviation counts as a fact. The interval uses t
    /// with the smaller of n − 1 and N − 2 degrees of freedom.
    /// - Parameter cases: of the reference or not; of the clinical range only, if the reference is.
    public static func beyondReference(
        _ cases: [FirstAndLast], _ reference: ReferenceRegression, direction: ScoreDirection,
        minimum: MinimumCases = .standard
    ) throws(EffectSizeRefusal) -> EffectSize {
        try adjusted(cases, reference, direction, minimum, adding: 0, lineVariance: 1 / Double(reference.cases))
    }

    /// Severity-adjusted effect size: (mean change of the reference + mean residual gain) / SD of the
    /// reference (ACORN; clinical-reference 3.3).
    ///
    /// Standard error as of `beyondReference`, without the 1/N: the reference's mean last score cancels out
    /// of the sum. Its mean first score and standard deviation count as facts: the figure is about these cases
    /// beside this reference, not beside the population it was drawn from.
    public static func severityAdjusted(
        _ cases: [FirstAndLast], _ reference: ReferenceRegression, direction: ScoreDirection,
        minimum: MinimumCases = .standard
    ) throws(EffectSizeRefusal) -> EffectSize {
        let change = Double(direction.sign) * (reference.meanLast - reference.meanFirst)
        return try adjusted(cases, reference, direction, minimum, adding: change, lineVariance: 0)
    }

    private static func adjusted(
        _ cases: [FirstAndLast], _ reference: ReferenceRegression, _ direction: ScoreDirection,
        _ minimum: MinimumCases, adding change: Double, lineVariance: Double
    ) throws(EffectSizeRefusal) -> EffectSize {
        try minimum.check(cases.count)
        guard let gains = Moments(cases.map { reference.residualGain($0, direction) }),
            let first = Moments(cases.map(\.first))
        else { throw .tooFewCases(given: cases.count, minimum: minimum.number) }
        let distance = first.mean - reference.meanFirst
        let ofLine = reference.residualVariance * (lineVariance + distance * distance / reference.scatter)
        let variance = gains.variance / Double(cases.count) + ofLine
        return EffectSize(
            value: (change + gains.mean) / reference.deviation,
            standardError: variance.squareRoot() / reference.deviation,
            degreesOfFreedom: min(cases.count - 1, reference.cases - 2), cases: cases.count)
    }
}
