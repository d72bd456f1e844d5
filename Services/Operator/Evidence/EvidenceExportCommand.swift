import ArgumentParser
import Domain
import EvidenceBundle
import Foundation
import Persistence
import ServiceKit
import TransparencyLog

/// `attune evidence export`.
struct EvidenceExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write events with their proofs, checkpoints and keys to a new folder.",
        discussion: """
            Without --episode and --site everything is exported. The folder holds client data. The export is recorded in \
            the ledger, for every site it has events of, with the digest of the manifest; it is not complete before that. \
            `attune evidence verify FOLDER` checks it without database and network. Needs the rights of the operator: \
            --role attune_operator. Exit status: 0 written, 2 it could not be written, 64 wrong arguments.
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var keys: LogKeyOptions

    @Option(help: "New or empty folder for the bundle.")
    var out: String

    @Option(help: "Events of this episode alone. Repeatable.")
    var episode: [String] = []

    @Option(help: "Events of this site alone. Repeatable.")
    var site: [String] = []

    @Option(help: "Events recorded from this time on, e.g. 2026-03-01T00:00:00Z.")
    var from: String?

    @Option(name: .customLong("to"), help: "Events recorded before this time.")
    var before: String?

    @Option(help: "File with a checkpoint that somebody has kept, which the bundle is to be compared with. Repeatable.")
    var checkpoint: [String] = []

    @Option(help: "Who exports; stays in the ledger.")
    var by: String

    @Option(help: "What for; stays in the ledger. No client data.")
    var reason: String

    func validate() throws {
        _ = try scope()
        guard episode.count <= 1000 else { throw ValidationError("Give 1000 episodes at most, or their sites.") }
        for text in [reason, by] where text.isEmpty || text.utf8.count > 500 {
            throw ValidationError("--reason and --by are 1 to 500 bytes.")
        }
    }

    func run() throws {
        do {
            try export()
        } catch {
            note("The evidence could not be exported: \(error)")
            throw ExitCode(2)
        }
    }

    private func export() throws {
        let keys = try keys.load()
        let kept = try checkpoint.map { try Checkpoint.verified(TextFile.read($0), keys: keys).checkpoint }
        var settings = try database.settings()
        settings.idleInTransactionTimeout = DatabaseOptions.statementLimit
        let connection = try Connection(settings)
        let folder = try EvidenceFolder(out)
        let export = EvidenceExport(scope: try scope(), keys: keys, kept: kept)
        let bars = ProgressBars()
        let result = try export.write(to: folder, at: .now, on: connection, progress: bars.show)
        bars.end()
        let (bytes, digest) = EvidenceRecord.manifest(of: result)
        try connection.transaction {
            try EvidenceRecord(accessedBy: by, reason: reason).append(result, digest: digest, at: .now, on: $0)
        }
        try folder.writeManifest(bytes)
        let counts = result.manifest.counts
        print("events      \(counts.events)" + (counts.uncovered > 0 ? ", \(counts.uncovered) more not signed yet and left out" : ""))
        print("leaves      \(counts.leaves), proved in the tree of \(result.manifest.size)")
        print("checkpoints \(counts.checkpoints)")
        print("manifest    \(Hexadecimal.text(digest))")
    }

    private func scope() throws -> EvidenceScope {
        EvidenceScope(
            episodes: try episode.map { text in
                guard let id = EpisodeID(text) else { throw ValidationError("\(text) is not an episode's id.") }
                return id
            },
            sites: try site.map { try SiteID(argument: $0) }, from: try Self.time(from), before: try Self.time(before))
    }

    private static func time(_ text: String?) throws -> Timestamp? {
        guard let text else { return nil }
        guard let time = Timestamp(text) else { throw ValidationError("\(text) is not a time such as 2026-03-01T00:00:00Z.") }
        return time
    }
}
