import Catalogue
import Contracts
import Domain
import Persistence
import ServiceKit

/// Keeps one open alert per episode and kind, sees to it that somebody answers, and passes on what
/// nobody has answered.
@main
struct Alerting: ServiceCommand {
    static let name = "attune-alerting"
    static let summary = "Raises, escalates and answers alerts."
    static let policyFile = Setting.path(
        "ATTUNE_ALERT_POLICY_FILE", "YAML file with the site's policy: which kinds raise, due times, figures of the rules; Attune's defaults where it is not set.").optional
    static let settings: [any SettingDeclaration] =
        DatabaseAccess.all + KafkaAccess.consuming + HTTPSettings.all + TokenSettings.all + [policyFile]

    static func run(_ runtime: ServiceRuntime) async throws {
        let policy = try AlertPolicy.load(file: runtime.settings[policyFile])
        let database = runtime.connectionPool(size: 4)
        let logger = runtime.logger
        let consumer = ConsumingService(
            runtime, schema: .alerting, topics: [.trajectories, .episodeEvents, .episodeBackfill]
        ) { _ in
            AlertingHandler(policy: policy, logger: logger)
        }
        let http = try await runtime.authenticatedHTTP()
        AlertRoutes(pool: database.pool).add(to: http)
        try await runtime.run([database, consumer, http.service()])
    }
}
