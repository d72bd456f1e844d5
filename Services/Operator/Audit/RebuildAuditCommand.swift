import ArgumentParser
import AuditLog
import Persistence
import ServiceKit
import TransparencyLog

/// `attune rebuild audit`: tiles and head of the log follow from its leaves.
struct RebuildAuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Compute the audit log's tiles and head anew from its leaves, and compare.",
        discussion: """
            Without --switch it only looks, and the audit service can go on meanwhile. With --switch it replaces what \
            differs, in one transaction, and only when the result agrees with the newest signed checkpoint; the audit \
            service waits meanwhile. That needs the rights of the audit service: --role attune_audit. Exit status: 0 \
            nothing differs, or it was replaced; 1 something differs; 2 it could not be computed; 64 wrong arguments.
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var keys: LogKeyOptions

    @Flag(name: .customLong("switch"), help: "Replace what differs.")
    var isSwitching = false

    func run() throws {
        let outcome: LogRebuild.Outcome
        do {
            outcome = try rebuild()
        } catch {
            note("The log could not be rebuilt: \(error)")
            throw ExitCode(2)
        }
        for line in Self.lines(outcome) { print(line) }
        if !outcome.isSame, !outcome.isSwitched { throw ExitCode(1) }
    }

    private func rebuild() throws -> LogRebuild.Outcome {
        var settings = try database.settings()
        settings.idleInTransactionTimeout = DatabaseOptions.statementLimit
        let connection = try Connection(settings)
        var bar: ProgressBar?
        defer { bar?.end() }
        return try LogRebuild(keys: keys.load()).run(isSwitching: isSwitching, on: connection) { done, total in
            if bar == nil { bar = ProgressBar("rebuilding the log", total: total) }
            bar?.advance(to: done)
        }
    }

    static func lines(_ outcome: LogRebuild.Outcome) -> [String] {
        let head = outcome.isHeadSame ? "the same" : "DIFFERS: stored are \(outcome.stored.size) leaves, \(outcome.stored.root.base64)"
        var lines = [
            "leaves      \(outcome.size)", "root        \(outcome.root.base64)", "head        \(head)",
            "tiles       \(outcome.tiles): \(outcome.tilesMissing) missing, \(outcome.tilesDiffering) differ, \(outcome.tilesTooMany) too many",
        ]
        let signed = outcome.signedSize.map { "of \($0) leaves \(outcome.agreesWithSigned ? "agrees" : "DOES NOT AGREE")" }
        lines.append("checkpoint  \(signed ?? "none signed yet")")
        if outcome.isSwitched {
            lines.append("replaced")
        } else if outcome.isSame {
            lines.append("nothing differs")
        } else if !outcome.agreesWithSigned {
            lines.append("NOT replaced: the leaves are not those that were signed; see `attune audit verify`")
        } else {
            lines.append("differs: --switch replaces it")
        }
        return lines
    }
}
