/// What becomes of unanswered items. Whatever the rule, a safety item is never guessed.
public enum MissingItemRule: Hashable, Sendable {
    /// Every item must be answered.
    case none
    /// Up to `maxMissing` items take the mean of the answered ones; the score is rounded once. The items of
    /// `neverImpute` must be answered.
    case mean(maxMissing: Int, neverImpute: ItemNumbers)
    /// As `mean`, but the mean is rounded to a whole answer before it is filled in (OQ-45; clinical-reference
    /// 1.2.3).
    case roundedMean(maxMissing: Int, neverImpute: ItemNumbers)
    /// Each subscale fills its own gaps by its own rule, and the total is made of these.
    case bySubscale
}

/// The answered items of an instrument or a subscale, scored.
struct ItemTally {
    /// Of the answered items, after reversal, in steps.
    var sum = 0
    var answered = 0
    var missing = ItemNumbers()

    var count: Int { answered + missing.count }

    /// Fills gaps, or says why they must not be.
    ///
    /// - Parameters:
    ///   - scale: what the items are like.
    ///   - subscales: needed for the rule `bySubscale` alone.
    mutating func fill(
        by rule: MissingItemRule, _ scale: ItemScale, _ subscales: [Subscale] = [], _ answers: [Int?] = []
    ) throws(AnswerProblem) {
        let gaps = missing.subtracting(scale.mayNotApply)
        switch rule {
        case .none:
            guard gaps.isEmpty else { throw .missingItems(items: gaps.numbers, allowed: 0) }
        case .mean(let maxMissing, let neverImpute):
            try Self.check(gaps, maxMissing, neverImpute)
        case .roundedMean(let maxMissing, let neverImpute):
            try Self.check(gaps, maxMissing, neverImpute)
            guard answered > 0 else { throw .noAnswers }
            let whole = ScoreMethod.quotient(sum, answered * scale.step) * scale.step
            sum += missing.count * whole
            answered += missing.count
            missing = []
        case .bySubscale:
            var filled = ItemTally()
            for subscale in subscales {
                var part = ItemTally(answers, of: subscale.items, on: scale)
                if !part.missing.isEmpty { try part.fill(by: subscale.missingItemRule, scale) }
                filled.sum += part.sum
                filled.answered += part.answered
                filled.missing.formUnion(part.missing)
            }
            self = filled
        }
        guard answered > 0 else { throw .noAnswers }
    }

    private static func check(
        _ gaps: ItemNumbers, _ maxMissing: Int, _ neverImpute: ItemNumbers
    ) throws(AnswerProblem) {
        let needed = gaps.intersection(neverImpute)
        guard needed.isEmpty else { throw .missingItemsNeverImputed(items: needed.numbers) }
        guard gaps.count <= maxMissing else { throw .missingItems(items: gaps.numbers, allowed: maxMissing) }
    }
}

extension ItemTally {
    /// Tallies some of the items; the answers are known to be in their ranges.
    init(_ answers: [Int?], of items: ItemNumbers, on scale: ItemScale) {
        for item in 1...scale.count where items.contains(item) {
            guard let answer = answers[item - 1] else {
                missing.insert(item)
                continue
            }
            sum += scale.score(ofAnswer: answer, item: item)
            answered += 1
        }
    }
}
