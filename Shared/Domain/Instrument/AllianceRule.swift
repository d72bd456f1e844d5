/// When an alliance measure asks for a conversation (clinical-reference 4).
///
/// Cut-off and fall are published for the session scales. The rest is off unless configured: no figure for it is
/// published, so that a site that wants it says by how much.
public struct AllianceRule: Hashable, Sendable {
    /// A total on the unfavourable side speaks; SRS: below 36, and 36 itself does not (OpenFIT).
    public let cutOff: CutOff
    /// A fall of at least this many steps since the rating before speaks; nil: no such rule.
    public let drop: Int?
    /// An item below this many steps speaks; nil (the default): no such rule.
    public let lowestItem: Int?
    /// A total below the client's own mean so far speaks; nil (the default): no such rule.
    public let baseline: AllianceBaseline?
    /// A course that stays low or falls speaks; nil (the default): no such rule.
    public let pattern: AlliancePatternRule?
    /// A first total as good as can be prompts; nil (the default): no such rule.
    public let guardedStart: GuardedStart?
    /// Where cut-off, fall and item come from; nil where a site does not say.
    public let evidence: Evidence?

    public init(
        cutOff: CutOff, drop: Int?, lowestItem: Int? = nil, baseline: AllianceBaseline? = nil,
        pattern: AlliancePatternRule? = nil, guardedStart: GuardedStart? = nil, evidence: Evidence? = nil
    ) {
        self.cutOff = cutOff
        self.drop = drop
        self.lowestItem = lowestItem
        self.baseline = baseline
        self.pattern = pattern
        self.guardedStart = guardedStart
        self.evidence = evidence
    }
}

/// How far below the client's own mean of the earlier ratings an alliance total speaks.
///
/// Practice guides say to talk about it when a rating is below the client's own baseline, and not by how much
/// (clinical-reference 4).
public struct AllianceBaseline: Hashable, Sendable {
    /// How far below.
    public enum Margin: Hashable, Sendable {
        /// At least this many steps below the mean.
        case steps(Int)
        /// At least this many hundredths of the standard deviation of the earlier ratings below their mean: 150
        /// for 1.5. In use in some public code, published nowhere. Silent where all earlier ratings are the same,
        /// since a spread of nothing measures nothing.
        case hundredthsOfDeviation(Int)
    }

    public let margin: Margin
    /// Earlier ratings that a baseline needs.
    public let earlierRatings: Int
    /// Where the rule comes from; nil where a site does not say.
    public let evidence: Evidence?

    /// Nil where the margin is not above 0, or there are too few earlier ratings to have a mean, or a deviation.
    public init?(margin: Margin, earlierRatings: Int = 2, evidence: Evidence? = nil) {
        switch margin {
        case .steps(let steps):
            guard steps > 0, earlierRatings >= 1 else { return nil }
        case .hundredthsOfDeviation(let hundredths):
            guard hundredths > 0, earlierRatings >= 2 else { return nil }
        }
        self.init(checked: margin, earlierRatings, evidence)
    }

    /// A step or more below the mean of the earlier ratings, be it one: "below the client's own baseline" without
    /// a figure of one's own.
    public static let anyFall = AllianceBaseline(
        checked: .steps(1), 1, Evidence(source: "FIT and ROM practice guides (clinical-reference 4)", confidence: .sourced))

    private init(checked margin: Margin, _ earlierRatings: Int, _ evidence: Evidence?) {
        self.margin = margin
        self.earlierRatings = earlierRatings
        self.evidence = evidence
    }

    /// Whether a score is below the baseline that earlier scores make, all in steps.
    public func speaks(of score: Int, after earlier: some Collection<Int>, _ direction: ScoreDirection) -> Bool {
        guard earlier.count >= earlierRatings else { return false }
        let count = earlier.count
        let sum = earlier.reduce(0, +)
        // The count times how far the score is below the mean: whole numbers, so that a border is a border.
        let below = direction.sign * (sum - count * score)
        switch margin {
        case .steps(let steps):
            return below >= count * steps
        case .hundredthsOfDeviation(let hundredths):
            let squares = earlier.reduce(0) { $0 + $1 * $1 }
            // The count times (count - 1) times the variance.
            let spread = Double(count * squares - sum * sum)
            guard spread > 0, below > 0 else { return false }
            let margin = Double(hundredths) / 100
            return Double(below) * Double(below) * Double(count - 1) >= margin * margin * spread * Double(count)
        }
    }
}

/// How steep a course of the alliance is called rising or falling.
public struct AlliancePatternRule: Hashable, Sendable {
    /// Steps from one rating to the next; above 0. No figure is published.
    public let slope: Int
    /// Where the rule comes from; nil where a site does not say.
    public let evidence: Evidence?

    /// Nil where the slope is not above 0.
    public init?(slope: Int, evidence: Evidence? = nil) {
        guard slope > 0 else { return nil }
        self.slope = slope
        self.evidence = evidence
    }
}

/// That a first alliance total at the good end of the scale prompts to say that honest answers are welcome,
/// especially where power or culture stand between the two.
public struct GuardedStart: Hashable, Sendable {
    /// Where the rule comes from; nil where a site does not say.
    public let evidence: Evidence?

    public init(evidence: Evidence? = nil) { self.evidence = evidence }
}
