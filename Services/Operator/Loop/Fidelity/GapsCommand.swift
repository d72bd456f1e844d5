import ArgumentParser
import Catalogue
import Domain
import Persistence
import ServiceKit

/// `attune loop gaps`: where the loop is open in episodes that go on.
struct GapsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gaps",
        abstract: "List sessions that were not measured, ratings never talked about, and alerts never reviewed.",
        discussion: """
            Of open episodes, by the rules of their site's policy: sessions held without a rating, ratings whose time to \
            be talked about is over, and alerts about courses that stand open or were resolved without a completed support \
            review --unreviewed-days after they were raised. As of the day (UTC) of the newest event. Episodes and \
            clinicians are ids; nothing about a client is shown.

            Status 0: none; 1: there are some; 2: ledger, bundle, catalogue or policy cannot be read.
            """)

    @Option(help: "Days after which an alert about a course without a completed review is listed.")
    var unreviewedDays = 14

    @Option(help: "File with the policy of sites without one of their own; default: ATTUNE_ALERT_POLICY_FILE.")
    var policy: String?

    @Option(help: "Folder with the policies of sites that have their own; default: ATTUNE_ALERT_POLICY_DIR.")
    var policies: String?

    @Option(help: "Most lines to show; all are counted.")
    var limit = 1000

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var episodes: FollowedEpisodes

    func validate() throws {
        guard (0...3650).contains(unreviewedDays) else { throw ValidationError("--unreviewed-days: from 0 to 3650.") }
        guard (1...1_000_000).contains(limit) else { throw ValidationError("--limit: from 1 to 1000000.") }
    }

    func run() throws {
        let report = try episodes.carryOut("gaps") {
            let policies = try LivePolicy(
                file: policy ?? OperatorEnvironment.text("ATTUNE_ALERT_POLICY_FILE"),
                folder: self.policies ?? OperatorEnvironment.text("ATTUNE_ALERT_POLICY_DIR"))
            var report = GapsReport(unreviewedDays: unreviewedDays, limit: limit)
            try episodes.forEach("reading episodes") { episode, today in
                report.add(episode, policies.sitePolicy(of: episode.site).rules, asOf: today)
            }
            return report
        }
        if json {
            print(String(decoding: report.json.encoded, as: UTF8.self))
        } else {
            for line in report.lines { print(line) }
        }
        if report.count > 0 { throw ExitCode(1) }
    }
}
