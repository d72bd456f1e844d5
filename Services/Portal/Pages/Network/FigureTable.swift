import Domain

/// One figure of one year as it may be shown: rows of groups, each with its quarters and the year, its classes and their
/// total.
struct FigureTable: Sendable {
    let classCount: Int
    fileprivate let places: [NetworkGroup: Int]
    fileprivate let periods: [NetworkPeriod: Int]
    fileprivate let shown: [Int?]

    var groups: [NetworkGroup] { Array(places.keys) }

    var quarters: [Quarter] {
        periods.keys.compactMap {
            switch $0 {
            case .quarter(let quarter): quarter
            case .year: nil
            }
        }
    }

    /// The classes and behind them the total, nil for what is hidden; nil where nothing was counted.
    func cells(_ group: NetworkGroup, _ period: NetworkPeriod) -> [Int?]? {
        guard let row = places[group], let column = periods[period] else { return nil }
        let start = (row * periods.count + column) * (classCount + 1)
        return Array(shown[start...(start + classCount)])
    }
}

/// The counts of one figure in one year, and how they add up: classes to a total, quarters to the year, services to a
/// site, sites and groups of clients to all. All sums stand in one table, so that nothing that is hidden in one can be
/// had from another.
struct FigureCells {
    private let classCount: Int
    /// Without, the site is all.
    private let hasSites: Bool
    private var counts: [NetworkGroup: [Quarter: [Int]]] = [:]
    /// By row, the rows that add up to it.
    private var parts: [NetworkGroup: Set<NetworkGroup>] = [:]
    private var clients: Set<NetworkGroup> = []

    init(classCount: Int, hasSites: Bool) {
        self.classCount = classCount
        self.hasSites = hasSites
    }

    mutating func add(_ counts: [Int], _ quarter: Quarter, _ site: SiteID, _ service: String, _ group: ClientGroup?) {
        let whole: NetworkGroup = hasSites ? .site(site) : .all
        parts[whole, default: []].insert(.service(site, service))
        if hasSites { parts[.all, default: []].insert(whole) }
        clients.insert(.clients(group))
        let rows: Set<NetworkGroup> = [.all, whole, .service(site, service), .clients(group)]
        for row in rows {
            for (column, count) in counts.enumerated() {
                let none = [Int](repeating: 0, count: classCount)
                self.counts[row, default: [:]][quarter, default: none][column] += count
            }
        }
    }

    func table(_ rule: SmallCellRule) -> FigureTable {
        // In a fixed order: counted again, the same is hidden, so that two counts do not show what each of them hides.
        let rows = counts.keys.sorted { $0.order.lexicographicallyPrecedes($1.order) }
        let quarters = Set(counts.values.flatMap(\.keys)).sorted()
        let periods = quarters.count + 1
        let width = classCount + 1
        var cells = [Int](repeating: 0, count: rows.count * periods * width)
        for (row, group) in rows.enumerated() {
            for (place, quarter) in quarters.enumerated() {
                for (column, count) in (counts[group]?[quarter] ?? []).enumerated() {
                    for period in [place, quarters.count] {
                        cells[(row * periods + period) * width + column] += count
                        cells[(row * periods + period) * width + classCount] += count
                    }
                }
            }
        }
        let places = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1, $0) })
        let table = CountTable(cells, sums: sums(places, periods, cells))
        var names: [NetworkPeriod: Int] = [:]
        for (place, quarter) in quarters.enumerated() { names[.quarter(quarter)] = place }
        if let year = quarters.first?.year { names[.year(year)] = quarters.count }
        return FigureTable(classCount: classCount, places: places, periods: names, shown: rule.shown(table))
    }

    private func sums(_ places: [NetworkGroup: Int], _ periods: Int, _ cells: [Int]) -> [CountTable.Sum] {
        let width = classCount + 1
        let size = periods * width
        var found: [CountTable.Sum] = []
        for row in places.values.sorted() {
            for period in 0..<periods {
                let start = row * size + period * width
                found.append(CountTable.Sum(Array(start..<start + classCount), total: start + classCount))
            }
            for column in 0..<width {
                let quarters = (0..<periods - 1).map { row * size + $0 * width + column }
                found.append(CountTable.Sum(quarters, total: row * size + (periods - 1) * width + column))
            }
        }
        for (whole, parts) in relations(places, cells, size: size) {
            for cell in 0..<size { found.append(CountTable.Sum(parts.map { $0 * size + cell }, total: whole * size + cell)) }
        }
        return found
    }

    /// Which rows add up to which. Rows with the same counts throughout are taken for the same people.
    private func relations(_ places: [NetworkGroup: Int], _ cells: [Int], size: Int) -> [(whole: Int, parts: [Int])] {
        var relations: [(Int, [Int])] = []
        for (whole, place) in places.sorted(by: { $0.value < $1.value }) {
            if let parts = parts[whole] { relations.append((place, parts.compactMap { places[$0] }.sorted())) }
            if whole == .all { relations.append((place, clients.compactMap { places[$0] }.sorted())) }
        }
        var known: [[Int]: Int] = [:]
        for row in places.values.sorted() {
            let content = Array(cells[row * size..<(row + 1) * size])
            if let same = known[content] { relations.append((same, [row])) } else { known[content] = row }
        }
        return relations
    }
}
