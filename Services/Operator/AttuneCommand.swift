import ArgumentParser
import ServiceKit

/// The command line of operators and auditors.
@main
struct AttuneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attune",
        abstract: "The command line of Attune, for operators and auditors.",
        subcommands: [
            DemoCommand.self, MigrateCommand.self, TopicsCommand.self, KeysCommand.self, TokenCommand.self,
            StatusCommand.self, DoctorCommand.self, ImportCommand.self, TextsCommand.self, SimulateCommand.self,
            AuditCommand.self, ExplainCommand.self, ModelCommand.self, StudyCommand.self, BenchCommand.self,
            ChaosCommand.self, RelayCommand.self, RebuildCommand.self, QuarantineCommand.self, EraseCommand.self,
            HoldCommand.self, ReplayCommand.self, EvidenceCommand.self, AlertsCommand.self, DirectoryCommand.self,
            NotifyCommand.self, LoopCommand.self, TraceCommand.self, ContractsCommand.self, UpgradeTrialCommand.self,
        ])

    static func main() async {
        CrashRules.apply()
        await main(nil)
    }
}
