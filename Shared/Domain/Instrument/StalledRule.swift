/// When a course counts as stalled: after enough ratings no reliable change since the first one in either direction,
/// and the newest score still in the clinical range (FIT/ROM practice guides; clinical-reference 2.7).
///
/// A signal and not a state: a stalled course is on track, at risk or not on track besides, and all of it is
/// worth knowing. It needs a norm set with a cut-off and a reliable change; without one it never speaks.
public struct StalledRule: Hashable, Sendable {
    /// Numbers of ratings a rule may ask for: with one there is no change yet.
    public static let allowedRatings = 2...EpisodeRules.sessionNumbers.upperBound
    /// As the practice guides have it.
    public static let usualRatings = 4

    /// Ratings of the course, the first and the newest included, from which on the rule speaks.
    public let ratings: Int
    /// Where the rule comes from; nil where a site does not say.
    public let evidence: Evidence?

    /// Nil for a number of ratings that is not allowed.
    public init?(ratings: Int = usualRatings, evidence: Evidence? = nil) {
        guard Self.allowedRatings.contains(ratings) else { return nil }
        self.ratings = ratings
        self.evidence = evidence
    }
}
