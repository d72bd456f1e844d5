import ArgumentParser
import AuditLog
import Contracts
import Domain
import FoundationEssentials
import Persistence
import ServiceKit
import TransparencyLog

/// `attune audit reseal`: after the database was restored to an earlier point.
struct AuditResealCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reseal",
        abstract: "Say in the log that it goes on from an earlier point, after its database was restored.",
        discussion: """
            Compares the log with the checkpoints that were kept outside the database. Where some are about leaves that \
            the log has no longer, it appends one entry that names them, the tree restored to, the reason and who said \
            so. From then on the audit service signs again, and `attune audit verify` reports those checkpoints as \
            re-sealed, with the leaves that were lost; every other that does not fit stays a difference. Needs the rights \
            of the audit service: --role attune_audit. Exit status: 0 the entry was appended, 1 there is nothing to \
            re-seal, 2 it could not be done, 64 wrong arguments.
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var keys: LogKeyOptions

    @Option(help: "Kept checkpoints: a folder such as ATTUNE_AUDIT_CHECKPOINT_FOLDER, or the file of one. Repeatable.")
    var kept: [String]

    @Option(help: "Why the database was restored; stays in the log for ever. No client data.")
    var reason: String

    @Option(help: "Who says so.")
    var by: String

    func validate() throws {
        guard !kept.isEmpty else { throw ValidationError("Give --kept.") }
        for text in [reason, by] where text.isEmpty || text.utf8.count > 500 {
            throw ValidationError("--reason and --by are 1 to 500 bytes.")
        }
    }

    func run() throws {
        let reseal: StoredReseal?
        do {
            reseal = try append()
        } catch {
            note("The log could not be re-sealed: \(error)")
            throw ExitCode(2)
        }
        guard let reseal else {
            note("Nothing to re-seal: the log contains every kept checkpoint, or has re-sealed it already.")
            throw ExitCode(1)
        }
        for line in ResealText.lines(reseal) { print(line) }
    }

    private func append() throws -> StoredReseal? {
        let keys = try keys.load()
        let folders = kept.filter(Self.isFolder)
        guard folders.count <= 1 else { throw CannotCheck("give one folder with --kept, and files besides") }
        let history = KeptHistory(
            folder: folders.first.map { CheckpointFolder($0) },
            notes: try kept.filter { !Self.isFolder($0) }.map(TextFile.read), keys: keys)
        return try Resealing(history: history, origin: keys.origin)
            .reseal(reason: reason, by: by, at: .now, on: database.connect())
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
    }
}

/// A re-seal entry in words.
enum ResealText {
    static func lines(_ reseal: StoredReseal) -> [String] {
        let statement = reseal.statement
        let newest = statement.lost.last?.size ?? 0
        return [
            "entry       leaf \(reseal.index), event \(reseal.event)",
            "restored    to \(statement.restored.size) leaves; the newest kept checkpoint was of \(newest)",
            "agreed      up to \(statement.agreed?.size ?? 0) leaves, the newest kept checkpoint that still holds",
            "lost        \(statement.lost.count) kept checkpoints, at most \(statement.leavesLost(of: newest)) leaves as they were signed",
            "reason      \(statement.reason) (\(statement.resealedBy), \(statement.resealedAt))",
        ]
    }
}
