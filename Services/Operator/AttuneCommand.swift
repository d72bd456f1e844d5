import ArgumentParser

/// The command line of operators and auditors.
@main
struct AttuneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attune",
        abstract: "The command line of Attune, for operators and auditors.",
        subcommands: [
            DemoCommand.self, MigrateCommand.self, TopicsCommand.self, KeysCommand.self, TokenCommand.self,
            StatusCommand.self, ImportCommand.self, TextsCommand.self, SimulateCommand.self, AuditCommand.self,
            EvidenceCommand.self, ExplainCommand.self, ModelCommand.self, StudyCommand.self, BenchCommand.self,
        ])
}
