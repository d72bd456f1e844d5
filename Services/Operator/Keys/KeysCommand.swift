import ArgumentParser

/// The keys of an installation.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Make the keys of an installation, and change the one of the audit log.",
        subcommands: [KeysMakeCommand.self, KeysRotateCommand.self], defaultSubcommand: KeysMakeCommand.self)
}
