import ServiceKit

/// How what a service keeps differs from what the ledger leads to.
struct RebuildReport {
    let tables: [String]
    var episodes = 0
    /// Episodes that are left as they are.
    var unfolded: [UnfoldedEpisode] = []
    private var counts: [String: [ProjectedTable.Finding: Int]] = [:]

    init(tables: [String]) { self.tables = tables }

    mutating func count(_ difference: ProjectedTable.Difference) {
        counts[difference.table, default: [:]][difference.finding, default: 0] += 1
    }

    func count(_ finding: ProjectedTable.Finding, in table: String) -> Int { counts[table]?[finding] ?? 0 }

    var differences: Int { counts.values.reduce(0) { $0 + $1.values.reduce(0, +) } }

    /// - Parameter isDone: the differences have been put right.
    func text(isDone: Bool) -> String {
        let head = ["table", "only old", "only new", "different"]
        let rows = tables.map { table in
            [table] + ProjectedTable.Finding.allCases.map { "\(count($0, in: table))" }
        }
        let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        var lines = ([head] + rows).map { row in
            row.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 0 ? row[column] + padding : padding + row[column]
            }.joined(separator: "  ")
        }
        let rowsDiffer = "\(differences) \(differences == 1 ? "row differs" : "rows differ")"
        lines.append(
            "\(episodes) episodes; " + (differences == 0 ? "no row differs" : rowsDiffer + (isDone ? ", replaced" : "")))
        if let first = unfolded.first {
            lines.append(
                """
                \(unfolded.count) episodes left as they are, because the ledger cannot be folded as far as the service has \
                come; the first: \(first.episode) at version \(first.version): \(first.reason)
                """)
        }
        return lines.joined(separator: "\n")
    }
}

extension ProjectedTable.Difference {
    /// As one line of NDJSON.
    var line: [UInt8] {
        let line: JSON = [
            "table": .string(table), "finding": .string(finding.rawValue), "key": .string(key),
            "columns": .array(columns.map(JSON.string)),
        ]
        return line.encoded
    }
}
