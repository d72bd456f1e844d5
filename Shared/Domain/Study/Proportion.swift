/// A share of counted cases.
public struct Proportion: Hashable, Sendable {
    public let count: Int
    public let total: Int

    /// - Precondition: 0 ≤ count ≤ total.
    public init(_ count: Int, of total: Int) {
        precondition(count >= 0 && count <= total)
        self.count = count
        self.total = total
    }

    /// From 0 to 1; nil of no cases.
    public var share: Double? { total > 0 ? Double(count) / Double(total) : nil }

    /// Wilson's 95 % score interval (J Am Stat Assoc 1927; 22:209-212), which stays inside 0 to 1 and holds
    /// at shares near the ends; nil of no cases.
    public var interval: ClosedRange<Double>? {
        guard let share else { return nil }
        let z = 1.959963984540054
        let n = Double(total)
        let middle = share + z * z / (2 * n)
        let half = z * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        let scale = 1 + z * z / n
        return max(0, (middle - half) / scale)...min(1, (middle + half) / scale)
    }
}

/// A median of counted values with the interval that its order statistics give.
public struct MedianEstimate: Hashable, Sendable {
    public let cases: Int
    public let median: Double
    /// About 95 %: the ranks n/2 ∓ 1.96·√n/2, outwards, which hold for any distribution (Conover,
    /// Practical Nonparametric Statistics, 3.2). From few cases the whole range.
    public let interval: ClosedRange<Double>

    /// Nil of no values.
    public init?(_ values: [Int]) {
        guard !values.isEmpty else { return nil }
        let ordered = values.sorted()
        let n = ordered.count
        cases = n
        median = Double(ordered[(n - 1) / 2] + ordered[n / 2]) / 2
        let half = 1.959963984540054 * Double(n).squareRoot() / 2
        let low = Int((Double(n) / 2 - half).rounded(.down))
        let high = Int((Double(n) / 2 + half).rounded(.up)) + 1
        interval = Double(ordered[max(1, low) - 1])...Double(ordered[min(n, high) - 1])
    }
}
