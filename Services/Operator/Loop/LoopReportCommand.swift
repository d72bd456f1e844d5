import ArgumentParser
import Domain
import Persistence
import ServiceKit

/// `attune loop report`: every alert of a span, from being raised to being followed up.
struct LoopReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract:
            "Count what became of alerts: delivered, acknowledged, reviewed, resolved, overdue, and how long it took.",
        discussion: """
            An alert counts in the span in which it was raised; what became of it is told as of the end of what is known. \
            Everything follows from the ledger's events alone. Read from the database, the figures are then counted once \
            more from the rows that alerting and notification keep, and the events by type; whatever differs is listed.

            delivered: a receiver has taken over a message about it. acknowledged: also by beginning its review or \
            resolving it. reviewed: the support review was completed. passed on: escalated because nobody answered. \
            overdue: not answered by the time that was given at first, whether it was passed on or not; as of the \
            database's clock, or with --bundle of the newest event. Percentiles are by nearest rank: a time that was \
            measured, never one in between. No clients and no persons are named.

            Status 0: shown, and both counts agree; 1: they differ; 2: the ledger, the bundle or an episode's alerts \
            cannot be read; 64: the arguments cannot be meant.
            """)

    @Option(help: "First day (UTC) on which alerts were raised, YYYY-MM-DD; default: from the beginning.")
    var from: String?

    @Option(help: "Last day (UTC) on which alerts were raised; default: to the end.")
    var through: String?

    @Option(help: "One site; default: all.")
    var site: String?

    @Option(
        help: "Read an exported bundle, the folder with events.ndjson, instead of the ledger; nothing is counted twice."
    )
    var bundle: String?

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var database: DatabaseOptions

    func validate() throws {
        let scope = try scope()
        if let from = scope.from, let through = scope.through, through < from {
            throw ValidationError("--through is a day before --from.")
        }
    }

    private func scope() throws -> LoopScope {
        LoopScope(
            from: try day(from, "--from"), through: try day(through, "--through"),
            site: try site.map { try SiteID(argument: $0) })
    }

    private func day(_ text: String?, _ option: String) throws -> CalendarDay? {
        guard let text else { return nil }
        guard let day = CalendarDay(text) else {
            throw ValidationError("\(option): \(text) is not a day such as 2026-09-30.")
        }
        return day
    }

    func run() throws {
        let scope = try scope()
        let result: (report: LoopReport, differences: [String])
        do {
            result = try bundle.map { (try read(bundle: $0, scope), []) } ?? readLedger(scope)
        } catch let error as ValidationError {
            throw error
        } catch {
            note("attune loop report: \(error)")
            throw ExitCode(2)
        }
        if json {
            print(String(decoding: result.report.json.encoded, as: UTF8.self))
        } else {
            for line in LoopReportText(report: result.report).lines { print(line) }
            if bundle == nil, result.differences.isEmpty { print("\ncounted again from rows: the same") }
        }
        guard result.differences.isEmpty else {
            note("attune loop report: events and rows differ; run attune doctor")
            for line in result.differences { note("  \(line)") }
            throw ExitCode(1)
        }
    }

    private func readLedger(_ scope: LoopScope) throws -> (LoopReport, [String]) {
        var bar = ProgressBar("reading alerts", total: ProgressBar.share)
        defer { bar.end() }
        return try LoopReport.counted(scope, on: database.connect()) { bar.advance(to: ProgressBar.share($0, of: $1)) }
    }

    private func read(bundle folder: String, _ scope: LoopScope) throws -> LoopReport {
        var bar = ProgressBar("reading the bundle", total: ProgressBar.share)
        let source = try BundleSource(folder: folder) { bar.advance(to: ProgressBar.share($0, of: $1)) }
        bar.end()
        var reading = ProgressBar("reading alerts", total: ProgressBar.share)
        defer { reading.end() }
        return try LoopReport(
            source, scope, asOf: source.newest() ?? Timestamp(microseconds: 0), clock: .newestEvent
        ) { reading.advance(to: ProgressBar.share($0, of: $1)) }
    }
}
