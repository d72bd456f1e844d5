import Domain
import Testing

@Suite struct SuppressionTests {
    private let rule = SmallCellRule.standard

    @Test func `The examples of the rule come out as they are written`() {
        #expect(rule.shown(CountTable(row: [3, 40, 57])) == [nil, nil, 57, 100])
        #expect(rule.shown(CountTable(row: [0, 12, 88])) == [0, 12, 88, 100])
        #expect(rule.shown(CountTable(row: [10, 90])) == [nil, nil, 100])
        #expect(rule.shown(CountTable(row: [11, 90])) == [11, 90, 101])
        #expect(rule.shown(CountTable(row: [0, 0])) == [0, 0, 0])
    }

    @Test func `Hidden counts that are few together are hidden with their total, or with another`() {
        // Two below a total of 2 would each be 1.
        #expect(rule.shown(CountTable(row: [1, 1])) == [nil, nil, nil])
        #expect(rule.shown(CountTable(row: [3, 4, 50, 60])) == [nil, nil, nil, 60, 117])
        #expect(rule.shown(CountTable(row: [3, 9, 50])) == [nil, nil, 50, 62])
        // Zeros are known to be zeros: what is beside them is its total.
        #expect(rule.shown(CountTable(row: [5, 0])) == [nil, 0, nil])
        // Eleven ones add up to more than ten, and would still be told.
        #expect(rule.shown(CountTable(row: [Int](repeating: 1, count: 11))).allSatisfy { $0 == nil })
    }

    @Test func `A single hidden count takes another of its row and of its column with it`() {
        let shown = rule.shown(CountTable(rows: [[3, 40, 57], [80, 90, 70], [50, 20, 90]]))
        // 4 by 4 with the totals: the square of 3, 40, 50, 20.
        #expect(shown == [nil, nil, 57, 100, 80, 90, 70, 240, nil, nil, 90, 160, 133, 150, 217, 500])
    }

    @Test func `Two hidden counts in every row and column are not enough where one joins two squares`() {
        let rows = [[7, 7, 50, 50], [7, 7, 7, 50], [50, 50, 7, 7], [50, 50, 7, 7]]
        let table = CountTable(rows: rows)
        let small = Set(table.counts.indices.filter { table.counts[$0] == 7 })
        let joint = 1 * 5 + 2
        // The sums of the first two rows without those of the first two columns.
        #expect(Self.derivable(table, small) == [joint])
        let shown = rule.shown(table)
        let hidden = Set(shown.indices.filter { shown[$0] == nil })
        #expect(hidden.isSuperset(of: small))
        #expect(Self.derivable(table, hidden).isEmpty)
    }

    @Test func `Whatever the table, nothing hidden follows from what is shown`() {
        var random = SplitMix64(seed: 7)
        var (withHidden, withShown) = (0, 0)
        for _ in 0..<150 {
            let (height, width) = (Int.random(in: 1...5, using: &random), Int.random(in: 2...5, using: &random))
            let mostly = Int.random(in: 5...60, using: &random)
            let rows = (0..<height).map { _ in
                (0..<width).map { _ in Bool.random(using: &random) ? Int.random(in: 0...mostly, using: &random) : 0 }
            }
            let table = CountTable(rows: rows)
            let shown = rule.shown(table)
            let hidden = Set(shown.indices.filter { shown[$0] == nil })
            #expect(Self.derivable(table, hidden).isEmpty, "\(rows)")
            for (place, count) in table.counts.enumerated() {
                if rule.isSmall(count) { #expect(shown[place] == nil, "\(rows)") }
                if count == 0 { #expect(shown[place] == 0, "\(rows)") }
                if let seen = shown[place] { #expect(seen == count, "\(rows)") }
            }
            for sum in table.sums where shown[sum.total] != nil {
                let parts = sum.parts.filter { shown[$0] == nil }
                let together = parts.reduce(0) { $0 + table.counts[$1] }
                #expect(parts.isEmpty || parts.count > 1 && together > max(rule.threshold, parts.count), "\(rows)")
            }
            if !hidden.isEmpty { withHidden += 1 }
            if shown.contains(where: { ($0 ?? 0) > 0 }) { withShown += 1 }
        }
        // Neither is everything shown, nor everything hidden.
        #expect(withHidden > 50 && withShown > 50)
    }

    @Test func `Two names for the same people are hidden together`() {
        // The third is the first once more.
        let table = CountTable([40, 60, 40, 3, 100], sums: [.init([0, 1], total: 4), .init([2], total: 0)])
        #expect(rule.shown(table) == [40, 60, 40, nil, 100])
        let small = CountTable([4, 60, 4, 64], sums: [.init([0, 1], total: 3), .init([2], total: 0)])
        #expect(rule.shown(small) == [nil, nil, nil, 64])
    }

    @Test func `A rule that makes no sense is none`() {
        #expect(SmallCellRule(threshold: 0, fewestForRate: 30) == nil)
        #expect(SmallCellRule(threshold: 10, fewestForRate: 10) == nil)
        #expect(SmallCellRule(threshold: 10, fewestForRate: 30) == .standard)
    }

    // MARK: - Another way to the same

    /// Hidden counts with one value in every solution: where a row for the count alone adds nothing to the rank of the
    /// equations.
    private static func derivable(_ table: CountTable, _ hidden: Set<Int>) -> Set<Int> {
        let unknowns = hidden.sorted()
        let equations = table.sums.map { sum in
            unknowns.map { (sum.parts.contains($0) ? 1.0 : 0) - (sum.total == $0 ? 1 : 0) }
        }
        let all = rank(equations)
        return Set(
            unknowns.indices.filter { place in
                rank(equations + [unknowns.indices.map { $0 == place ? 1.0 : 0 }]) == all
            }.map { unknowns[$0] })
    }

    private static func rank(_ equations: [[Double]]) -> Int {
        var rows = equations
        var rank = 0
        for column in 0..<(rows.first?.count ?? 0) {
            guard let pivot = rows.indices.dropFirst(rank).max(by: { abs(rows[$0][column]) < abs(rows[$1][column]) }),
                abs(rows[pivot][column]) > 1e-9
            else { continue }
            rows.swapAt(pivot, rank)
            for row in rows.indices where row > rank && rows[row][column] != 0 {
                let factor = rows[row][column] / rows[rank][column]
                for place in column..<rows[row].count { rows[row][place] -= factor * rows[rank][place] }
            }
            rank += 1
        }
        return rank
    }
}
