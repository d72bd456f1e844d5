/// Where a figure comes from and how sure it is.
public struct Evidence: Hashable, Sendable {
    public let source: String
    public let confidence: Confidence

    public init(source: String, confidence: Confidence) {
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

/// What makes one of several published figures hold.
public enum Standing: String, Hashable, Sendable, CaseIterable {
    /// Holds unless a site chooses another.
    case standard
    /// Stands beside the standard one and holds only where a site chooses it.
    case alternative
    /// Chosen by the site.
    case chosen
}
