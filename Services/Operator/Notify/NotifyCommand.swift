import ArgumentParser

/// How messages reach people.
struct NotifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notify", abstract: "Try whether messages arrive, and show what was sent to whom.",
        subcommands: [NotifyTestCommand.self, NotifyDeliveriesCommand.self])
}
