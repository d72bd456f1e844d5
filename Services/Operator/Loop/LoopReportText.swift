import Domain

/// A report for people.
struct LoopReportText {
    let report: LoopReport

    var lines: [String] {
        var lines = [
            "Alerts raised \(span), \(report.scope.site.map { "site \($0)" } ?? "all sites"); as of \(report.asOf) "
                + "(\(report.clock.rawValue))",
            "",
        ]
        guard !kinds.isEmpty else { return lines + ["none was raised"] }
        lines += counts.lines + ["", "Overdue: not answered by the time that was given at first"] + overdue.lines
        lines += ["", "How they ended"] + endings.lines
        lines += ["", "Times since the alert was raised (percentiles by nearest rank)"] + times.lines
        return lines
    }

    /// Gravest first, all together last.
    private var kinds: [(name: String, figures: KindFigures)] {
        guard !report.kinds.isEmpty else { return [] }
        return report.kinds.sorted { $0.key < $1.key }.map { ($0.key.rawValue, $0.value) } + [("all", report.all)]
    }

    private var span: String {
        switch (report.scope.from, report.scope.through) {
        case (nil, nil): "at any time"
        case (let from?, nil): "since \(from) (UTC)"
        case (nil, let through?): "through \(through) (UTC)"
        case (let from?, let through?): "from \(from) through \(through) (UTC)"
        }
    }

    private var counts: TextTable {
        var table = TextTable([
            "kind", "raised", "delivered", "opened", "acknowledged", "reviewed", "resolved", "withdrawn", "superseded",
            "passed on", "overdue", "open",
        ])
        for (name, figures) in kinds {
            let before: [LoopFigure] = [
                .raised, .delivered, .opened, .acknowledged, .reviewed, .resolved, .withdrawn, .superseded, .passedOn,
            ]
            table.add([name] + before.map { "\(figures[$0])" } + ["\(figures.overdue)", "\(figures[.open])"])
        }
        return table
    }

    private var overdue: TextTable {
        var table = TextTable(["kind", "answered late", "fell away unanswered", "still unanswered"])
        for (name, figures) in kinds { table.add([name] + LoopFigure.overdue.map { "\(figures[$0])" }) }
        return table
    }

    private var endings: TextTable {
        var table = TextTable(["kind", "ending", "alerts"])
        for (name, figures) in kinds {
            for (ending, count) in figures.endings.sorted(by: { $0.key < $1.key }) {
                table.add([name, "\(ending.status): \(ending.outcome)", "\(count)"])
            }
        }
        return table
    }

    private var times: TextTable {
        var table = TextTable(["kind", "until", "n", "median", "95th percentile"])
        for (name, figures) in kinds {
            for what in LoopTime.allCases {
                let time = figures.times[what]
                table.add([
                    name, what.rawValue, "\(time?.count ?? 0)", time.map { Self.words($0.median) } ?? "-",
                    time.map { Self.words($0.ninetyFifth) } ?? "-",
                ])
            }
        }
        return table
    }

    /// The two largest units.
    static func words(_ microseconds: Int64) -> String {
        let seconds = microseconds / 1_000_000
        switch seconds {
        case ..<1: return "\(microseconds / 1000) ms"
        case ..<60: return "\(seconds) s"
        case ..<3600: return "\(seconds / 60) min \(seconds % 60) s"
        case ..<86_400: return "\(seconds / 3600) h \(seconds / 60 % 60) min"
        default: return "\(seconds / 86_400) d \(seconds / 3600 % 24) h"
        }
    }
}

/// Columns of text: words to the left, numbers to the right.
struct TextTable {
    private var rows: [[String]]

    init(_ titles: [String]) { rows = [titles] }

    mutating func add(_ row: [String]) { rows.append(row) }

    var lines: [String] {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                return isOfWords(column) ? row[column] + space : space + row[column]
            }
            let line = cells.joined(separator: "  ")
            return String(line.prefix(line.count - line.reversed().prefix { $0 == " " }.count))
        }
    }

    /// A column whose cells, but for the title, do not begin with a digit.
    private func isOfWords(_ column: Int) -> Bool {
        rows.dropFirst().contains { row in row[column].first.map { !$0.isNumber && $0 != "-" } ?? false }
    }
}
