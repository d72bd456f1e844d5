import ArgumentParser
import AuditLog
import Persistence
import ServiceKit

/// `attune audit verify`: believes nothing but the keys.
struct AuditVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Recompute the log and compare it with its tiles, its checkpoints and the ledger.",
        discussion: """
            Reads the database only; a role that may read the published views is enough. Only checkpoints that somebody \
            else has kept show that the database as a whole was not put back or rewritten: give them with --checkpoint \
            or --checkpoints. Exit status: 0 verified, 1 differences were found, 2 the log could not be checked, 64 wrong \
            arguments.
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var keys: LogKeyOptions

    @Option(help: "File with a checkpoint that you kept: the log must still contain what it signed. Repeatable.")
    var checkpoint: [String] = []

    @Option(help: "Folder of such checkpoints, as ATTUNE_AUDIT_CHECKPOINT_FOLDER is. Repeatable.")
    var checkpoints: [String] = []

    @Option(help: "Seconds after which a published event must be in the log.")
    var patience: Int = 300

    @Flag(help: "Print the result as JSON.")
    var json = false

    func validate() throws {
        guard patience >= 0 else { throw ValidationError("--patience is not negative.") }
    }

    func run() throws {
        let report: VerificationReport
        do {
            let verification = LogVerification(
                keys: try keys.load(), keptCheckpoints: try checkpoint.map(TextFile.read),
                keptFolders: checkpoints.map { CheckpointFolder($0) }, patience: .seconds(patience))
            report = try Self.run(verification, on: try connect())
        } catch {
            note("The log could not be checked: \(error)")
            throw ExitCode(2)
        }
        if json {
            print(String(decoding: VerificationText.json(report).encoded, as: UTF8.self))
        } else {
            print(VerificationText.words(report), terminator: "")
        }
        if !report.isVerified { throw ExitCode(1) }
    }

    private static func run(_ verification: LogVerification, on connection: Connection) throws -> VerificationReport {
        var shown: (stage: LogVerification.Stage, bar: ProgressBar)?
        defer { shown?.bar.end() }
        return try verification.run(on: connection) { stage, done, total in
            if shown?.stage != stage {
                shown?.bar.end()
                shown = (stage, ProgressBar("verifying \(stage.rawValue)", total: total))
            }
            shown?.bar.advance(to: done)
        }
    }

    private func connect() throws -> Connection {
        var settings = try database.settings()
        // The transaction stays open while hashes are computed.
        settings.idleInTransactionTimeout = DatabaseOptions.statementLimit
        return try Connection(settings)
    }
}
