import Domain
import Persistence

/// Folds the ledger beside what a service keeps, compares the two, and puts one in the place of the other, while the
/// service runs.
///
/// Nothing goes to Kafka and nothing into the ledger: nobody is alerted or notified by a rebuild.
struct Rebuild {
    let projection: any Projection
    let scope: LedgerScope
    let connection: Connection
    /// Told of every difference that is found, and in the end put right.
    var onDifference: (ProjectedTable.Difference) throws -> Void = { _ in }

    /// Folds every episode. Each page is kept with the note of it, so that the work can be resumed.
    func build(resuming: Bool) throws {
        let reached = resuming ? try projection.progress(scope, on: connection) : nil
        if reached == nil { try connection.transaction { try projection.begin(scope, on: $0) } }
        try scope.forEachPage("folding \(projection.name)", after: reached ?? [:], on: connection) { page in
            try connection.transaction { connection in
                _ = try projection.fold(page.episodes, on: connection)
                try projection.note(page.position, of: page.lane, on: connection)
            }
        }
    }

    /// Compares page by page, each at one moment; what has moved on since it was folded is folded again.
    func compare() throws -> RebuildReport {
        try pages("comparing \(projection.name)") { episodes, report in
            try connection.transaction { connection in
                try connection.script("set transaction isolation level repeatable read")
                _ = try differences(of: episodes, into: &report, on: connection)
            }
        }
    }

    /// Replaces what differs, page by page. The service waits for no longer than a page.
    func replace() throws -> RebuildReport {
        try pages("replacing \(projection.name)") { episodes, report in
            try connection.transaction { connection in
                // Before anything is read: what the service commits until then is seen, and then it commits nothing.
                try connection.run(projection.hold)
                let sound = try differences(of: episodes, into: &report, on: connection)
                for table in projection.tables { try table.replace(sound, on: connection) }
            }
        }
    }

    /// Those of the episodes that can be folded, and how they differ.
    private func differences(
        of episodes: [EpisodeID], into report: inout RebuildReport, on connection: Connection
    ) throws -> [EpisodeID] {
        let unfolded = try projection.refresh(episodes, on: connection)
        let left = Set(unfolded.map(\.episode))
        let sound = episodes.filter { !left.contains($0) }
        report.episodes += episodes.count
        report.unfolded += unfolded
        for table in projection.tables {
            for difference in try table.differences(of: sound, on: connection) {
                report.count(difference)
                try onDifference(difference)
            }
        }
        return sound
    }

    private func pages(
        _ title: String, _ body: ([EpisodeID], inout RebuildReport) throws -> Void
    ) throws -> RebuildReport {
        var report = RebuildReport(tables: projection.tables.map(\.name))
        try scope.forEachPage(title, on: connection) { try body($0.episodes, &report) }
        for table in projection.tables {
            try scope.forEachOrphanPage(of: table, on: connection) { try body($0, &report) }
        }
        return report
    }
}
