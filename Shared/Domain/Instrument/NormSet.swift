/// Raters for whom published figures hold: norms differ by who rates and by age.
public struct Population: Hashable, Sendable {
    public let raterRoles: Set<RaterRole>
    public let ageBands: Set<AgeBand>

    public init(raterRoles: Set<RaterRole>, ageBands: Set<AgeBand>) {
        self.raterRoles = raterRoles
        self.ageBands = ageBands
    }

    public func includes(_ role: RaterRole, _ ageBand: AgeBand) -> Bool {
        raterRoles.contains(role) && ageBands.contains(ageBand)
    }

    /// Whether one rater could belong to both.
    public func overlaps(_ other: Population) -> Bool {
        !raterRoles.isDisjoint(with: other.raterRoles) && !ageBands.isDisjoint(with: other.ageBands)
    }
}

/// The line between the clinical and the functional range, in steps.
///
/// Whether the value itself is still clinical is part of the figure: PHQ-9 caseness begins at 10
/// (inclusive), an ORS of exactly 25.0 is functional (not inclusive).
public struct CutOff: Hashable, Sendable {
    public let value: Int
    /// True where a score equal to `value` lies in the clinical range.
    public let isInclusive: Bool

    public init(value: Int, isInclusive: Bool) {
        self.value = value
        self.isInclusive = isInclusive
    }

    /// Whether a score lies on the unfavourable side.
    public func isClinical(_ score: Int, _ direction: ScoreDirection) -> Bool {
        if score == value { return isInclusive }
        return switch direction {
        case .higherIsBetter: score < value
        case .lowerIsBetter: score > value
        }
    }
}

/// One published set of figures for one population.
///
/// Published values conflict for nearly every instrument, so figures are data with provenance and
/// never constants in code (clinical-reference, rule 1).
public struct NormSet: Hashable, Sendable {
    public let id: NormSetID
    /// In words, e.g. `adult outpatients`.
    public let title: String
    public let population: Population
    /// Nil where no cut-off is published: nobody is then called recovered.
    public let cutOff: CutOff?
    /// The smallest change in steps that is more than measurement error; a change of exactly this many
    /// counts. Nil where none is published: nobody is then called deteriorating or recovered.
    public let reliableChange: Int?
    /// Where the figures come from.
    public let source: String
    public let confidence: Confidence

    public init(
        id: NormSetID, title: String, population: Population, cutOff: CutOff?, reliableChange: Int?,
        source: String, confidence: Confidence
    ) {
        self.id = id
        self.title = title
        self.population = population
        self.cutOff = cutOff
        self.reliableChange = reliableChange
        self.source = source
        self.confidence = confidence
    }
}

/// How sure a figure is.
public enum Confidence: String, Hashable, Sendable, CaseIterable {
    /// A source says so.
    case sourced
    /// Well known in the field, not checked against the primary paper.
    case commonKnowledge = "common_knowledge"
    /// Conflicting or second-hand.
    case uncertain
    /// Computed from other figures.
    case computed
}
