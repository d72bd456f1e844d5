/// What decides whether a change is real and whether it leads across the line to health: the figures of one
/// norm set, read in the instrument's direction.
public struct ChangeCriteria: Hashable, Sendable {
    public let direction: ScoreDirection
    /// The smallest change in steps that is more than measurement error; exactly this many count. Above 0.
    public let reliableChange: Int
    /// Nil where none is published: ranges are then unknown and nobody recovers.
    public let cutOff: CutOff?
    /// The norm set the figures come from; nil for figures that come from none.
    public let normSet: NormSetID?

    /// Nil where the reliable change is not above 0.
    public init?(direction: ScoreDirection, reliableChange: Int, cutOff: CutOff?, normSet: NormSetID? = nil) {
        guard reliableChange > 0 else { return nil }
        self.direction = direction
        self.reliableChange = reliableChange
        self.cutOff = cutOff
        self.normSet = normSet
    }

    /// Nil where the norm set has no reliable change.
    public init?(_ normSet: NormSet, direction: ScoreDirection) {
        guard let reliableChange = normSet.reliableChange else { return nil }
        self.init(
            direction: direction, reliableChange: reliableChange, cutOff: normSet.cutOff, normSet: normSet.id)
    }

    /// What became of somebody between two scores, in steps.
    public func verdict(first: Int, last: Int) -> OutcomeVerdict {
        OutcomeVerdict(criteria: self, first: first, last: last)
    }

    /// Which way a change goes, if it is more than measurement error.
    public func reliability(ofImprovement steps: Int) -> ReliableDirection {
        if steps >= reliableChange { return .improvement }
        return steps <= -reliableChange ? .deterioration : .withinError
    }

    /// The side of the cut-off a score lies on; nil without a cut-off.
    public func range(of score: Int) -> ScoreRange? {
        cutOff.map { $0.isClinical(score, direction) ? .clinical : .functional }
    }
}

/// Which way somebody changed by more than measurement error.
public enum ReliableDirection: String, Hashable, Sendable, CaseIterable {
    case improvement, deterioration
    /// Within measurement error.
    case withinError = "within_error"
}

/// The side of the cut-off.
public enum ScoreRange: String, Hashable, Sendable, CaseIterable {
    case clinical, functional
}
