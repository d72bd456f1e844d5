/// Sex as norm tables divide it. Unknown is no case: it is the absence of a value.
public enum Sex: String, Hashable, Sendable, CaseIterable {
    case female, male
}

/// Raters for whom published figures hold: norms differ by who rates, by age, and some by sex.
public struct Population: Hashable, Sendable {
    public let raterRoles: Set<RaterRole>
    public let ageBands: Set<AgeBand>
    /// Nil: whatever the sex. Figures that name one never hold for a rater whose sex is unknown.
    public let sexes: Set<Sex>?

    public init(raterRoles: Set<RaterRole>, ageBands: Set<AgeBand>, sexes: Set<Sex>? = nil) {
        self.raterRoles = raterRoles
        self.ageBands = ageBands
        self.sexes = sexes
    }

    /// - Parameter sex: nil where it is not known.
    public func includes(_ role: RaterRole, _ ageBand: AgeBand, _ sex: Sex? = nil) -> Bool {
        guard raterRoles.contains(role), ageBands.contains(ageBand) else { return false }
        guard let sexes else { return true }
        return sex.map(sexes.contains) ?? false
    }

    /// Whether one rater could belong to both.
    public func overlaps(_ other: Population) -> Bool {
        guard !raterRoles.isDisjoint(with: other.raterRoles), !ageBands.isDisjoint(with: other.ageBands)
        else { return false }
        guard let sexes, let others = other.sexes else { return true }
        return !sexes.isDisjoint(with: others)
    }
}
