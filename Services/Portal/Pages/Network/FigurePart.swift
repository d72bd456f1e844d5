import Domain

/// One figure of a page: a table with every denominator, and the shares with their intervals. Rows are in alphabetical
/// order with all of them last; nothing is sorted by a figure.
struct FigurePart {
    let figure: NetworkFigure
    /// Nil where nothing was counted.
    let table: FigureTable?
    let waits: [NetworkWait.Key: NetworkWait]
    let period: NetworkPeriod
    let grouping: NetworkGrouping
    let words: Words

    private struct Row {
        let name: String
        let isAll: Bool
        /// Classes and total; nil for what is hidden.
        let cells: [Int?]
        let wait: NetworkWait?
    }

    var values: [String: Any] {
        let rows = self.rows
        var plots: [String] = []
        if !rows.isEmpty {
            plots = zip(FigureRate.all(of: figure), words.rates(figure)).map { plot($0, $1, rows) }
        }
        return [
            "title": words.title(figure), "text": words.explanation(figure), "hasRows": !rows.isEmpty,
            "columns": words.columns(figure), "rates": words.rates(figure),
            "hasWait": figure == .response,
            "rows": rows.map { row in
                [
                    "name": row.name, "isAll": row.isAll,
                    "cells": row.cells.map { $0.map(words.integer) ?? words["network.hidden"] },
                    "rates": FigureRate.all(of: figure).map { words.rate($0.proportion(row.cells)) },
                    "wait": words.wait(row.wait),
                ] as [String: Any]
            },
            "plots": plots,
        ]
    }

    private var rows: [Row] {
        guard let table else { return [] }
        let chosen = table.groups.filter(grouping.holds).map { ($0, words.name($0)) }.sorted { $0.1 < $1.1 }
        return (chosen + [(.all, words.name(.all))]).compactMap { group, name in
            table.cells(group, period).map {
                let wait = $0.last.flatMap(\.self) == nil ? nil : waits[NetworkWait.Key(group: group, period: period)]
                return Row(name: name, isAll: group == .all, cells: $0, wait: wait)
            }
        }
    }

    private func plot(_ rate: FigureRate, _ title: String, _ rows: [Row]) -> String {
        let estimates = rows.map { row in (row, rate.proportion(row.cells).flatMap(IntervalPlot.Estimate.init)) }
        return IntervalPlot(
            title: title, rows: estimates.map { IntervalPlot.Row(name: $0.name, estimate: $1) },
            reference: estimates.last?.1?.thousandths, words: words
        ).svg
    }
}

/// A share of the counts of a row: of some classes among some.
struct FigureRate: Hashable, Sendable {
    private let counted: [Int]
    private let among: [Int]

    static func all(of figure: NetworkFigure) -> [FigureRate] {
        switch figure {
        case .outcome:
            let judged = [NetworkFigure.Outcome.recovered, .improved, .notImproved].map(\.rawValue)
            return [Array(judged.prefix(2)), Array(judged.prefix(1))].map { FigureRate(counted: $0, among: judged) }
        case .offTrack, .alliance, .dropOut, .response:
            let answers = NetworkFigure.Answer.allCases.map(\.rawValue)
            return [FigureRate(counted: [NetworkFigure.Answer.yes.rawValue], among: answers)]
        }
    }

    /// From shown counts alone, and of enough of them; nil otherwise.
    func proportion(_ cells: [Int?], _ rule: SmallCellRule = .standard) -> Proportion? {
        guard let count = sum(counted, cells), let total = sum(among, cells), total >= rule.fewestForRate else { return nil }
        return Proportion(count, of: total)
    }

    /// The classes themselves, or the total without all others.
    private func sum(_ classes: [Int], _ cells: [Int?]) -> Int? {
        let own = classes.compactMap { cells[$0] }
        if own.count == classes.count { return own.reduce(0, +) }
        guard let total = cells.last.flatMap(\.self) else { return nil }
        let others = cells.indices.dropLast().filter { !classes.contains($0) }
        let counts = others.compactMap { cells[$0] }
        return counts.count == others.count ? total - counts.reduce(0, +) : nil
    }
}

extension IntervalPlot.Estimate {
    /// Nil of nobody.
    init?(_ proportion: Proportion) {
        guard let share = proportion.share, let interval = proportion.interval else { return nil }
        self.init(
            thousandths: Int((share * 1000).rounded()), low: Int((interval.lowerBound * 1000).rounded()),
            high: Int((interval.upperBound * 1000).rounded()), count: proportion.count, total: proportion.total)
    }
}
