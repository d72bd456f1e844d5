import AlertBook
import Catalogue
import Contracts
import Domain
import Logging
import Persistence
import ServiceKit

/// Keeps one open alert per episode and kind, sees to it that somebody answers, and passes on what
/// nobody has answered.
@main
struct Alerting: ServiceCommand {
    static let name = "attune-alerting"
    static let summary = "Raises, escalates and answers alerts."
    static let contract = PackageResources.attune_alerting_openapi_yaml
    static let policyFile = Setting.path(
        "ATTUNE_ALERT_POLICY_FILE",
        "YAML file with the policy of sites without one of their own; Attune's defaults where it is not set.").optional
    static let policyFolder = Setting.path(
        "ATTUNE_ALERT_POLICY_DIR", "Folder with the policies of sites that have their own, <site>.yaml each.").optional
    static let catalogue = Setting.path(
        "ATTUNE_CATALOGUE_DIR", "Folder with the site's own instruments and models (YAML), as attune-scoring has it.").optional
    static let settings: [any SettingDeclaration] =
        DatabaseAccess.all + KafkaAccess.consuming + HTTPSettings.all + TokenSettings.all
        + [policyFile, policyFolder, catalogue, FHIRRoutes.baseURL]

    static func run(_ runtime: ServiceRuntime) async throws {
        runtime.registry.describe(AlertMetrics.descriptions + OverdueFigures.descriptions)
        AlertMetrics.start()
        let policy = try LivePolicy(file: runtime.settings[policyFile], folder: runtime.settings[policyFolder])
        let catalogue = try LiveCatalogue(siteFolder: runtime.settings[catalogue])
        let reading = runtime.connectionPool(size: 3, as: ScopedReading.role)
        let answering = runtime.furtherPool(size: 2, as: AlertAnswers.role)
        let logger = runtime.logger
        let consumer = try ConsumingService(
            runtime, schema: .alerting, topics: TopicAccess.of(.alerting).reads, questions: [OverdueFigures.question]
        ) { _ in
            AlertingHandler(policy: { policy.sitePolicy(of: $0) }, catalogue: { catalogue.current }, logger: logger)
        }
        let http = try await runtime.authenticatedHTTP()
        let scoped = ScopedReading(reading.pool)
        AlertRoutes(reading: scoped, answering: answering.pool, policy: { policy.policy(of: $0) }).add(to: http)
        FHIRRoutes(reading: scoped, base: runtime.settings[FHIRRoutes.baseURL], version: runtime.version).add(to: http)
        let reload = ReloadService {
            let outcome = catalogue.reload()
            logger.log(level: outcome.isRefused ? .error : .notice, "\(outcome.words)")
            do throws(CatalogueError) {
                let versions = try policy.reload()
                logger.notice("policies have been read again; \(versions)")
            } catch {
                logger.error("a policy is refused, the last good ones stay: \(error)")
            }
        }
        try await runtime.run([reading, answering, reload, consumer, http.service()])
    }
}
