public import Domain

/// Answers as somebody gave them, before it is known whether they fit the instrument. Numbers are places on the
/// printed scale, in the instrument's steps.
///
/// The rules are OpenFIT's (clinical-reference 1.2.1): all items or a total, never a part of the items as a total;
/// 0 is an answer and never stands for a missing one; what was skipped is not recorded as a rating.
public struct GivenAnswers: Hashable, Sendable {
    /// One for each item in its order, nil where it was not answered; nil where no items were given.
    public var items: [Int?]?
    public var total: Int?
    /// Whoever was asked says that nothing was answered.
    public var isSkipped: Bool

    public init(items: [Int?]? = nil, total: Int? = nil, isSkipped: Bool = false) {
        self.items = items
        self.total = total
        self.isSkipped = isSkipped
    }

    /// The answers as a rating holds them.
    public func checked(for instrument: Instrument) throws(UnfitAnswers) -> Answers {
        var faults: [UnfitAnswers.Fault] = []
        let hasItems = items?.contains { $0 != nil } == true
        if isSkipped { faults.append(total != nil || hasItems ? .skippedWithScores : .skipped) }
        if total == 0, items != nil, !hasItems { faults.append(.zeroWithoutAnswers) }
        guard faults.isEmpty else { throw UnfitAnswers(faults: faults) }
        do throws(AnswerProblem) {
            let answers = try instrument.answers(items: items, total: total)
            _ = try instrument.score(answers)
            return answers
        } catch {
            throw UnfitAnswers(faults: [.problem(error)])
        }
    }
}

/// Why given answers are no rating: everything that is wrong with them, at least one thing.
public struct UnfitAnswers: Error, Hashable, Sendable {
    public enum Fault: Hashable, Sendable {
        /// They say that nothing was answered, and there are scores.
        case skippedWithScores
        /// Nothing was answered: there is no rating to record.
        case skipped
        /// A total of 0 beside items of which none was answered.
        case zeroWithoutAnswers
        case problem(AnswerProblem)
    }

    public let faults: [Fault]
}
