/// How many people belong to each class of outcome, with the denominators.
///
/// Sums are open counts: whoever shows them to others suppresses small cells first (clinical-reference 5.6).
public struct OutcomeSummary: Hashable, Sendable {
    /// Everybody with a first and a last score.
    public let cases: Int
    /// Began in the clinical range: the only ones who can recover.
    public let startedClinical: Int
    /// Began in the functional range: the only ones who can be harmed.
    public let startedFunctional: Int
    private let counts: [OutcomeClass: Int]

    /// - Parameter namingHarm: see `OutcomeVerdict.outcome`.
    public init(_ verdicts: some Sequence<OutcomeVerdict>, namingHarm: Bool = false) {
        var cases = 0
        var ranges: [ScoreRange: Int] = [:]
        var counts: [OutcomeClass: Int] = [:]
        for verdict in verdicts {
            cases += 1
            counts[verdict.outcome(namingHarm: namingHarm), default: 0] += 1
            if let range = verdict.baselineRange { ranges[range, default: 0] += 1 }
        }
        self.cases = cases
        self.counts = counts
        startedClinical = ranges[.clinical] ?? 0
        startedFunctional = ranges[.functional] ?? 0
    }

    public func count(of outcome: OutcomeClass) -> Int { counts[outcome] ?? 0 }

    /// Began without a cut-off to tell the range by.
    public var startedUnknown: Int { cases - startedClinical - startedFunctional }

    /// Of all cases.
    public func share(of outcome: OutcomeClass) -> Share { Share(count(of: outcome), of: cases) }

    /// Recovered or improved, of all cases.
    public var reliablyImproved: Share { Share(count(of: .recovered) + count(of: .improved), of: cases) }

    /// Deteriorated, with or without harm, of all cases.
    public var reliablyDeteriorated: Share { Share(count(of: .deteriorated) + count(of: .harmed), of: cases) }

    /// Recovered, of those who could.
    public var recoveredOfClinical: Share { Share(count(of: .recovered), of: startedClinical) }
}
