import Domain
import Foundation
import LocalStack
import Persistence
import ServiceKit

/// The made-up network of a demonstration.
extension Demo {
    private static let linesAtOnce = 2000

    /// People and teams by opaque ids, unless somebody has applied a directory before.
    func applyDirectory(_ stack: LocalStack, on connection: Connection) throws {
        guard try connection.run(Self.countSites).only().int64(0) == 0 else { return }
        say("applying the directory of three sites")
        let files = try QuarterFiles(settings.folder.root.appendingPathComponent("network"))
        try stack.runOperator(
            [
                "directory", "apply", files.directory.path, "--apply", "--by", "op-demo", "--contact-key-file",
                stack.keys.contactKeys.path,
            ], logTo: "attune-directory")
    }

    /// The same lines in every run: a second one finds them recorded, on the days of the first.
    func postNetwork(_ stack: LocalStack, on connection: Connection) throws -> NetworkPlan {
        guard let url = stack.endpoints.url(.ingestion) else { throw StackError.notStarted }
        let known = try connection.run(Self.openingDay, [.id(NetworkPlan.first())]).first?.day(0)
        let last = known.map { NetworkPlan.lastDay(ofFirst: $0) } ?? Timestamp.now.day.advanced(byDays: -1)
        let plan = NetworkPlan(through: last)
        for (place, site) in QuarterSite.all.enumerated() {
            let lines = plan.lines(of: place)
            say("posting what has happened at site \(site.id) up to \(last): \(lines.count) entries")
            let file = try token(stack, site: site.id.text, role: "integration")
            let token = try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
            let sender = try BatchSender(url: url, token: token, backfill: false, patience: 60)
            for start in stride(from: 0, to: lines.count, by: Self.linesAtOnce) {
                let answers = try sender.send(Array(lines[start..<min(start + Self.linesAtOnce, lines.count)]))
                for case .refused(let reason) in answers { throw Failure.refused(reason) }
            }
        }
        return plan
    }

    /// Some alerts are answered, as clinicians would.
    func answerAlerts(_ stack: LocalStack, of plan: NetworkPlan) throws {
        say("answering some alerts")
        let count = try NetworkAnswers(calls: try QuarterCalls(stack), episodes: plan.episodes).give()
        say("\(count) alerts answered, the others wait")
    }

    private static let countSites = Statement("select count(*) from published.directory_site")
    private static let openingDay = Statement("select opened_on from published.episode where episode_id = $1")
}
