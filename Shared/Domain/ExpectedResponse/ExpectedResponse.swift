/// The expected score and the bounds around it, in hundredths of a step.
///
/// Rounded once, where the model is asked; every decision is taken from these integers, so that a
/// reader of the stored result can take it again. Figures have 32 bits, as in published events: enough for
/// totals of twenty million steps, far above any instrument; what is beyond is cut to the nearest.
public struct ExpectedResponse: Hashable, Sendable {
    public var mean: Int { Int(mean32) }
    public var lower68: Int { Int(lower68in32) }
    public var upper68: Int { Int(upper68in32) }
    public var lower80: Int { Int(lower80in32) }
    public var upper80: Int { Int(upper80in32) }
    public var lower90: Int { Int(lower90in32) }
    public var upper90: Int { Int(upper90in32) }

    // A course holds one of these per rating; half the width makes scoring measurably faster.
    private let mean32, lower68in32, upper68in32, lower80in32, upper80in32, lower90in32, upper90in32: Int32

    public init(
        mean: Int, lower68: Int, upper68: Int, lower80: Int, upper80: Int, lower90: Int, upper90: Int
    ) {
        self.mean32 = Int32(clamping: mean)
        self.lower68in32 = Int32(clamping: lower68)
        self.upper68in32 = Int32(clamping: upper68)
        self.lower80in32 = Int32(clamping: lower80)
        self.upper80in32 = Int32(clamping: upper80)
        self.lower90in32 = Int32(clamping: lower90)
        self.upper90in32 = Int32(clamping: upper90)
    }

    /// The two ends of a bound.
    public func range(_ bound: ToleranceBound) -> (lower: Int, upper: Int) {
        switch bound {
        case .sixtyEight: (lower68, upper68)
        case .eighty: (lower80, upper80)
        case .ninety: (lower90, upper90)
        }
    }

    /// Whether a score in steps lies beyond a bound on the unfavourable side. A score on the bound does not.
    public func isWorse(_ score: Int, than bound: ToleranceBound, _ direction: ScoreDirection) -> Bool {
        switch direction {
        case .higherIsBetter: score * 100 < range(bound).lower
        case .lowerIsBetter: score * 100 > range(bound).upper
        }
    }
}

/// The two-sided intervals that systems of this field draw around an expected score
/// (clinical-reference 2.6).
public enum ToleranceBound: Int, Hashable, Sendable, CaseIterable {
    /// OQ yellow: one tail of 16 %.
    case sixtyEight = 68
    /// OQ red, and "not on track" after Delgadillo 2018: one tail of 10 %.
    case eighty = 80
    /// The failure boundary of the Trier Navigator: one tail of 5 %.
    case ninety = 90

    /// Normal deviate of the bound: 68 % is one standard deviation by convention of the table.
    public var deviate: Double {
        switch self {
        case .sixtyEight: 1.0
        case .eighty: 1.2815515655446004
        case .ninety: 1.6448536269514722
        }
    }

    /// Share of ratings that a well-fitting model leaves beyond the bound on either side.
    public var tail: Double {
        switch self {
        case .sixtyEight: 0.15865525393145707
        case .eighty: 0.1
        case .ninety: 0.05
        }
    }
}
