import ArgumentParser
import Domain
import Persistence
import ServiceKit

/// `attune alerts overdue`: alerts that nobody answered in time, and those that were seen to and never closed.
struct OverdueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "overdue",
        abstract: "List alerts that nobody has answered in time, longest first.",
        discussion: """
            An alert is overdue when nobody has acknowledged, reviewed, resolved or withdrawn it by the time that was \
            given at first; that it was passed on meanwhile changes nothing. With --unresolved-days also those that were \
            acknowledged and not closed so many days after they were raised. Clients are not named: an episode and the \
            clinician's directory id are.
            Status 0: none; 1: there are some; 2: the database could not be asked.
            """)

    @OptionGroup var database: DatabaseOptions

    @Option(help: "One site; default: all.")
    var site: String?

    @Option(help: "Also what was acknowledged and is open after so many days; 0 for none of them.")
    var unresolvedDays = 14

    @Option(help: "Most alerts of each sort to show.")
    var limit = 1000

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if let site, SiteID(site) == nil { throw ValidationError("--site: not a site name") }
        guard (0...3650).contains(unresolvedDays) else { throw ValidationError("--unresolved-days: from 0 to 3650") }
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit: from 1 to 100000") }
    }

    func run() throws {
        let report: OverdueReport
        do {
            let site = site.flatMap { SiteID($0) }
            report = try database.connect().snapshot {
                try OverdueReport(site: site, unresolvedDays: unresolvedDays, limit: limit, on: $0)
            }
        } catch let failure as DatabaseError {
            note("attune alerts: \(failure)")
            throw ExitCode(2)
        }
        if json {
            print(String(decoding: report.json.encoded, as: UTF8.self))
        } else {
            for line in report.lines { print(line) }
        }
        if !report.isEmpty { throw ExitCode(1) }
    }
}
