/// The items of an instrument and the answers they take.
///
/// An answer is the place on the printed response scale, counted from its first choice, e.g. 0 for
/// `never`. Forms that print reversed numbers beside an item give its score instead: see `answer(forScore:item:)`.
public struct ItemScale: Hashable, Sendable {
    public let count: Int
    /// Lowest and highest answer of any item, in steps.
    public let range: ClosedRange<Int>
    /// Lowest and highest answer of each item, in steps, in item order.
    public let ranges: [ClosedRange<Int>]
    /// Distance between two answers, in steps: 10 where whole points are answered and totals are tenths.
    public let step: Int
    /// Items counted from the other end of the scale.
    public let reversed: ItemNumbers
    /// Items one answer of which is a safety event, whatever the total.
    public let safety: [SafetyItem]
    /// Items that do not concern everybody (WSAS: work). Left unanswered they count as not applicable, and
    /// the total is the mean of the others times the number of items, so that it compares with full totals.
    public let mayNotApply: ItemNumbers

    /// Items on one scale.
    public init(
        count: Int, range: ClosedRange<Int>, reversed: ItemNumbers = [], safety: [SafetyItem] = [],
        step: Int = 1, mayNotApply: ItemNumbers = []
    ) {
        self.init(
            ranges: Array(repeating: range, count: count), reversed: reversed, safety: safety, step: step,
            mayNotApply: mayNotApply)
    }

    /// Items with a range each.
    /// - Precondition: there is an item.
    public init(
        ranges: [ClosedRange<Int>], reversed: ItemNumbers = [], safety: [SafetyItem] = [], step: Int = 1,
        mayNotApply: ItemNumbers = []
    ) {
        precondition(!ranges.isEmpty)
        var hull = ranges[0]
        for range in ranges {
            hull = min(hull.lowerBound, range.lowerBound)...max(hull.upperBound, range.upperBound)
        }
        self.count = ranges.count
        self.range = hull
        self.ranges = ranges
        self.step = step
        self.reversed = reversed
        self.safety = safety
        self.mayNotApply = mayNotApply
    }

    /// Whether all items take the same answers.
    public var isUniform: Bool { ranges.allSatisfy { $0 == range } }

    /// What an answer counts, after any reversal.
    /// - Precondition: `item` is one of the items, from 1.
    public func score(ofAnswer answer: Int, item: Int) -> Int {
        guard reversed.contains(item) else { return answer }
        let range = ranges[item - 1]
        return range.lowerBound + range.upperBound - answer
    }

    /// The answer behind a score that a form prints beside a choice, or that a file holds already reversed.
    /// - Precondition: `item` is one of the items, from 1.
    public func answer(forScore score: Int, item: Int) -> Int {
        self.score(ofAnswer: score, item: item)
    }

    /// The answers behind the scores of all items, in their order, as a file holds them that is already reversed.
    ///
    /// - Returns: nil for a number of scores that is not that of the items. A score outside its range gives an
    ///   answer outside it, which scoring refuses.
    public func answers(forScores scores: [Int?]) -> [Int?]? {
        guard scores.count == count else { return nil }
        return scores.enumerated().map { index, score in score.map { answer(forScore: $0, item: index + 1) } }
    }
}

/// An item that speaks of danger from a given score upwards, e.g. PHQ-9 item 9 from 1.
public struct SafetyItem: Hashable, Sendable {
    /// Counted from 1.
    public let item: Int
    /// In steps, as scored (after any reversal: the first choice of EPDS item 10 is its gravest).
    public let atLeast: Int
    /// Where the rule comes from; nil: from where the instrument's arithmetic comes.
    public let evidence: Evidence?

    public init(item: Int, atLeast: Int, evidence: Evidence? = nil) {
        self.item = item
        self.atLeast = atLeast
        self.evidence = evidence
    }
}
