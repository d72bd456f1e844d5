/// A mean change in standard deviations, with its precision. Positive is better.
///
/// A figure about a group, never about one person, and never shown of fewer cases than the site's minimum:
/// every way to one goes through `MinimumCases`.
public struct EffectSize: Hashable, Sendable {
    public let value: Double
    public let standardError: Double
    /// Of the t distribution the interval is taken from.
    public let degreesOfFreedom: Int
    /// Cases behind the figure.
    public let cases: Int

    /// value ± t·standard error.
    public func interval(_ level: ConfidenceLevel = .ninetyFive) -> ConfidenceInterval {
        let deviate = level.studentDeviate(degreesOfFreedom: degreesOfFreedom)
        return ConfidenceInterval(around: value, halfWidth: deviate * standardError, level: level)
    }

    /// Relative effect size: how far a clinic or clinician lies from a grand mean (clinical-reference 3.3,
    /// in the form of a difference).
    ///
    /// The standard errors are added as of independent figures. Where the cases are part of the grand mean
    /// they are not, and the interval is then somewhat too wide, never too narrow.
    /// - Parameters:
    ///   - grandMean: an effect size of the same kind and standard deviation.
    ///   - standardError: of the grand mean; 0 for one that is given as a fact.
    public func relative(toGrandMean grandMean: Double, standardError: Double = 0) -> EffectSize {
        let error = (self.standardError * self.standardError + standardError * standardError).squareRoot()
        return EffectSize(
            value: value - grandMean, standardError: error, degreesOfFreedom: degreesOfFreedom, cases: cases)
    }
}

/// The fewest cases an effect size is shown of.
public struct MinimumCases: Hashable, Sendable {
    public let number: Int

    /// The fewest a site may set: below, neither the correction nor the intervals are what they claim.
    public static let lowest = 5

    /// 30 closed cases with two or more ratings (clinical-reference 3.3).
    public static let standard = MinimumCases(checked: 30)

    /// Nil below `lowest`.
    public init?(_ number: Int) {
        guard number >= Self.lowest else { return nil }
        self.init(checked: number)
    }

    private init(checked number: Int) { self.number = number }

    func check(_ given: Int) throws(EffectSizeRefusal) {
        guard given >= number else { throw .tooFewCases(given: given, minimum: number) }
    }
}

/// Why there is no effect size.
public enum EffectSizeRefusal: Error, Hashable, Sendable {
    case tooFewCases(given: Int, minimum: Int)
    /// The first scores are all the same: there is no standard deviation to measure by.
    case noVariation
    /// A given standard deviation must be above 0 and finite.
    case invalidDeviation
}

/// What a change is measured in.
public enum Standardizer: Hashable, Sendable {
    /// The standard deviation of the cases' own first scores. It is estimated from the same cases, so the
    /// effect size is corrected for small samples.
    case ownIntake
    /// A published standard deviation, in steps, taken as a fact: nothing is to be corrected then.
    case reference(deviation: Double)
}
