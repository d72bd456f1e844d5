import Catalogue
import Hummingbird
import Intake
import Logging
import Messaging
import Persistence
import ServiceKit
import ServiceLifecycle

/// `attune-ingestion`: takes ratings and all else that happens in an episode, and relays the ledger to Kafka.
///
/// It starts without PostgreSQL and without Kafka and becomes ready by itself when they are there. While PostgreSQL
/// is away requests are answered 503 with `Retry-After`. While Kafka is away requests are still accepted, because
/// the ledger is the truth and keeps what waits; `/ready` then says 503 and names the relay.
@main
struct IngestionService: ServiceCommand {
    static let name = "attune-ingestion"
    static let summary = "Takes ratings over HTTP into the ledger, and relays the ledger to Kafka."
    static let contract = PackageResources.attune_ingestion_openapi_yaml
    static let settings: [any SettingDeclaration] = IngestionSettings.all

    static func run(_ runtime: ServiceRuntime) async throws {
        let catalogue = try Self.catalogue(runtime.settings)
        let database = DatabaseAccess.settings(of: runtime)
        let pool = runtime.connectionPool(size: runtime.settings[IngestionSettings.databaseConnections])
        let metrics = IngestionMetrics(runtime.registry)
        func writer(of lane: Lane) throws -> CommandWriter {
            CommandWriter(
                database, lane: lane, options: try runtime.settings.writerOptions(of: lane), metrics: metrics,
                logger: runtime.logger)
        }
        let intake = CommandIntake(
            live: try writer(of: .episode), backfill: try writer(of: .episodeBackfill), pool: pool.pool)
        let relay = Relay(
            database, pace: runtime.settings.backfillPace,
            publisher: KafkaRelayPublisher(try KafkaAccess.settings(of: runtime, part: "relay"), logger: runtime.logger),
            onNewCluster: runtime.settings.newClusterPolicy, logger: runtime.logger)
        IngestionHealth.register(in: runtime.health, intake: intake, relay: relay)
        let http = try await runtime.authenticatedHTTP()
        let reading = runtime.furtherPool(size: 1, as: ScopedReading.role)
        IngestionAPI(
            catalogue: { catalogue.current }, intake: intake, reading: ScopedReading(reading.pool), metrics: metrics
        ).add(to: http)
        let logger = runtime.logger
        let reload = ReloadService {
            let outcome = catalogue.reload()
            logger.log(level: outcome.isRefused ? .error : .notice, "\(outcome.words)")
        }
        // The last is stopped first: no new requests, then what waits is written, then relayed.
        try await runtime.run([
            pool, reading, reload, LedgerGrowth(pool: pool.pool, logger: logger), RelayService(relay: relay),
            intake.backfill.service, intake.live.service, http.service(),
        ])
    }

    private static func catalogue(_ settings: Settings) throws -> LiveCatalogue {
        do {
            return try LiveCatalogue(siteFolder: settings[IngestionSettings.catalogue])
        } catch {
            throw SettingsError(
                IngestionSettings.catalogue.name, "names a catalogue that cannot be used: \(error)",
                "Correct the file, or unset the setting to use the built-in instruments alone.")
        }
    }
}

/// All addresses under `/v1`.
struct IngestionAPI {
    /// The figures of the moment, which a reload may replace.
    let catalogue: @Sendable () -> Catalogue
    let intake: CommandIntake
    let reading: ScopedReading
    let metrics: IngestionMetrics

    func add(to http: ServiceHTTP) {
        let routes = http.authenticated("/v1", to: .record)
        CommandRoutes(catalogue: catalogue, intake: intake, metrics: metrics).add(to: routes)
        BatchRoute(catalogue: catalogue, intake: intake, metrics: metrics).add(to: routes)
        EpisodeRoute(reading: reading).add(to: http.authenticated("/v1", to: .readEpisode))
    }
}
