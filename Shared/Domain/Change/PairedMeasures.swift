/// Two measures that are judged together, as NHS Talking Therapies judges depression and anxiety
/// (clinical-reference 3.2).
///
/// The figures are data: PHQ-9 with 10 or more as caseness (not 9, as some pages have it) and a reliable
/// change of 6, GAD-7 with 8 or more and 4, or an anxiety measure of its own kind in the place of GAD-7.
public struct PairedMeasures: Hashable, Sendable {
    public let first: CasenessMeasure
    public let second: CasenessMeasure

    public init(_ first: CasenessMeasure, _ second: CasenessMeasure) {
        self.first = first
        self.second = second
    }

    /// What became of somebody on both measures.
    public func outcome(_ onFirst: FirstAndLast, _ onSecond: FirstAndLast) -> PairedOutcome {
        PairedOutcome(
            first: first.criteria.verdict(first: onFirst.first, last: onFirst.last),
            second: second.criteria.verdict(first: onSecond.first, last: onSecond.last))
    }
}

/// A measure with a line for caseness and a reliable change: `ChangeCriteria` that cannot lack the cut-off.
public struct CasenessMeasure: Hashable, Sendable {
    public let criteria: ChangeCriteria

    /// Nil where there is no cut-off to tell caseness by.
    public init?(_ criteria: ChangeCriteria) {
        guard criteria.cutOff != nil else { return nil }
        self.criteria = criteria
    }
}

/// A person's first and last score on one measure, in steps.
public struct FirstAndLast: Hashable, Sendable {
    public let first: Int
    public let last: Int

    public init(first: Int, last: Int) {
        self.first = first
        self.last = last
    }
}

/// What became of one person on two measures, by the definitions of NHS Talking Therapies
/// (clinical-reference 3.2).
public struct PairedOutcome: Hashable, Sendable {
    public let first: OutcomeVerdict
    public let second: OutcomeVerdict

    /// At caseness at the first score: on either measure, or on both.
    public var isCase: Bool { first.baselineRange == .clinical || second.baselineRange == .clinical }

    /// At caseness at the first score, and below it on both measures at the last.
    public var isRecovered: Bool {
        isCase && first.finalRange == .functional && second.finalRange == .functional
    }

    /// Better by the threshold on one or both measures and worse on none, or the mirror image.
    public var reliableChange: PairedReliableChange {
        switch (first.reliability, second.reliability) {
        case (.improvement, .deterioration), (.deterioration, .improvement): .mixed
        case (.improvement, _), (_, .improvement): .improvement
        case (.deterioration, _), (_, .deterioration): .deterioration
        case (.withinError, .withinError): .withinError
        }
    }

    public var isReliablyImproved: Bool { reliableChange == .improvement }
    public var isReliablyDeteriorated: Bool { reliableChange == .deterioration }

    /// Recovered, and reliably improved: recovery that is more than measurement error.
    public var isReliablyRecovered: Bool { isRecovered && isReliablyImproved }
}

/// Reliable change over two measures.
public enum PairedReliableChange: String, Hashable, Sendable, CaseIterable {
    case improvement, deterioration
    /// Reliably better on one and reliably worse on the other: counted as no reliable change.
    case mixed
    /// Within measurement error on both.
    case withinError = "within_error"
}
