import Domain

/// Open counts on their way into tables. Nothing of it is shown before small cells are hidden.
struct NetworkTally {
    private struct Leaf: Hashable {
        let quarter: Quarter
        let site: SiteID
        let service: String
        let group: ClientGroup?

        var rows: [NetworkGroup] { [.all, .site(site), .service(site, service), .clients(group)] }
    }

    private var counts: [NetworkFigure: [Leaf: [Int]]] = [:]
    private var minutes: [Leaf: [Int]] = [:]
    private var sites: Set<SiteID> = []

    mutating func add(_ episode: CountedEpisode) {
        sites.insert(episode.site)
        for fact in episode.facts {
            let leaf = Leaf(quarter: episode.quarter, site: episode.site, service: episode.service, group: fact.group)
            let none = [Int](repeating: 0, count: fact.figure.classCount)
            counts[fact.figure, default: [:]][leaf, default: none][fact.column] += 1
            if let minutes = fact.minutes { self.minutes[leaf, default: []].append(minutes) }
        }
    }

    /// The measure of most courses; of several the first by name. Nil where there are none.
    var commonMeasure: InstrumentID? {
        var courses: [InstrumentID: Int] = [:]
        for (figure, leaves) in counts {
            guard case .offTrack(let measure) = figure else { continue }
            courses[measure] = leaves.values.reduce(0) { $0 + $1.reduce(0, +) }
        }
        return courses.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }

    /// The tables by figure and year, with small cells hidden.
    func tables(_ rule: SmallCellRule) -> [NetworkFigure: [Int: FigureTable]] {
        var tables: [NetworkFigure: [Int: FigureTable]] = [:]
        for (figure, leaves) in counts {
            for year in Set(leaves.keys.map(\.quarter.year)) {
                var cells = FigureCells(classCount: figure.classCount, hasSites: sites.count > 1)
                for (leaf, counts) in leaves where leaf.quarter.year == year {
                    cells.add(counts, leaf.quarter, leaf.site, leaf.service, leaf.group)
                }
                tables[figure, default: [:]][year] = cells.table(rule)
            }
        }
        return tables
    }

    /// How long answers took, where there are enough for a figure.
    func waits(_ rule: SmallCellRule) -> [NetworkWait.Key: NetworkWait] {
        var lists: [NetworkWait.Key: [Int]] = [:]
        for (leaf, minutes) in minutes {
            for row in leaf.rows {
                lists[NetworkWait.Key(group: row, period: .quarter(leaf.quarter)), default: []] += minutes
                lists[NetworkWait.Key(group: row, period: .year(leaf.quarter.year)), default: []] += minutes
            }
        }
        return lists.compactMapValues { $0.count >= rule.fewestForRate ? MedianEstimate($0).flatMap(NetworkWait.init) : nil }
    }
}

/// A median time to the first answer.
struct NetworkWait: Hashable, Sendable {
    struct Key: Hashable, Sendable {
        let group: NetworkGroup
        let period: NetworkPeriod
    }

    let medianMinutes: Int
    let lowMinutes: Int
    /// Nil where it cannot be told, because too many are unanswered.
    let highMinutes: Int?

    /// Nil where half of them or more are unanswered.
    init?(_ estimate: MedianEstimate) {
        let limit = Double(AlertAnswer.unansweredMinutes) / 2
        guard estimate.median < limit else { return nil }
        medianMinutes = Int(estimate.median)
        lowMinutes = Int(estimate.interval.lowerBound)
        highMinutes = estimate.interval.upperBound < limit ? Int(estimate.interval.upperBound) : nil
    }
}
