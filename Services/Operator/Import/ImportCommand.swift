import ArgumentParser
import Domain
import FoundationEssentials
import ServiceKit

/// Bulk import of a CSV file.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Import ratings from a CSV file, wide or long.",
        discussion: """
            The map file says which columns hold what. Ids follow from the file's own keys, so importing a file twice \
            imports nothing twice. Ingestion takes in as many rows a second as its ATTUNE_BACKFILL_RATE says, so that what \
            is recorded today does not wait. Each refused row is reported with its reason. Status 0: everything was accepted or \
            known; 3: some rows were refused; 1: the import could not be done or finished, and can be run again.
            """)

    private static let batch = 500

    @Argument(help: "The CSV file, with a header row.")
    var file: String

    @Option(help: "The map file (YAML).")
    var map: String

    @Option(help: "Site that the episodes belong to.")
    var site: String

    @Option(
        help: """
            Where ingestion answers, e.g. http://127.0.0.1:8080. ATTUNE_OUTBOUND_CA_FILE names the authority to trust in \
            place of the system's.
            """)
    var url: String

    @Option(help: "File with the access token.")
    var tokenFile: String

    @Flag(help: "On the live lane instead of the backfill lane.")
    var live = false

    @Flag(help: "Read the file and the map, send nothing.")
    var dryRun = false

    @Option(help: "Seconds to keep trying while ingestion does not serve.")
    var patience = 60

    func run() throws {
        do {
            try importFile()
        } catch let problem as ImportProblem {
            note("attune import: \(problem)")
            throw ExitCode(1)
        }
    }

    private func importFile() throws {
        guard let site = SiteID(site) else { throw ValidationError("\(site) is not a site name.") }
        let plan = try ImportPlan(try ImportTable.read(file: file), map: try ImportMap.read(map), site: site)
        var report = ImportReport(plan)
        if !dryRun {
            let token = try token()
            let sender = try BatchSender(url: url, token: token, backfill: !live, patience: Double(patience))
            var progress = ProgressBar("importing \(file)", total: plan.lines.count)
            for start in stride(from: 0, to: plan.lines.count, by: Self.batch) {
                let part = plan.lines[start..<min(start + Self.batch, plan.lines.count)]
                report.add(Array(part), try sender.send(part.map(\.json)))
                progress.advance(to: start + part.count)
            }
            progress.end()
        }
        for line in report.refusals { print(line) }
        print(report.summary)
        if !report.refusals.isEmpty { throw ExitCode(3) }
    }

    private func token() throws -> String {
        guard let data = FileManager.default.contents(atPath: tokenFile) else {
            throw ImportProblem("\(tokenFile): cannot be read")
        }
        return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
    }
}

/// What became of the rows.
private struct ImportReport {
    private(set) var refusals: [String]
    private var accepted = 0
    private var known = 0
    private var refused = 0

    init(_ plan: ImportPlan) {
        refusals = plan.unreadable
        refused = plan.unreadable.count
    }

    mutating func add(_ lines: [ImportLine], _ answers: [BatchSender.Answer]) {
        for (line, answer) in zip(lines, answers) {
            switch answer {
            case .accepted: if line.isRating { accepted += 1 }
            case .known: if line.isRating { known += 1 }
            case .refused(let reason):
                refused += 1
                refusals.append("row \(line.row), column \(line.column): \(reason)")
            }
        }
    }

    var summary: String { "ratings accepted: \(accepted), known before: \(known); refused: \(refused)" }
}
