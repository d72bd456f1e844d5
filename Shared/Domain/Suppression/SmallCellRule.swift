/// Which counts of people are not shown because they are so small that somebody could be recognised
/// (clinical-reference 5.6, after the rule of the Centers for Medicare & Medicaid Services: 1 to 10 are not shown, 0 is,
/// and nothing that is shown may let them be derived).
public struct SmallCellRule: Hashable, Sendable {
    /// Counts from 1 to this are hidden.
    public let threshold: Int
    /// A share of fewer than these is not given: it would say more than is known.
    public let fewestForRate: Int

    /// 10 and 30 (clinical-reference 5.6; the latter is Attune's own).
    public static let standard = SmallCellRule(checked: 10, 30)

    /// Nil where the threshold is below 1 or a share would need no more than the threshold.
    public init?(threshold: Int, fewestForRate: Int) {
        guard threshold >= 1, fewestForRate > threshold else { return nil }
        self.init(checked: threshold, fewestForRate)
    }

    private init(checked threshold: Int, _ fewestForRate: Int) {
        self.threshold = threshold
        self.fewestForRate = fewestForRate
    }

    public func isSmall(_ count: Int) -> Bool { (1...threshold).contains(count) }

    /// More hidden counts than these are not checked one by one: then nothing but zeros is shown.
    static let mostHidden = 2000

    /// The counts as they may be shown, in the same places; nil for one that is hidden.
    ///
    /// The small counts are hidden first. Then others are, the smallest first and a total last, until
    /// * no sum has a single hidden count;
    /// * what is hidden below a shown total adds up to more than the threshold, and to more than one for each (as
    ///   OpenSAFELY does): otherwise two counts below a total of 2 would be told;
    /// * no hidden count follows from any combination of the sums, which sums with two hidden counts each do not rule
    ///   out.
    ///
    /// It guards against subtraction. It does not hide that a hidden count lies between 1 and what remains of its sums.
    public func shown(_ table: CountTable) -> [Int?] {
        var search = Search(table: table, rule: self)
        search.run()
        return table.counts.indices.map { search.isHidden[$0] ? nil : table.counts[$0] }
    }
}

/// The hidden counts on the way to a table that can be shown.
private struct Search {
    let table: CountTable
    let rule: SmallCellRule
    var isHidden: [Bool]

    init(table: CountTable, rule: SmallCellRule) {
        self.table = table
        self.rule = rule
        isHidden = table.counts.map(rule.isSmall)
    }

    mutating func run() {
        repeat {
            hideBesideSingles()
            guard isHidden.count(where: \.self) <= SmallCellRule.mostHidden else {
                isHidden = table.counts.map { $0 > 0 }
                return
            }
        } while hideBesideDerivable()
    }

    /// Until every sum is safe when looked at alone.
    private mutating func hideBesideSingles() {
        var isDone = false
        while !isDone {
            isDone = true
            for sum in table.sums where isUnsafe(sum) && hideAnother(in: sum) { isDone = false }
        }
    }

    private func isUnsafe(_ sum: CountTable.Sum) -> Bool {
        let parts = sum.parts.filter { isHidden[$0] }
        guard !isHidden[sum.total] else { return parts.isEmpty }
        guard !parts.isEmpty else { return false }
        return parts.count == 1 || parts.reduce(0) { $0 + table.counts[$1] } <= max(rule.threshold, parts.count)
    }

    /// - Returns: whether there was one.
    private mutating func hideAnother(in sum: CountTable.Sum) -> Bool {
        let parts = sum.parts.filter(canBeHidden)
        let smallest = parts.min { (table.counts[$0], $0) < (table.counts[$1], $1) }
        guard let next = smallest ?? (canBeHidden(sum.total) ? sum.total : nil) else { return false }
        isHidden[next] = true
        return true
    }

    private func canBeHidden(_ place: Int) -> Bool { !isHidden[place] && table.counts[place] > 0 }

    /// - Returns: whether a hidden count followed from what is shown.
    private mutating func hideBesideDerivable() -> Bool {
        let derivable = DerivableCounts(table.sums, isHidden: isHidden).places
        guard !derivable.isEmpty else { return false }
        for place in derivable {
            let sums = table.sums.filter { $0.total == place || $0.parts.contains(place) }
            for sum in sums where hideAnother(in: sum) { return true }
        }
        // Nothing is left to hide beside it: then the smallest anywhere. With everything hidden, nothing follows.
        let next = table.counts.indices.filter(canBeHidden).min { (table.counts[$0], $0) < (table.counts[$1], $1) }
        guard let next else { return false }
        isHidden[next] = true
        return true
    }
}
