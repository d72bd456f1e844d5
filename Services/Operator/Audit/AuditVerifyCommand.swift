import ArgumentParser
import AuditLog
import FoundationEssentials
import Glibc
import Persistence
import ServiceKit
import TransparencyLog

/// `attune audit`: what an auditor asks.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Checks the tamper-evident log.", subcommands: [AuditVerifyCommand.self])
}

/// `attune audit verify`: believes nothing but the key.
struct AuditVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Recomputes the log and compares it with its tiles, its checkpoints and the ledger.",
        discussion: """
            Reads the database only; a role that may read the published views is enough. Exit status: 0 verified, \
            1 differences were found, 2 the log could not be checked, 64 wrong arguments.
            """)

    @OptionGroup var database: DatabaseOptions

    @Option(help: "The log's verifier key: name+id+key.")
    var key: String?

    @Option(help: "File that holds the log's verifier key, or its signing key.")
    var keyFile: String?

    @Option(help: "File with a checkpoint that you kept: the log must still contain what it signed. Repeatable.")
    var checkpoint: [String] = []

    @Option(help: "Seconds after which a published event must be in the log.")
    var patience: Int = 300

    @Flag(help: "Print the result as JSON.")
    var json = false

    func validate() throws {
        guard (key == nil) != (keyFile == nil) else { throw ValidationError("Give either --key or --key-file.") }
        guard patience >= 0 else { throw ValidationError("--patience is not negative.") }
    }

    func run() throws {
        let report: VerificationReport
        do {
            let verification = LogVerification(
                key: try verifierKey(), keptCheckpoints: try checkpoint.map(Self.content), patience: .seconds(patience))
            report = try Self.run(verification, on: try connect())
        } catch {
            Self.write("The log could not be checked: \(error)\n", to: STDERR_FILENO)
            throw ExitCode(2)
        }
        let text =
            json
            ? String(decoding: VerificationText.json(report).encoded, as: UTF8.self) + "\n"
            : VerificationText.words(report)
        Self.write(text, to: STDOUT_FILENO)
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

    private func verifierKey() throws -> VerifierKey {
        let text = try key ?? Self.content(of: keyFile ?? "")
        let line = String(text.prefix { !$0.isNewline })
        do {
            if line.hasPrefix("PRIVATE+KEY+") { return try SigningKey(text: line).verifierKey }
            return try VerifierKey(text: line)
        } catch {
            throw CannotCheck("the key is not a note key of the form name+id+key")
        }
    }

    private static func content(of file: String) throws -> String {
        guard let data = try? Data(contentsOf: URL(filePath: file)), let text = String(data: data, encoding: .utf8)
        else { throw CannotCheck("\(file) cannot be read") }
        return text
    }

    private static func write(_ text: String, to descriptor: Int32) {
        LineOutput(descriptor: descriptor).write(Array(text.utf8))
    }
}

private struct CannotCheck: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
