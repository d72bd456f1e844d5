/// The expected score and the bounds around it, in hundredths of a step.
///
/// Rounded once, here; every decision is taken from these integers, so that a reader of the stored
/// result can take it again.
public struct ExpectedResponse: Hashable, Sendable {
    public let mean: Int
    public let lower68: Int
    public let upper68: Int
    public let lower80: Int
    public let upper80: Int

    public init(mean: Int, lower68: Int, upper68: Int, lower80: Int, upper80: Int) {
        self.mean = mean
        self.lower68 = lower68
        self.upper68 = upper68
        self.lower80 = lower80
        self.upper80 = upper80
    }
}

extension ExpectedResponseModel {
    /// Deviates of the two-sided 68 % and 80 % intervals (clinical-reference 2.6).
    static let deviate68 = 1.0
    static let deviate80 = 1.2815515655446004

    /// V(j): the variance of a rating around the expected score, in squared points.
    /// - Parameters: as of `expected`.
    public func variance(baseline: Int, session: Int, instrument: Instrument) -> Double {
        variance(
            intake: Double(baseline) / Double(instrument.stepDenominator), elapsed: naturalLogarithm(session))
    }

    /// What the model expects at a session; nil outside its support.
    /// - Parameters:
    ///   - baseline: the first score of the course, in steps.
    ///   - session: counted from the first rating of the course as 1.
    public func expected(baseline: Int, session: Int, instrument: Instrument) -> ExpectedResponse? {
        guard baselineSupport.contains(baseline), (1...maxSession).contains(session) else { return nil }
        let intake = Double(baseline) / Double(instrument.stepDenominator)
        let elapsed = naturalLogarithm(session)
        let beta = coefficients.beta
        var slope = beta.c + beta.d * intake
        // The mean of a favourable course never turns for the worse: at an intake where regression to
        // the mean would make it fall, no change is expected.
        switch instrument.direction {
        case .higherIsBetter: slope = slope > 0 ? slope : 0
        case .lowerIsBetter: slope = slope < 0 ? slope : 0
        }
        let mean = beta.a + beta.b * intake + slope * elapsed
        let spread = variance(intake: intake, elapsed: elapsed).squareRoot()

        let scale = Double(instrument.stepDenominator) * 100
        let range = instrument.totalRange
        func hundredths(_ points: Double) -> Int {
            min(max(Self.nearest(points * scale), range.lowerBound * 100), range.upperBound * 100)
        }
        return ExpectedResponse(
            mean: hundredths(mean),
            lower68: hundredths(mean - Self.deviate68 * spread),
            upper68: hundredths(mean + Self.deviate68 * spread),
            lower80: hundredths(mean - Self.deviate80 * spread),
            upper80: hundredths(mean + Self.deviate80 * spread))
    }

    private func variance(intake: Double, elapsed: Double) -> Double {
        let x = Vector4(1, intake, elapsed, intake * elapsed)
        let ofEstimate = coefficients.betaCovariance.quadraticForm(x)
        let betweenPersons =
            coefficients.levelVariance + 2 * coefficients.levelSlopeCovariance * elapsed
            + coefficients.slopeVariance * elapsed * elapsed
        return ofEstimate + betweenPersons + coefficients.residualVariance
    }

    /// Nearest integer, halves upwards, without the C library. Values beyond any score are cut to a
    /// bound that still converts; what is not a number, which checked coefficients cannot give, reads
    /// as the highest.
    private static func nearest(_ value: Double) -> Int {
        guard value < 1e12 else { return 1_000_000_000_000 }
        guard value > -1e12 else { return -1_000_000_000_000 }
        let shifted = value + 0.5
        let truncated = Int(shifted)
        return Double(truncated) > shifted ? truncated - 1 : truncated
    }
}
