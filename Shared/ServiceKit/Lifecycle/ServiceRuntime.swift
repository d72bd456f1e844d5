public import Logging
public import ServiceLifecycle
import UnixSignals

/// What a running service has: its settings, its log, its metrics, its health.
public struct ServiceRuntime: Sendable {
    public let name: String
    public let version: String
    public let settings: Settings
    public let logger: Logger
    public let registry: PrometheusRegistry
    public let health: Health
    /// The OpenAPI document.
    public let contract: [UInt8]

    public init(
        name: String, version: String, settings: Settings, logger: Logger,
        registry: PrometheusRegistry = PrometheusRegistry(), health: Health = Health(), contract: [UInt8]? = nil
    ) {
        self.name = name
        self.version = version
        self.settings = settings
        self.logger = logger
        self.registry = registry
        self.health = health
        self.contract = contract ?? OperationalRoutes.contract
    }

    /// HTTP without authenticated routes: health and metrics only.
    public func http() -> ServiceHTTP {
        ServiceHTTP(settings: settings, health: health, registry: registry, contract: contract, logger: logger)
    }

    /// HTTP for callers with access tokens; needs ``TokenSettings`` to be declared.
    public func authenticatedHTTP() async throws(SettingsError) -> ServiceHTTP {
        let source = try KeySource(settings)
        let verifier = try await TokenVerifier(source, rules: TokenRules(settings), logger: logger)
        // A file was read, or we would not be here; an issuer may be away.
        if case .url = source { health.register(.ready, "tokens") { await verifier.health() } }
        return ServiceHTTP(
            settings: settings, health: health, registry: registry, contract: contract, verifier: verifier, logger: logger)
    }

    /// Runs the components until the process is told to stop or one of them fails.
    ///
    /// They are stopped in reverse order, so what others rely on comes first. SIGTERM and SIGINT stop
    /// in an orderly way; a second one, or the time limit, ends the process at once.
    ///
    /// - Throws: the error of the component that failed.
    public func run(_ components: [any Service]) async throws {
        let shutdown = Shutdown(limit: settings[CommonSettings.shutdownLimit], health: health, logger: logger)
        try await shutdown.run(components, signals: UnixSignalsSequence(trapping: .sigterm, .sigint))
    }
}
