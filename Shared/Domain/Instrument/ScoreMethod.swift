/// How scored items make a total or the score of a subscale.
public enum ScoreMethod: Hashable, Sendable {
    /// The sum of the items times a whole number: 1 mostly, 4 for WHO-5, 2 for DASS-21.
    case sum(multiplier: Int)
    /// The mean of the items times a whole number: 10 for the clinical score of the CORE measures.
    case mean(factor: Int)

    public static let plainSum = ScoreMethod.sum(multiplier: 1)

    /// The score in steps, to the nearest step, halves upwards.
    ///
    /// - Parameters:
    ///   - sum: of the answered items, in steps.
    ///   - answered: how many items the sum holds, at least 1; the mean of these stands for the others.
    ///   - count: how many items there are.
    func score(sum: Int, answered: Int, of count: Int) -> Int {
        switch self {
        case .sum(let multiplier):
            answered == count ? sum * multiplier : Self.quotient(sum * multiplier * count, answered)
        case .mean(let factor): Self.quotient(sum * factor, answered)
        }
    }

    /// Lowest and highest score of items with these ranges, in steps.
    public func range(of items: some Collection<ClosedRange<Int>>) -> ClosedRange<Int> {
        let lowest = items.reduce(0) { $0 + $1.lowerBound }
        let highest = items.reduce(0) { $0 + $1.upperBound }
        let count = max(1, items.count)
        return score(sum: lowest, answered: count, of: count)...score(sum: highest, answered: count, of: count)
    }

    /// To the nearest whole number, halves upwards, also below zero.
    static func quotient(_ dividend: Int, _ divisor: Int) -> Int {
        let (quotient, remainder) = (2 * dividend + divisor).quotientAndRemainder(dividingBy: 2 * divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
