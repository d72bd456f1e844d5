import ArgumentParser
import Catalogue
import Domain
import Persistence
import ServiceKit
import TransparencyLog

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

    @Option(
        help: """
            NDJSON of what a sender noted when it was answered 201 or 200, e.g. {"kind": "rating", "id": UUID, "site": \
            "north"}; kinds: opening, participant, session, rating, correction, withdrawal, closure, \
            acknowledgement, resolution.
            """)
    var accepted: String?

    @Option(help: "File with the alert policy; default: ATTUNE_ALERT_POLICY_FILE, else Attune's own.")
    var alertPolicy: String?

    @Option(help: "Folder with the policies of sites; default: ATTUNE_ALERT_POLICY_DIR.")
    var alertPolicyDir: String?

    @Option(help: "Routes file, to see that no recipient is missing; default: ATTUNE_NOTIFICATION_ROUTES_FILE.")
    var routes: String?

    @Option(help: "File that holds the log's verifier keys; without it no signature of the log is checked.")
    var keyFile: String?

    @Option(help: "Seconds that a published event may be on its way into the log; none with --settled.")
    var patience = 300

    @Option(help: "Differences printed of each check; all are counted.")
    var findings = 20

    @Flag(help: "Everything has been drained: what is pending is a difference.")
    var settled = false

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if let site { _ = try SiteID(argument: site) }
        guard patience >= 0 else { throw ValidationError("--patience is not negative.") }
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
        case .trajectories: return TrajectoryCheck(site: site, catalogue: try options.loadCatalogue())
        case .log:
            return LogCheck(
                site: site, catalogue: try options.loadCatalogue(),
                keys: try keyFile.map { try LogKeys(text: TextFile.read($0)) },
                patience: settled ? .zero : .seconds(patience))
        case .accepted: return AcceptedCheck(site: site, file: accepted)
        case .notifications:
            let routes = routes ?? OperatorEnvironment.text("ATTUNE_NOTIFICATION_ROUTES_FILE")
            return NotificationCheck(site: site, routes: try routes.map(RoutesOutline.read))
        case .alerts:
            return AlertRulesCheck(site: site, catalogue: try options.loadCatalogue(), policy: try loadPolicy())
        case .quarantine: return QuarantineCheck()
        }
    }

    private func loadPolicy() throws -> LivePolicy {
        try LivePolicy(
            file: alertPolicy ?? OperatorEnvironment.text("ATTUNE_ALERT_POLICY_FILE"),
            folder: alertPolicyDir ?? OperatorEnvironment.text("ATTUNE_ALERT_POLICY_DIR"))
    }

    private func connect() throws -> Connection {
        var settings = try database.settings()
        // A page is compared while its transaction is open.
        settings.idleInTransactionTimeout = DatabaseOptions.statementLimit
        settings.prefersIndexes = true
        return try Connection(settings)
    }
}
