/// A measure, as far as its arithmetic goes. Item wording is never part of it.
///
/// Values are whole numbers of the smallest step: with `stepDenominator` 10 a total of 25.3 is 253.
public struct Instrument: Hashable, Sendable {
    public let reference: InstrumentReference
    public let title: String
    public let purpose: InstrumentPurpose
    /// Nil for an instrument that is only ever entered as a total.
    public let items: ItemScale?
    /// Steps in one point: 1 for whole points, 10 for tenths.
    public let stepDenominator: Int
    /// How the items make the total.
    public let score: ScoreMethod
    /// Lowest and highest total, in steps.
    public let totalRange: ClosedRange<Int>
    /// Meaningless where `hasBetterEnd` is false.
    public let direction: ScoreDirection
    /// Whether a total may be entered without its items.
    public let allowsTotalEntry: Bool
    public private(set) var missingItemRule: MissingItemRule
    /// Parts of the items with a score of their own.
    public private(set) var subscales: [Subscale]
    /// How far back the client is asked to look, in days.
    public let recallDays: Int?
    /// Published figures side by side; `normSet(for:ageBand:sex:)` says which one holds for a rater.
    public private(set) var normSets: [NormSet]
    /// Published ways to name ranges of the total side by side; `bandSet` is the one that holds.
    public private(set) var bandSets: [BandSet]
    /// Present for alliance measures.
    public private(set) var allianceRule: AllianceRule?
    /// When a course counts as stalled; nil: never. For outcome measures alone.
    public private(set) var stalledRule: StalledRule?
    public let codes: InstrumentCodes
    public let licence: InstrumentLicence
    /// Where items, ranges, reversals and the other arithmetic come from; nil where a site does not say.
    public let evidence: Evidence?
    /// True for a measure that nobody has validated, such as Attune's own.
    public let isUnvalidated: Bool

    /// - Precondition: at most 128 items.
    public init(
        reference: InstrumentReference, title: String, purpose: InstrumentPurpose, items: ItemScale?,
        stepDenominator: Int, totalRange: ClosedRange<Int>, direction: ScoreDirection,
        allowsTotalEntry: Bool, missingItemRule: MissingItemRule = .none, recallDays: Int? = nil,
        normSets: [NormSet] = [], allianceRule: AllianceRule? = nil,
        codes: InstrumentCodes = InstrumentCodes(), licence: InstrumentLicence,
        score: ScoreMethod = .plainSum, subscales: [Subscale] = [], bandSets: [BandSet] = [],
        evidence: Evidence? = nil, isUnvalidated: Bool = false, stalledRule: StalledRule? = nil
    ) {
        precondition((items?.count ?? 0) <= ItemNumbers.highest)
        self.reference = reference
        self.title = title
        self.purpose = purpose
        self.items = items
        self.stepDenominator = stepDenominator
        self.score = score
        self.totalRange = totalRange
        self.direction = direction
        self.allowsTotalEntry = allowsTotalEntry
        self.missingItemRule = missingItemRule
        self.subscales = subscales
        self.recallDays = recallDays
        self.normSets = normSets
        self.bandSets = bandSets
        self.allianceRule = allianceRule
        self.codes = codes
        self.licence = licence
        self.evidence = evidence
        self.isUnvalidated = isUnvalidated
        self.stalledRule = stalledRule
    }

    /// False for preferences: between two poles neither of which is better there is no direction, no cut-off,
    /// no reliable change and no expected response. The catalogue refuses such figures for them.
    public var hasBetterEnd: Bool { purpose != .preferences }

    /// A number of steps as people write it, e.g. 253 tenths as `25.3`.
    public func text(_ steps: Int) -> String {
        DecimalSteps.text(steps, denominator: stepDenominator)
    }
}

/// What a site decides where published figures differ or leave a choice. The arithmetic of a complete
/// rating is not among it: who needs another one defines another version.
extension Instrument {
    /// The instrument with a norm set that goes before the standard one; nil where it has no such set.
    public func choosing(normSet id: NormSetID) -> Instrument? {
        guard let index = normSets.firstIndex(where: { $0.id == id }) else { return nil }
        var copy = self
        copy.normSets[index].standing = .chosen
        return copy
    }

    /// The instrument with a band set in the place of the standard one; nil where it has no such set.
    public func choosing(bandSet id: BandSetID) -> Instrument? {
        guard let index = bandSets.firstIndex(where: { $0.id == id }) else { return nil }
        var copy = self
        copy.bandSets[index].standing = .chosen
        return copy
    }

    /// The instrument with another rule for unanswered items.
    /// - Parameter subscaleRule: nil: the subscales keep theirs.
    public func choosing(
        missingItemRule rule: MissingItemRule, ofSubscales subscaleRule: MissingItemRule? = nil
    ) -> Instrument {
        var copy = self
        copy.missingItemRule = rule
        if let subscaleRule {
            for index in copy.subscales.indices { copy.subscales[index].missingItemRule = subscaleRule }
        }
        return copy
    }

    /// The instrument with another alliance rule.
    public func choosing(allianceRule rule: AllianceRule) -> Instrument {
        var copy = self
        copy.allianceRule = rule
        return copy
    }

    /// The instrument with another rule for stalled courses; nil: none.
    public func choosing(stalledRule rule: StalledRule?) -> Instrument {
        var copy = self
        copy.stalledRule = rule
        return copy
    }
}

public enum InstrumentPurpose: String, Hashable, Sendable, CaseIterable {
    /// How the client is doing.
    case outcome
    /// How the work together feels.
    case alliance
    /// How the client would like the work to be; nothing that gets better or worse.
    case preferences
}

public enum ScoreDirection: String, Hashable, Sendable, CaseIterable {
    case higherIsBetter = "higher_is_better"
    case lowerIsBetter = "lower_is_better"

    /// Which way is better: 1 upwards, -1 downwards.
    @inlinable
    public var sign: Int {
        switch self {
        case .higherIsBetter: 1
        case .lowerIsBetter: -1
        }
    }

    /// Change from one score to another in steps; positive is better.
    @inlinable
    public func improvement(from first: Int, to last: Int) -> Int { sign * (last - first) }
}
