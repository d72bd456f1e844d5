/// When an alliance measure asks for a conversation (clinical-reference 4).
public struct AllianceRule: Hashable, Sendable {
    /// A total on the unfavourable side speaks; SRS: below 36, and 36 itself does not (OpenFIT).
    public let cutOff: CutOff
    /// A fall of at least this many steps since the rating before speaks; nil: no such rule.
    public let drop: Int?
    /// An item below this many steps speaks; nil (the default): no such rule.
    public let lowestItem: Int?
    /// Where the rule comes from; nil where a site does not say.
    public let evidence: Evidence?

    public init(cutOff: CutOff, drop: Int?, lowestItem: Int? = nil, evidence: Evidence? = nil) {
        self.cutOff = cutOff
        self.drop = drop
        self.lowestItem = lowestItem
        self.evidence = evidence
    }
}
