import ArgumentParser

/// `attune alerts`: what waits for an answer.
struct AlertsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts",
        abstract: "Show alerts that wait for an answer.",
        subcommands: [OverdueCommand.self])
}
