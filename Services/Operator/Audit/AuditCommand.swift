import ArgumentParser

/// `attune audit`: what an auditor asks, and what an operator owes the log.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Check the tamper-evident log, and put it right after a restore.",
        subcommands: [AuditVerifyCommand.self, AuditResealCommand.self])
}
