extension EffectSize {
    /// J = 1 − 3/(4n − 5): takes off what a standardised mean change of a single group is too large by,
    /// because its standard deviation comes from n cases (Hedges 1981 with n − 1 degrees of freedom;
    /// clinical-reference 3.3).
    /// - Precondition: `cases` is at least 2.
    public static func smallSampleCorrection(cases: Int) -> Double {
        precondition(cases >= 2)
        return 1 - 3 / Double(4 * cases - 5)
    }

    /// The mean change from first to last score in standard deviations.
    ///
    /// Standard errors, with s for the deviation of the changes and d for the uncorrected figure:
    /// * own intake SD: J·√(s²/(n·SD²) + d²/(2(n − 1))), the large-sample variance of Becker (Br J Math Stat
    ///   Psychol 1988; 41:257-278) with the observed variance of the changes in the place of 2(1 − r)·SD²,
    ///   so that first and last scores need not scatter alike;
    /// * reference SD: s/(√n·SD), exact for normal changes.
    ///
    /// The interval uses t with n − 1 degrees of freedom.
    /// - Throws: `EffectSizeRefusal`.
    public static func simple(
        _ cases: [FirstAndLast], direction: ScoreDirection, standardizer: Standardizer = .ownIntake,
        minimum: MinimumCases = .standard
    ) throws(EffectSizeRefusal) -> EffectSize {
        try minimum.check(cases.count)
        let improvements = cases.map { direction.improvement(from: $0.first, to: $0.last) }
        guard let change = Moments(improvements), let intake = Moments(cases.map(\.first)) else {
            throw .tooFewCases(given: cases.count, minimum: minimum.number)
        }
        switch standardizer {
        case .ownIntake:
            guard intake.variance > 0 else { throw .noVariation }
            return ofOwnIntake(change, intakeVariance: intake.variance)
        case .reference(let deviation):
            guard deviation > 0, deviation.isFinite else { throw .invalidDeviation }
            return EffectSize(
                value: change.mean / deviation,
                standardError: (change.variance / Double(change.count)).squareRoot() / deviation,
                degreesOfFreedom: change.count - 1, cases: change.count)
        }
    }

    private static func ofOwnIntake(_ change: Moments, intakeVariance: Double) -> EffectSize {
        let number = Double(change.count)
        let correction = smallSampleCorrection(cases: change.count)
        let uncorrected = change.mean / intakeVariance.squareRoot()
        let variance =
            change.variance / (number * intakeVariance) + uncorrected * uncorrected / (2 * (number - 1))
        return EffectSize(
            value: correction * uncorrected, standardError: correction * variance.squareRoot(),
            degreesOfFreedom: change.count - 1, cases: change.count)
    }
}

extension [FirstAndLast] {
    /// Those that begin in the clinical range: severity-adjusted effect sizes are of them only
    /// (clinical-reference 3.3, ACORN).
    public func startingClinical(_ cutOff: CutOff, _ direction: ScoreDirection) -> [FirstAndLast] {
        filter { cutOff.isClinical($0.first, direction) }
    }
}
