extension ExpectedResponseModel {
    /// A curve that is log-linear in the session number, with bounds around it:
    ///
    ///     ŷ(j | y0) = β0 + β1·y0 + (β2 + β3·y0)·ln j
    ///     V(j)      = x'·Cov(β)·x + [1, ln j]·G·[1, ln j]' + σ²      with x = [1, y0, ln j, y0·ln j]
    ///     bound     = ŷ ± z·√V
    ///
    /// (clinical-reference 2.7; the shape is that of Finch, Lambert and Schaalje 2001 and of Delgadillo
    /// 2018, the coefficients are nobody's.) y0 and ŷ are in points, not steps, because publications and
    /// people use points.
    public struct Coefficients: Hashable, Sendable {
        /// β0, β1, β2, β3.
        public let beta: Vector4
        /// Sampling covariance of β.
        public let betaCovariance: SymmetricMatrix4
        /// G, variance between persons: of the level, of the slope, and their covariance.
        public let levelVariance: Double
        public let levelSlopeCovariance: Double
        public let slopeVariance: Double
        /// σ², variance of single ratings.
        public let residualVariance: Double

        public init(
            beta: Vector4, betaCovariance: SymmetricMatrix4, levelVariance: Double,
            levelSlopeCovariance: Double, slopeVariance: Double, residualVariance: Double
        ) {
            self.beta = beta
            self.betaCovariance = betaCovariance
            self.levelVariance = levelVariance
            self.levelSlopeCovariance = levelSlopeCovariance
            self.slopeVariance = slopeVariance
            self.residualVariance = residualVariance
        }
    }
}

/// What the formula needs to know of an instrument.
struct ResponseScale {
    let denominator: Double
    /// Hundredths of a step in one point.
    let hundredths: Double
    /// Ends of the total, in hundredths of a step.
    let lowest: Double
    let highest: Double
    let direction: ScoreDirection

    init(_ instrument: Instrument) {
        denominator = Double(instrument.stepDenominator)
        hundredths = denominator * 100
        lowest = Double(instrument.totalRange.lowerBound * 100)
        highest = Double(instrument.totalRange.upperBound * 100)
        direction = instrument.direction
    }

    /// Points as hundredths of a step, clipped to the range, to the nearest integer, halves upwards,
    /// without the C library. What is not a number, which checked coefficients cannot give, reads as the
    /// highest.
    @inline(__always)
    func rounded(_ points: Double) -> Int {
        let value = points * hundredths
        let below = value < highest ? value : highest
        let shifted = (below > lowest ? below : lowest) + 0.5
        let truncated = Int(shifted)
        return Double(truncated) > shifted ? truncated - 1 : truncated
    }
}

/// The parts of the formula that only the session decides: worked out once per model.
///
/// Sums are always taken in the same order, here and in `IntakeTerms`, whether the parts are kept or made
/// for one call; so a result does not depend, to the last bit, on how it was asked for.
struct SessionTerms {
    /// ln j
    let elapsed: Double
    let squareOfElapsed: Double
    let interceptWithElapsed: Double
    let elapsedWithProduct: Double
    let betweenPersons: Double

    /// - Parameter session: from 1.
    init(_ coefficients: ExpectedResponseModel.Coefficients, session: Int) {
        let covariance = coefficients.betaCovariance
        elapsed = naturalLogarithm(session)
        squareOfElapsed = covariance.cc * elapsed * elapsed
        interceptWithElapsed = covariance.ac * elapsed
        elapsedWithProduct = covariance.cd * elapsed
        betweenPersons =
            coefficients.levelVariance + 2 * coefficients.levelSlopeCovariance * elapsed
            + coefficients.slopeVariance * elapsed * elapsed
    }
}

/// The parts of the formula that the intake decides: worked out once per course.
struct IntakeTerms {
    private let intake: Double
    private let level: Double
    private let slope: Double
    private let squares: Double
    private let interceptWithIntake: Double
    private let intakeWithElapsed: Double
    private let intakeWithProduct: Double
    private let interceptWithProduct: Double
    private let squareOfProduct: Double
    private let residual: Double

    /// - Parameter baseline: the first score, in steps.
    @inline(__always)
    init(_ coefficients: ExpectedResponseModel.Coefficients, baseline: Int, scale: ResponseScale) {
        let beta = coefficients.beta
        let covariance = coefficients.betaCovariance
        intake = Double(baseline) / scale.denominator
        level = beta.a + beta.b * intake
        // The mean of a favourable course never turns for the worse: at an intake where regression to
        // the mean would make it fall, no change is expected.
        let free = beta.c + beta.d * intake
        switch scale.direction {
        case .higherIsBetter: slope = free > 0 ? free : 0
        case .lowerIsBetter: slope = free < 0 ? free : 0
        }
        squares = covariance.aa + covariance.bb * intake * intake
        interceptWithIntake = covariance.ab * intake
        intakeWithElapsed = covariance.bc * intake
        intakeWithProduct = covariance.bd * intake
        interceptWithProduct = covariance.ad
        squareOfProduct = covariance.dd
        residual = coefficients.residualVariance
    }

    /// V(j), in squared points.
    @inline(__always)
    func variance(at session: SessionTerms) -> Double {
        let product = intake * session.elapsed
        let ofSquares = squares + session.squareOfElapsed + squareOfProduct * product * product
        let withIntercept = interceptWithIntake + session.interceptWithElapsed + interceptWithProduct * product
        let withOthers =
            intakeWithElapsed * session.elapsed + intakeWithProduct * product + session.elapsedWithProduct * product
        return ofSquares + 2 * (withIntercept + withOthers) + session.betweenPersons + residual
    }

    /// The expected score and its bounds.
    @inline(__always)
    func expected(at session: SessionTerms, scale: ResponseScale) -> ExpectedResponse {
        let mean = level + slope * session.elapsed
        let deviation = variance(at: session).squareRoot()
        let sixtyEight = ToleranceBound.sixtyEight.deviate * deviation
        let eighty = ToleranceBound.eighty.deviate * deviation
        let ninety = ToleranceBound.ninety.deviate * deviation
        return ExpectedResponse(
            mean: scale.rounded(mean),
            lower68: scale.rounded(mean - sixtyEight), upper68: scale.rounded(mean + sixtyEight),
            lower80: scale.rounded(mean - eighty), upper80: scale.rounded(mean + eighty),
            lower90: scale.rounded(mean - ninety), upper90: scale.rounded(mean + ninety))
    }
}
