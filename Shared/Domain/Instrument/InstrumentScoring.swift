/// What an instrument makes of answers.
public struct ScoredAnswers: Hashable, Sendable {
    /// In steps.
    public let total: Int
    /// Items whose answer is a safety event.
    public let safetyItems: ItemNumbers
    /// Lowest answered item in steps, as scored (after any reversal); nil where only a total was entered.
    public let lowestItem: Int?
    /// Items without an answer, for which the total stands in by the rule of the instrument.
    public let unanswered: ItemNumbers

    public init(total: Int, safetyItems: ItemNumbers, lowestItem: Int?, unanswered: ItemNumbers = []) {
        self.total = total
        self.safetyItems = safetyItems
        self.lowestItem = lowestItem
        self.unanswered = unanswered
    }
}

extension Instrument {
    /// Makes answers of what a form, file or message holds: items, a total, or both.
    ///
    /// The rules are OpenFIT's: either all items or a total alone; a total beside partial items is
    /// refused. A true 0 is valid, an unanswered item is nil and nothing else: a total of 0 beside items
    /// none of which is answered is a placeholder and refused. A total beside complete items is accepted
    /// only where it is their score, and then adds nothing.
    public func answers(items: [Int?]?, total: Int?) throws(AnswerProblem) -> Answers {
        guard let items, items.contains(where: { $0 != nil }) else {
            guard let total else { throw .noAnswers }
            guard items == nil || total != 0 else { throw .zeroWithoutAnswers }
            return .total(total)
        }
        guard let total else { return .items(items) }
        let missing = items.indices.filter { items[$0] == nil }.map { $0 + 1 }
        guard missing.isEmpty else { throw .totalWithPartialItems(missing: missing) }
        let computed = try score(.items(items)).total
        guard computed == total else { throw .totalContradictsItems(total: total, sumOfItems: computed) }
        return .items(items)
    }

    /// Scores answers, or says why they cannot be scored.
    public func score(_ answers: Answers) throws(AnswerProblem) -> ScoredAnswers {
        switch answers {
        case .items(let items): try score(items: items)
        case .total(let total): try score(total: total)
        }
    }

    private func score(total: Int) throws(AnswerProblem) -> ScoredAnswers {
        guard allowsTotalEntry else { throw .totalNotAllowed }
        guard totalRange.contains(total) else { throw .totalOutOfRange(value: total, allowed: totalRange) }
        return ScoredAnswers(total: total, safetyItems: [], lowestItem: nil)
    }

    private func score(items answers: [Int?]) throws(AnswerProblem) -> ScoredAnswers {
        guard let scale = items else { throw .itemsNotDefined }
        guard answers.count == scale.count else {
            throw .wrongItemCount(given: answers.count, expected: scale.count)
        }
        var tally = ItemTally()
        var lowest = Int.max
        for index in answers.indices {
            guard let answer = answers[index] else {
                tally.missing.insert(index + 1)
                continue
            }
            let range = scale.ranges[index]
            guard range.contains(answer) else {
                throw .itemOutOfRange(item: index + 1, value: answer, allowed: range)
            }
            guard scale.step == 1 || (answer - range.lowerBound).isMultiple(of: scale.step) else {
                throw .itemBetweenSteps(item: index + 1, step: scale.step)
            }
            let scored = scale.score(ofAnswer: answer, item: index + 1)
            tally.sum += scored
            tally.answered += 1
            lowest = min(lowest, scored)
        }
        guard tally.answered > 0 else { throw .noAnswers }
        let unanswered = tally.missing
        if !unanswered.isEmpty { try tally.fill(by: missingItemRule, scale, subscales, answers) }
        return ScoredAnswers(
            total: score.score(sum: tally.sum, answered: tally.answered, of: scale.count),
            safetyItems: Self.safetyItems(answers, scale), lowestItem: lowest, unanswered: unanswered)
    }

    private static func safetyItems(_ answers: [Int?], _ scale: ItemScale) -> ItemNumbers {
        var items = ItemNumbers()
        for safety in scale.safety {
            guard let answer = answers[safety.item - 1] else { continue }
            if scale.score(ofAnswer: answer, item: safety.item) >= safety.atLeast { items.insert(safety.item) }
        }
        return items
    }
}
