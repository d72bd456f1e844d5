import Catalogue
import Contracts
import Logging
import Messaging
import Persistence
import ServiceKit

/// Keeps every course scored and says after each rating how it stands. The service that is scaled out:
/// any number of processes up to the partition count share the work.
@main
struct Scoring: ServiceCommand {
    static let name = "attune-scoring"
    static let summary = "Scores ratings and publishes trajectories."
    static let batchSize = Setting.int(
        "ATTUNE_SCORING_BATCH", "Most events of one transaction.", default: 500, in: 1...5000)
    static let catalogue = Setting.path(
        "ATTUNE_CATALOGUE_DIR", "Folder with the site's own instruments and models (YAML).").optional
    static let settings: [any SettingDeclaration] =
        DatabaseAccess.all + KafkaAccess.consuming + HTTPSettings.all + [batchSize, catalogue]

    static func run(_ runtime: ServiceRuntime) async throws {
        runtime.registry.describe(ScoringHandler.metrics)
        let catalogue = try LiveCatalogue(siteFolder: runtime.settings[catalogue])
        let database = runtime.connectionPool(size: 1)
        let kafka = try KafkaAccess.settings(of: runtime, part: "producer")
        let logger = runtime.logger
        let consumer = try ConsumingService(
            runtime, schema: .scoring, topics: TopicAccess.of(.scoring).reads,
            batch: BatchLimits(maxRecords: runtime.settings[batchSize])
        ) { _ in
            // Records wait for the whole batch anyway: lingering would only add to it.
            let producer = try Producer(kafka, options: ProducerOptions(linger: .zero), logger: logger)
            return ScoringHandler(
                catalogue: { catalogue.current }, publisher: TrajectoryPublisher(producer), logger: logger)
        }
        let reload = ReloadService {
            let outcome = catalogue.reload()
            logger.log(level: outcome.isRefused ? .error : .notice, "\(outcome.words)")
        }
        try await runtime.run([database, reload, consumer, runtime.http().service()])
    }
}
