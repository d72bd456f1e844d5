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
    let keys: LogKeys?
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
        // Unsigned differences are counted among the others: without a key all must be kept to be told apart.
        let verification = try LogVerification(
            keys: keys ?? LogKeys(Self.stranger(on: connection)), patience: patience,
            differenceLimit: keys == nil ? .max : 1000)
        let report = try verification.run(on: connection) { stage, done, total in
            if shown?.stage != stage {
                shown?.bar.end()
                shown = (stage, ProgressBar("checking log, \(stage.rawValue)", total: total))
            }
            shown?.bar.advance(to: done)
        }
        shown?.bar.end()
        result.examine(report.size)
        for difference in report.differences {
            if keys == nil, case .checkpointNotTrusted(_, .unsigned) = difference { continue }
            result.difference("\(difference)")
        }
        for _ in report.differences.count..<max(report.differences.count, report.differenceCount) {
            result.difference("a further difference of the log")
        }
        result.pending(report.pending.count, "\(report.pending.count) events of the ledger are not in the log")
    }

    /// A key of the log's name that has signed nothing: what checkpoints say is then compared all the same.
    private static func stranger(on connection: Connection) throws -> VerifierKey {
        let newest = try StoredLog.latestCheckpoint(on: connection)?.note
        let text = newest.flatMap { try? SignedNote(parsing: $0) }.flatMap { try? Checkpoint(text: $0.text) }
        return try SigningKey(generatedFor: text?.origin ?? "log").verifierKey
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
