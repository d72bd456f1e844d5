import ArgumentParser
import FoundationEssentials
import Glibc
import Logging
import Metrics

/// The main program of a service:
///
/// ```swift
/// @main
/// struct Scoring: ServiceCommand {
///     static let name = "attune-scoring"
///     static let summary = "Scores ratings and publishes trajectories."
///     static let settings: [any SettingDeclaration] = HTTPSettings.all + [batchSize]
///     static let batchSize = Setting.int("ATTUNE_SCORING_BATCH", "Most events of a batch.", default: 500, in: 1...5000)
///
///     static func run(_ runtime: ServiceRuntime) async throws {
///         try await runtime.run([..., runtime.http().service()])
///     }
/// }
/// ```
///
/// It understands `--help` (with every setting), `--version` and `--check-config`. Exit status: 0
/// after an orderly stop, 64 for a wrong argument, 78 for wrong settings, 1 for anything else.
public protocol ServiceCommand: Sendable {
    /// The executable's name, also the `service` of its log lines.
    static var name: String { get }
    static var summary: String { get }
    /// What the service uses beyond ``CommonSettings``.
    static var settings: [any SettingDeclaration] { get }
    static var version: String { get }
    /// The OpenAPI document of the service, served at `/openapi.yaml`.
    static var contract: [UInt8] { get }

    static func run(_ runtime: ServiceRuntime) async throws
}

extension ServiceCommand {
    public static var version: String { ProjectVersion.current }

    /// Of a service that has no API of its own.
    public static var contract: [UInt8] { OperationalRoutes.contract }

    public static func main() async { await Launcher<Self>.main() }

    /// The text of `--help`.
    public static func helpPage() -> String { Launcher<Self>.helpMessage(columns: 100) }
}

/// The version of all executables, which are released together.
public enum ProjectVersion {
    public static let current = "0.1.0"
}

/// What the command line of every service has.
struct Launcher<Command: ServiceCommand>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: Command.name, abstract: Command.summary,
            discussion: settingsHelp(CommonSettings.all + Command.settings), version: Command.version)
    }

    @Flag(help: "Read and check the settings, show them without secrets, and end.")
    var checkConfig = false

    func run() async throws {
        let settings = Self.settingsOrExit()
        if checkConfig {
            print(settings.summary)
            return
        }
        let runtime = Self.bootstrap(settings)
        do {
            try await Command.run(runtime)
        } catch let error as SettingsError {
            Self.exitForSettings(error)
        } catch {
            runtime.logger.critical("Service ends", error: error)
            throw ExitCode(1)
        }
    }

    private static func settingsOrExit() -> Settings {
        do throws(SettingsError) {
            return try Settings(CommonSettings.all + Command.settings)
        } catch {
            exitForSettings(error)
        }
    }

    private static func exitForSettings(_ error: SettingsError) -> Never {
        let lines = error.findings.map { "\(Command.name): \($0)\n" }.joined()
        LineOutput.standardError.write(Array((lines + "\(Command.name) --help lists all settings.\n").utf8))
        Glibc.exit(EX_CONFIG)
    }

    private static func bootstrap(_ settings: Settings) -> ServiceRuntime {
        prepareProcess()
        let level = Logger.Level(rawValue: settings[CommonSettings.logLevel]) ?? .info
        LoggingSystem.bootstrap { label in JSONLogHandler(service: Command.name, label: label, level: level) }
        let registry = PrometheusRegistry()
        registry.describe(SharedDescriptions.all)
        MetricsSystem.bootstrap(registry)
        ProcessMetrics.install(in: registry, service: Command.name, version: Command.version)
        let logger = Logger(label: Command.name)
        for name in settings.unknownNames {
            logger.notice("Environment variable is no setting of this service", metadata: ["name": "\(name)"])
        }
        for found in ClearConnection.found(in: settings) {
            logger.warning("\(found.message)", metadata: ["hosts": "\(found.hosts.joined(separator: ","))"])
        }
        return ServiceRuntime(
            name: Command.name, version: Command.version, settings: settings, logger: logger, registry: registry,
            contract: Command.contract)
    }

    private static func prepareProcess() {
        CrashRules.apply()
        // A peer that goes away while something is written to it is an error of that write, not the end.
        signal(SIGPIPE, SIG_IGN)
    }
}
