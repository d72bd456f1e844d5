import ArgumentParser

/// `attune evidence`: what is handed to somebody who does not trust the system.
struct EvidenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence", abstract: "Write events with their proofs to a folder, and verify such a folder anywhere.",
        subcommands: [EvidenceExportCommand.self, EvidenceVerifyCommand.self])
}
