import AuditLog
import Catalogue
import Contracts
import Domain
import Persistence
import TransparencyLog

/// The Merkle log holds every event once: the ledger's as `attune audit verify` compares them, and every trajectory event
/// that follows from the ledger, with the digest of its payload made again; and no leaf is of an event that is neither.
struct LogCheck: DoctorCheck {
    let name = CheckName.log
    let site: SiteID?
    let catalogue: Catalogue
    /// Nil: no signature is checked.
    let key: VerifierKey?
    /// How long a published event may be on its way into the log.
    let patience: Duration

    func run(into result: inout CheckResult, on connection: Connection) throws {
        try verifyTree(into: &result, on: connection)
        var decided = DecidedCatalogues(catalogue)
        let mayBeReordered = try ClusterChange.happened(to: .audit, on: connection)
        let pages = EpisodePages(sources: [.ledger, .trajectoryLeaves], site: site)
        try pages.forEach("checking trajectory leaves", into: &result, on: connection) { episodes, result in
            let page = try connection.snapshot { try LeafPage(episodes, on: $0) }
            for episode in episodes {
                let leaves = TrajectoryLeaves(episode, page, mayBeReordered: mayBeReordered)
                try leaves.judge(by: &decided, into: &result, on: connection)
            }
        }
    }

    private func verifyTree(into result: inout CheckResult, on connection: Connection) throws {
        var shown: (stage: LogVerification.Stage, bar: ProgressBar)?
        let verification = LogVerification(key: key, patience: patience)
        let report = try verification.run(on: connection) { stage, done, total in
            if shown?.stage != stage {
                shown?.bar.end()
                shown = (stage, ProgressBar("checking log, \(stage.rawValue)", total: total))
            }
            shown?.bar.advance(to: done)
        }
        shown?.bar.end()
        result.examine(report.size)
        for difference in report.differences { result.difference("\(difference)") }
        for _ in report.differences.count..<max(report.differences.count, report.differenceCount) {
            result.difference("a further difference of the log")
        }
        result.pending(report.pending.count, "\(report.pending.count) events of the ledger are not in the log")
    }
}

/// Whether a consumer has read from more than one Kafka cluster. Within one, the trajectories of an episode come in the
/// order of its events; after a change of clusters scoring publishes them again, and newer ones may come before older.
enum ClusterChange {
    static func happened(to group: HeldEpisodes.Group, on connection: Connection) throws -> Bool {
        try connection.run(
            """
            select count(distinct cluster_id) > 1 from published.consumer_position
            where consumer_group = $1 and topic = $2
            """, [.text(group.rawValue), .text(Topic.trajectories.name)]
        ).only().bool(0)
    }
}
