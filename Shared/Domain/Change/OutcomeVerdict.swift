/// What became of one person on one measure, after Jacobson and Truax (clinical-reference 3.1).
public struct OutcomeVerdict: Hashable, Sendable {
    /// The figures behind the verdict.
    public let criteria: ChangeCriteria
    /// In steps.
    public let first: Int
    /// In steps.
    public let last: Int

    init(criteria: ChangeCriteria, first: Int, last: Int) {
        self.criteria = criteria
        self.first = first
        self.last = last
    }

    /// In steps; positive is better.
    public var improvement: Int { criteria.direction.improvement(from: first, to: last) }

    public var reliability: ReliableDirection { criteria.reliability(ofImprovement: improvement) }

    /// Where the person began; nil without a cut-off.
    public var baselineRange: ScoreRange? { criteria.range(of: first) }

    /// Where the person ended; nil without a cut-off.
    public var finalRange: ScoreRange? { criteria.range(of: last) }

    /// Whether there was a clinical range to leave. Somebody who begins in the functional range cannot
    /// recover, and is counted apart; false without a cut-off.
    public var recoveryIsPossible: Bool { baselineRange == .clinical }

    /// From the clinical into the functional range, by however little.
    public var crossedIntoFunctional: Bool { baselineRange == .clinical && finalRange == .functional }

    /// From the functional into the clinical range, by however little.
    public var crossedIntoClinical: Bool { baselineRange == .functional && finalRange == .clinical }

    /// Reliable, and across the cut-off in the same direction.
    public var isClinicallySignificant: Bool {
        switch reliability {
        case .improvement: crossedIntoFunctional
        case .deterioration: crossedIntoClinical
        case .withinError: false
        }
    }

    /// The one class the person belongs to.
    /// - Parameter namingHarm: whether deterioration into the clinical range is a class of its own.
    public func outcome(namingHarm: Bool = false) -> OutcomeClass {
        switch reliability {
        case .improvement: crossedIntoFunctional ? .recovered : .improved
        case .deterioration: namingHarm && crossedIntoClinical ? .harmed : .deteriorated
        case .withinError: .unchanged
        }
    }
}

/// The classes of Jacobson and Truax, each person in exactly one.
public enum OutcomeClass: String, Hashable, Sendable, CaseIterable {
    /// Reliably better, and from the clinical into the functional range.
    case recovered
    /// Reliably better, without that crossing.
    case improved
    /// Within measurement error, even where the cut-off was crossed.
    case unchanged
    /// Reliably worse.
    case deteriorated
    /// Reliably worse, and from the functional into the clinical range; only where it is asked for,
    /// otherwise part of `deteriorated`.
    case harmed
}
