import ArgumentParser
import Catalogue
import Domain
import Foundation
import LocalStack
import Persistence
import ServiceKit

/// `attune loop quarter`: a made-up network lives through a quarter in minutes, and the loop is counted.
struct QuarterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarter",
        abstract: "Let a made-up network live through a quarter in minutes with real programs, and report the loop.",
        discussion: """
            Starts a private PostgreSQL, a Kafka in memory and all services in a temporary folder. The database has a \
            clock of its own (Debian's package faketime), by which the services record and schedule everything. Three \
            sites with time zones, working hours and ladders of their own, twelve clinicians with supervisors and duty \
            desks: sessions are held, rated, talked about and missed, alerts are opened, acknowledged, reviewed and \
            resolved over HTTP, some late and some never, and one clinician leaves in the middle. The clock is moved on \
            to the next hour (for danger, the next five minutes) at which something happens or falls due, once everything \
            before it has been scored, alerted and told. Prints the report of `attune loop report` and a month's \
            `attune loop fidelity`.

            The seed decides courses and answers. Nothing is real but the programs.

            Status 0: events, rows and what was answered agree; 1: they do not, and the folder is kept; 2: it could not be \
            carried out.
            """)

    @Option(help: "First day, YYYY-MM-DD.")
    var from = "2026-07-01"

    @Option(help: "Weeks to simulate.")
    var weeks = 13

    @Option(help: "Courses of treatment.")
    var courses = 200

    @Option(help: "Decides courses and answers.")
    var seed: UInt64 = 1

    @Option(help: "Folder for a bundle of evidence of it, for `attune loop report --bundle`.")
    var bundle: String?

    @Option(help: "Folder with the sample site's files.")
    var site = "deploy/local"

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (1...52).contains(weeks), (1...5000).contains(courses) else {
            throw ValidationError("--weeks 1 to 52, --courses 1 to 5000")
        }
        guard CalendarDay(from) != nil else {
            throw ValidationError("--from: \(from) is not a day such as 2026-07-01.")
        }
    }

    func run() async throws {
        guard let shim = ClockShim.installed else {
            note("attune loop quarter: needs libfaketime; install it with: apt-get install faketime")
            throw ExitCode(2)
        }
        let interruption = Interruption()
        // It waits for processes, which would hold one of the few threads of the task pool.
        let status: ExitCode = await withCheckedContinuation { continuation in
            let thread = Thread { continuation.resume(returning: carryOut(shim, interruption)) }
            thread.name = "attune-quarter"
            thread.stackSize = 4 << 20
            thread.start()
        }
        if status != .success { throw status }
    }

    private func carryOut(_ shim: URL, _ interruption: Interruption) -> ExitCode {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "attune-quarter-\(UUID().uuidString.prefix(8))")
        do {
            let differences = try simulate(shim, folder, interruption)
            guard differences.isEmpty else {
                note("attune loop quarter: the counts do not agree")
                for line in differences { note("  \(line)") }
                note("attune loop quarter: logs and files are kept in \(folder.path)")
                return ExitCode(1)
            }
            try FileManager.default.removeItem(at: folder)
            return .success
        } catch {
            note("attune loop quarter: \(error)")
            note("attune loop quarter: logs and files are kept in \(folder.path)")
            return ExitCode(2)
        }
    }

    /// - Returns: what does not agree.
    private func simulate(_ shim: URL, _ folder: URL, _ interruption: Interruption) throws -> [String] {
        let began = ContinuousClock.now
        let plan = QuarterPlan(
            seed: seed, first: CalendarDay(from) ?? CalendarDay(daysSinceEpoch: 0), weeks: weeks, courses: courses)
        let files = try QuarterFiles(folder.appendingPathComponent("network"))
        try FileManager.default.setAttributes([.posixPermissions: 0o711], ofItemAtPath: folder.path)
        let clock = try SimulatedClock(shim: shim, file: folder.appendingPathComponent("clock"), startingAt: plan.start)
        var settings = StackSettings(
            folder: folder, programs: try DemoCommand.programs(),
            catalogue: SiteFiles(URL(fileURLWithPath: site)).catalogue,
            routes: files.routes, postgres: .local(.throwaway),
            environment: ["ATTUNE_ALERT_POLICY_DIR": files.policies.path, "ATTUNE_LOG_LEVEL": "warning"],
            startLimit: .seconds(600))
        settings.clock = clock
        let stack = LocalStack(
            settings, report: { note("quarter: \($0)") }, isInterrupted: { interruption.isRequested })
        defer { stack.stop() }
        try stack.start()
        let run = try QuarterRun(plan, stack, clock, files)
        try run.run { if interruption.isRequested { throw StackError.interrupted } }
        if let bundle { try export(bundle, stack) }
        let connection = try Connection(
            DatabaseSettings(
                url: stack.endpoints.database, role: "attune_operator", applicationName: "attune loop quarter"))
        defer { connection.close() }
        let told = try LoopReport.counted(
            LoopScope(from: plan.first, through: plan.last, site: nil), on: connection
        ) { _, _ in }
        show(told.report, run, seconds: (ContinuousClock.now - began).components.seconds)
        if !json { for line in try fidelity(plan, on: connection).lines { print(line) } }
        return told.differences + run.answers.differences(from: told.report)
    }

    /// Of the month in the middle, by team.
    private func fidelity(_ plan: QuarterPlan, on connection: Connection) throws -> FidelityText {
        let middle = plan.first.advanced(byDays: (plan.last.daysSinceEpoch - plan.first.daysSinceEpoch) / 2)
        var report = FidelityReport(
            CalendarMonth(holding: middle), by: .team, teams: try FollowedEpisodes.teams(on: connection))
        let catalogue = try Catalogue.load(siteFolder: SiteFiles(URL(fileURLWithPath: site)).catalogue.path)
        let source = LedgerSource(connection: connection, categories: [.episode, .alert])
        try source.forEachEpisode(progress: { _, _ in }) { record in
            let episode = try FollowedEpisode(record, catalogue: catalogue, asOf: plan.last.advanced(byDays: 2))
            if let episode { report.add(episode) }
        }
        return FidelityText(report: report, minimum: 10)
    }

    private func export(_ bundle: String, _ stack: LocalStack) throws {
        try stack.runOperator(
            [
                "evidence", "export", "--out", bundle, "--key-file", stack.keys.auditVerifier.path, "--by",
                "op-quarter",
                "--reason", "simulated quarter",
            ], logTo: "attune-evidence")
    }

    private func show(_ report: LoopReport, _ run: QuarterRun, seconds: Int64) {
        guard !json else {
            let document: JSON = [
                "report": report.json, "answers": run.answers.json, "commands": .integer(run.posted),
                "moments": .integer(run.moments), "seconds": .integer(seconds),
            ]
            return print(String(decoding: document.encoded, as: UTF8.self))
        }
        for line in LoopReportText(report: report).lines { print(line) }
        print(
            "\n\(weeks) weeks, \(courses) courses, \(run.posted) commands and \(run.answers.count) answers "
                + "(\(run.answers.tooLate) came too late) at \(run.moments) moments, in \(seconds) s\n")
    }
}

extension QuarterAnswers {
    var json: JSON {
        .object(
            AlertKind.allCases.map { kind in
                var endings: [LoopEnding: Int] = [:]
                for ending in (ended[kind] ?? [:]).values { endings[ending, default: 0] += 1 }
                return JSON.Member(
                    kind.rawValue,
                    [
                        "opened": .integer(opened[kind]?.count ?? 0),
                        "acknowledged": .integer(acknowledged[kind]?.count ?? 0),
                        "reviewed": .integer(reviewed[kind]?.count ?? 0),
                        "endings": .object(
                            endings.sorted { $0.key < $1.key }.map {
                                JSON.Member("\($0.key.status): \($0.key.outcome)", .integer($0.value))
                            }),
                    ])
            })
    }
}
