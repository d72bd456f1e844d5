/// Mean and standard deviation of a sample.
public struct Moments: Hashable, Sendable {
    public let count: Int
    public let mean: Double
    /// With n − 1 in the denominator.
    public let variance: Double

    public var deviation: Double { variance.squareRoot() }

    /// Of scores in steps, by exact sums: n·Σx² − (Σx)². Nil for fewer than two.
    public init?(_ scores: [Int]) {
        guard scores.count > 1 else { return nil }
        let sum = scores.reduce(0, +)
        let squares = scores.reduce(0) { $0 + $1 * $1 }
        count = scores.count
        mean = Double(sum) / Double(count)
        variance = Double(count * squares - sum * sum) / Double(count * (count - 1))
    }

    /// Of figures that are not whole, in two passes. Nil for fewer than two.
    public init?(_ figures: [Double]) {
        guard figures.count > 1 else { return nil }
        let mean = figures.reduce(0, +) / Double(figures.count)
        let squares = figures.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        count = figures.count
        self.mean = mean
        variance = squares / Double(figures.count - 1)
    }
}
