import Catalogue
import Domain

/// The values of `Template.network`.
struct NetworkPage {
    /// Nil while they are being counted.
    let figures: NetworkFigures?
    let catalogue: Catalogue
    let words: Words

    /// What was chosen; an unknown choice is as none.
    func values(period: String?, measure: String?, grouping: String?) -> [String: Any] {
        guard let figures else { return ["isCounting": true] }
        let periods = Self.periods(figures)
        let measures = self.measures(figures)
        let groupings = Self.groupings(figures)
        let chosenPeriod = periods.first { $0.text == period } ?? periods.first
        let chosenMeasure = measures.first { $0.id.text == measure }
            ?? measures.first { $0.id == figures.commonMeasure } ?? measures.first
        let chosenGrouping = groupings.first { $0.rawValue == grouping } ?? groupings[0]
        var values: [String: Any] = [
            "asOf": words("network.asOf", ["time": words.time(figures.asOf, in: .utc)]), "isCut": !figures.isWhole,
            "periods": periods.map { option($0.text, words.period($0), $0 == chosenPeriod) },
            "measures": measures.map { option($0.id.text, $0.title, $0.id == chosenMeasure?.id) },
            "hasMeasures": !measures.isEmpty,
            "groupings": groupings.map { option($0.rawValue, words.grouping($0), $0 == chosenGrouping) },
        ]
        if let chosenPeriod {
            let shown = Self.shownFigures(measure: chosenMeasure?.id)
            values["figures"] = shown.map { figure in
                FigurePart(
                    figure: figure, table: figures.tables[figure]?[chosenPeriod.year], waits: figures.waits,
                    period: chosenPeriod, grouping: chosenGrouping, words: words
                ).values
            }
        } else {
            values["isEmpty"] = true
        }
        return values
    }

    private static func shownFigures(measure: InstrumentID?) -> [NetworkFigure] {
        (measure.map { [.outcome($0), .offTrack($0)] } ?? []) + [.alliance, .dropOut, .response]
    }

    private func option(_ value: String, _ name: String, _ isChosen: Bool) -> [String: Any] {
        ["value": value, "name": name, "isChosen": isChosen]
    }

    /// The newest year and its quarters first.
    private static func periods(_ figures: NetworkFigures) -> [NetworkPeriod] {
        var quarters: [Int: Set<Quarter>] = [:]
        for tables in figures.tables.values {
            for (year, table) in tables { quarters[year, default: []].formUnion(table.quarters) }
        }
        var periods: [NetworkPeriod] = []
        for (year, quarters) in quarters.sorted(by: { $0.key > $1.key }) {
            periods.append(.year(year))
            periods += quarters.sorted(by: >).map(NetworkPeriod.quarter)
        }
        return periods
    }

    private func measures(_ figures: NetworkFigures) -> [(id: InstrumentID, title: String)] {
        var titles: [InstrumentID: String] = [:]
        for figure in figures.tables.keys {
            switch figure {
            case .outcome(let id), .offTrack(let id):
                titles[id] = catalogue.instruments.first { $0.reference.id == id }?.title ?? id.text
            case .alliance, .dropOut, .response: break
            }
        }
        return titles.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map { (id: $0.key, title: $0.value) }
    }

    /// Those with more than one row, and sites where there is nothing else.
    private static func groupings(_ figures: NetworkFigures) -> [NetworkGrouping] {
        var groups: Set<NetworkGroup> = []
        for tables in figures.tables.values { for table in tables.values { groups.formUnion(table.groups) } }
        let found = NetworkGrouping.allCases.filter { grouping in groups.contains(where: grouping.holds) }
        return found.isEmpty ? [.service] : found
    }
}

extension Words {
    func period(_ period: NetworkPeriod) -> String {
        switch period {
        case .year(let year): self("network.year", ["year": String(year)])
        case .quarter(let quarter):
            self("network.quarter", ["quarter": String(quarter.number), "year": String(quarter.year)])
        }
    }

    func grouping(_ grouping: NetworkGrouping) -> String {
        switch grouping {
        case .site: self["network.by.site"]
        case .service: self["network.by.service"]
        case .group: self["network.by.group"]
        }
    }

    func name(_ group: NetworkGroup) -> String {
        switch group {
        case .all: self["network.all"]
        case .site(let site): site.text
        case .service(let site, let service): self("network.service", ["site": site.text, "service": service])
        case .clients(let group): group?.text ?? self["network.notStated"]
        }
    }
}
