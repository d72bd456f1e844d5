/// How an alliance goes over its ratings (clinical-reference 4, from a vendor's articles; groups included).
public enum AlliancePattern: String, Hashable, Sendable, CaseIterable {
    /// Goes with ending early and poor outcome.
    case lowStaysLow = "low_stays_low"
    /// Goes with less ending early and the best outcome.
    case lowImproves = "low_improves"
    /// Goes with good outcome.
    case highStaysHigh = "high_stays_high"
    /// Goes with ending early and poor outcome.
    case highFalls = "high_falls"

    /// Whether it asks for a conversation.
    public var speaks: Bool {
        switch self {
        case .lowStaysLow, .highFalls: true
        case .lowImproves, .highStaysHigh: false
        }
    }

    /// Ratings that a slope is taken over, the newest last.
    static let window = 3

    /// Classifies a course of at least two totals; nil for a shorter one.
    ///
    /// Low or high is the first total against the cut-off. The slope is that of the least-squares line over the last
    /// three totals, or the two there are, one rating apart. A course that has crossed the cut-off has improved or
    /// fallen, however level it is by now.
    /// - Parameter scores: in steps, in session order.
    public init?(
        _ scores: some BidirectionalCollection<Int>, cutOff: CutOff, rule: AlliancePatternRule,
        _ direction: ScoreDirection
    ) {
        guard let first = scores.first, let newest = scores.last, scores.count > 1 else { return nil }
        let last = scores.suffix(Self.window)
        // Over two or three totals a step apart, the line's slope is the change from the first of them to the last,
        // divided by the steps between.
        let rise = direction.improvement(from: last.first ?? first, to: newest)
        let steep = rule.slope * (last.count - 1)
        let endsLow = cutOff.isClinical(newest, direction)
        if cutOff.isClinical(first, direction) {
            self = !endsLow || rise >= steep ? .lowImproves : .lowStaysLow
        } else {
            self = endsLow || rise <= -steep ? .highFalls : .highStaysHigh
        }
    }
}
