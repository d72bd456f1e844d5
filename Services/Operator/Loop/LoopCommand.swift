import ArgumentParser

/// `attune loop`: whether what was raised was told, answered and followed up.
struct LoopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loop",
        abstract: "Show what became of alerts, from being raised to being followed up.",
        subcommands: [LoopReportCommand.self, FidelityCommand.self, GapsCommand.self, QuarterCommand.self])
}
