/// Counts of people together with what is known about how they add up: a table with its margins, in any number of
/// directions. Whoever knows all but one of the counts of a sum knows that one as well.
public struct CountTable: Hashable, Sendable {
    /// Some counts and their total. With a single part, two counts of the same people.
    public struct Sum: Hashable, Sendable {
        public let parts: [Int]
        public let total: Int

        /// - Parameters:
        ///   - parts: places of counts.
        ///   - total: the place of their total.
        public init(_ parts: [Int], total: Int) {
            self.parts = parts
            self.total = total
        }
    }

    /// Each 0 or more.
    public let counts: [Int]
    public let sums: [Sum]

    /// - Precondition: no count is below 0, every place is one of a count, and the sums hold.
    public init(_ counts: [Int], sums: [Sum]) {
        precondition(counts.allSatisfy { $0 >= 0 })
        precondition(sums.allSatisfy { sum in sum.parts.reduce(0) { $0 + counts[$1] } == counts[sum.total] })
        self.counts = counts
        self.sums = sums
    }

    /// A row of cells with its total behind them.
    public init(row cells: [Int]) {
        self.init(cells + [cells.reduce(0, +)], sums: [Sum(Array(cells.indices), total: cells.count)])
    }

    /// Rows of equal length with a total behind each, and a row of totals below them.
    public init(rows: [[Int]]) {
        let width = (rows.first?.count ?? 0) + 1
        var full = rows.map { $0 + [$0.reduce(0, +)] }
        full.append((0..<width).map { column in full.reduce(0) { $0 + $1[column] } })
        let height = full.count
        let across = (0..<height).map { row in
            Sum((0..<width - 1).map { row * width + $0 }, total: row * width + width - 1)
        }
        let down = (0..<width).map { column in
            Sum((0..<height - 1).map { $0 * width + column }, total: (height - 1) * width + column)
        }
        self.init(full.flatMap { $0 }, sums: across + down)
    }
}
