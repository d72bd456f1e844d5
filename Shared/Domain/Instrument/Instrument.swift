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
    /// Lowest and highest total, in steps.
    public let totalRange: ClosedRange<Int>
    public let direction: ScoreDirection
    /// Whether a total may be entered without its items.
    public let allowsTotalEntry: Bool
    public let missingItemRule: MissingItemRule
    /// How far back the client is asked to look, in days.
    public let recallDays: Int?
    /// At most one of them fits a given rater role and age band.
    public let normSets: [NormSet]
    /// Present for alliance measures.
    public let allianceRule: AllianceRule?
    public let codes: InstrumentCodes
    public let licence: InstrumentLicence

    /// - Precondition: at most 128 items.
    public init(
        reference: InstrumentReference, title: String, purpose: InstrumentPurpose, items: ItemScale?,
        stepDenominator: Int, totalRange: ClosedRange<Int>, direction: ScoreDirection,
        allowsTotalEntry: Bool, missingItemRule: MissingItemRule = .none, recallDays: Int? = nil,
        normSets: [NormSet] = [], allianceRule: AllianceRule? = nil,
        codes: InstrumentCodes = InstrumentCodes(), licence: InstrumentLicence
    ) {
        precondition((items?.count ?? 0) <= ItemNumbers.highest)
        self.reference = reference
        self.title = title
        self.purpose = purpose
        self.items = items
        self.stepDenominator = stepDenominator
        self.totalRange = totalRange
        self.direction = direction
        self.allowsTotalEntry = allowsTotalEntry
        self.missingItemRule = missingItemRule
        self.recallDays = recallDays
        self.normSets = normSets
        self.allianceRule = allianceRule
        self.codes = codes
        self.licence = licence
    }

    /// The figures that hold for a rater; nil where none, or more than one set, fits.
    public func normSet(for role: RaterRole, _ ageBand: AgeBand) -> NormSet? {
        var fitting: NormSet?
        for normSet in normSets where normSet.population.includes(role, ageBand) {
            guard fitting == nil else { return nil }
            fitting = normSet
        }
        return fitting
    }

    /// A number of steps as people write it, e.g. 253 tenths as `25.3`.
    public func text(_ steps: Int) -> String {
        DecimalSteps.text(steps, denominator: stepDenominator)
    }
}

public enum InstrumentPurpose: String, Hashable, Sendable, CaseIterable {
    /// How the client is doing.
    case outcome
    /// How the work together feels.
    case alliance
}

public enum ScoreDirection: String, Hashable, Sendable, CaseIterable {
    case higherIsBetter = "higher_is_better"
    case lowerIsBetter = "lower_is_better"

    /// Change from one score to another in steps; positive is better.
    public func improvement(from first: Int, to last: Int) -> Int {
        switch self {
        case .higherIsBetter: last - first
        case .lowerIsBetter: first - last
        }
    }
}

/// The items of an instrument, all on the same scale.
public struct ItemScale: Hashable, Sendable {
    public let count: Int
    /// Lowest and highest answer, in steps.
    public let range: ClosedRange<Int>
    /// Items counted from the other end of the scale.
    public let reversed: ItemNumbers
    /// Items one answer of which is a safety event, whatever the total.
    public let safety: [SafetyItem]

    public init(count: Int, range: ClosedRange<Int>, reversed: ItemNumbers = [], safety: [SafetyItem] = []) {
        self.count = count
        self.range = range
        self.reversed = reversed
        self.safety = safety
    }
}

/// An item that speaks of danger from a given answer upwards, e.g. PHQ-9 item 9 from 1.
public struct SafetyItem: Hashable, Sendable {
    /// Counted from 1.
    public let item: Int
    /// In steps, on the scale as answered (before any reversal).
    public let atLeast: Int

    public init(item: Int, atLeast: Int) {
        self.item = item
        self.atLeast = atLeast
    }
}

/// What becomes of unanswered items.
public enum MissingItemRule: Hashable, Sendable {
    /// Every item must be answered.
    case none
    /// Up to `maxMissing` items take the mean of the answered ones; the items of `neverImpute` must be
    /// answered (a safety item is never guessed).
    case mean(maxMissing: Int, neverImpute: ItemNumbers)
}

/// When an alliance measure asks for a conversation (clinical-reference 4).
public struct AllianceRule: Hashable, Sendable {
    /// A total on the unfavourable side speaks; SRS: below 36, and 36 itself does not (OpenFIT).
    public let cutOff: CutOff
    /// A fall of at least this many steps since the rating before speaks; nil: no such rule.
    public let drop: Int?
    /// An item below this many steps speaks; nil (the default): no such rule.
    public let lowestItem: Int?

    public init(cutOff: CutOff, drop: Int?, lowestItem: Int? = nil) {
        self.cutOff = cutOff
        self.drop = drop
        self.lowestItem = lowestItem
    }
}

/// LOINC codes; empty where none is verified.
public struct InstrumentCodes: Hashable, Sendable {
    public let loincPanel: String?
    public let loincTotal: String?
    /// In item order.
    public let loincItems: [String]

    public init(loincPanel: String? = nil, loincTotal: String? = nil, loincItems: [String] = []) {
        self.loincPanel = loincPanel
        self.loincTotal = loincTotal
        self.loincItems = loincItems
    }
}

/// What the holder's licence lets a site do with the wording, which Attune never carries.
public struct InstrumentLicence: Hashable, Sendable {
    public let wording: WordingLicence
    public let holder: String
    public let notice: String

    public init(wording: WordingLicence, holder: String, notice: String) {
        self.wording = wording
        self.holder = holder
        self.notice = notice
    }
}

public enum WordingLicence: String, Hashable, Sendable, CaseIterable {
    case publicDomain = "public_domain"
    /// Free to use as long as nothing is altered.
    case unalteredOnly = "unaltered_only"
    /// The site needs the holder's licence.
    case licensed
    /// The site's own measure.
    case siteOwned = "site_owned"
}
