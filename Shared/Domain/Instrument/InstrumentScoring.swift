/// What an instrument makes of answers.
public struct ScoredAnswers: Hashable, Sendable {
    /// In steps.
    public let total: Int
    /// Items whose answer is a safety event.
    public let safetyItems: ItemNumbers
    /// Lowest answered item in steps; nil where only a total was entered.
    public let lowestItem: Int?

    public init(total: Int, safetyItems: ItemNumbers, lowestItem: Int?) {
        self.total = total
        self.safetyItems = safetyItems
        self.lowestItem = lowestItem
    }
}

extension Instrument {
    /// Makes answers of what a form, file or message holds: items, a total, or both.
    ///
    /// The rules are OpenFIT's: either all items or a total alone; a total beside partial items is
    /// refused. A true 0 is valid, an unanswered item is nil and nothing else. A total beside complete
    /// items is accepted only where it is their score, and then adds nothing.
    public func answers(items: [Int?]?, total: Int?) throws(AnswerProblem) -> Answers {
        guard let items, items.contains(where: { $0 != nil }) else {
            guard let total else { throw .noAnswers }
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
        var sum = 0
        var answered = 0
        var lowest = Int.max
        for index in answers.indices {
            guard let answer = answers[index] else { continue }
            guard scale.range.contains(answer) else {
                throw .itemOutOfRange(item: index + 1, value: answer, allowed: scale.range)
            }
            sum += scale.reversed.contains(index + 1)
                ? scale.range.lowerBound + scale.range.upperBound - answer : answer
            answered += 1
            lowest = min(lowest, answer)
        }
        if answered < scale.count {
            try checkMissing(answers)
            sum = Self.prorated(sum: sum, answered: answered, of: scale.count)
        }
        var safetyItems = ItemNumbers()
        for safety in scale.safety {
            if let answer = answers[safety.item - 1], answer >= safety.atLeast { safetyItems.insert(safety.item) }
        }
        return ScoredAnswers(total: sum, safetyItems: safetyItems, lowestItem: lowest)
    }

    private func checkMissing(_ answers: [Int?]) throws(AnswerProblem) {
        let missing = answers.indices.filter { answers[$0] == nil }.map { $0 + 1 }
        guard missing.count < answers.count else { throw .noAnswers }
        switch missingItemRule {
        case .none:
            throw .missingItems(items: missing, allowed: 0)
        case .mean(let maxMissing, let neverImpute):
            let needed = missing.filter { neverImpute.contains($0) }
            guard needed.isEmpty else { throw .missingItemsNeverImputed(items: needed) }
            guard missing.count <= maxMissing else { throw .missingItems(items: missing, allowed: maxMissing) }
        }
    }

    /// Mean of the answered items times their number, to the nearest step, halves upwards.
    private static func prorated(sum: Int, answered: Int, of count: Int) -> Int {
        let doubled = 2 * sum * count + answered
        let (quotient, remainder) = doubled.quotientAndRemainder(dividingBy: 2 * answered)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
