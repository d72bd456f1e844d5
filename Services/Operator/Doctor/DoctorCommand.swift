import ArgumentParser
import Catalogue
import Domain
import Persistence
import ServiceKit

/// The checks that show whether anything was lost, doubled or changed, on a system as it runs.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Compare everything that was derived with the ledger, and print what differs.",
        discussion: """
            Reads the database only, page by page, each in one snapshot; the system may run on. What is still on its way \
            is pending and no difference; after a drain, --settled makes it one. What cannot be decided from what is \
            stored is undecidable, with the reason. Needs the same catalogue and policy as the services use. No answers \
            and scores are printed, but ids are.

            Checks:
            \(CheckName.allCases.map { "  \($0.rawValue): \($0.promise)" }.joined(separator: "\n"))

            Status 0: exact; 1: differences; 2: could not look; 3: exact, but records wait in quarantine; 64: wrong arguments.
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var options: ModelOptions

    @Option(help: "Only this check, repeatable: \(CheckName.allCases.map(\.rawValue).joined(separator: ", ")).")
    var only: [CheckName] = []

    @Option(help: "Only this site. The tree of the log and positions of lanes are looked at as a whole all the same.")
    var site: String?

    @Option(help: "Differences printed of each check; all are counted.")
    var findings = 20

    @Flag(help: "Everything has been drained: what is pending is a difference.")
    var settled = false

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if let site { _ = try SiteID(argument: site) }
        guard (0...100_000).contains(findings) else { throw ValidationError("--findings must be 0 to 100000.") }
    }

    func run() throws {
        let report: DoctorReport
        do {
            report = try examine()
        } catch let error as ValidationError {
            throw error
        } catch {
            note("attune doctor: could not look: \(error)")
            throw ExitCode(2)
        }
        print(json ? String(decoding: report.json.encoded, as: UTF8.self) : report.text)
        if !report.isExact { throw ExitCode(1) }
        if report.waits { throw ExitCode(3) }
    }

    private func examine() throws -> DoctorReport {
        let checks = try chosen.map(check)
        let connection = try connect()
        try Migrations.requireCurrent(on: connection)
        return DoctorReport(
            results: try checks.map { check in
                var result = CheckResult(check.name, isSettled: settled, keeping: findings)
                try check.run(into: &result, on: connection)
                return result
            })
    }

    private var chosen: [CheckName] { CheckName.allCases.filter { only.isEmpty || only.contains($0) } }

    private func check(_ name: CheckName) throws -> any DoctorCheck {
        let site = try site.map { try SiteID(argument: $0) }
        switch name {
        case .streams: return StreamCheck(site: site)
        case .quarantine: return QuarantineCheck()
        case .trajectories, .accepted, .log, .notifications, .alerts: return QuarantineCheck()
        }
    }

    private func connect() throws -> Connection {
        var settings = try database.settings()
        // A page is compared while its transaction is open.
        settings.idleInTransactionTimeout = DatabaseOptions.statementLimit
        settings.prefersIndexes = true
        return try Connection(settings)
    }
}
