import Channels
import Contracts
import Persistence
import ServiceKit

/// Tells people and systems that an alert is waiting, and keeps the record of every attempt.
@main
struct NotificationService: ServiceCommand {
    static let name = "attune-notification"
    static let summary = "Tells those concerned about alerts, by e-mail, signed webhook and inbox."
    static let contract = PackageResources.attune_notification_openapi_yaml
    static let settings: [any SettingDeclaration] =
        DatabaseAccess.all + KafkaAccess.consuming + HTTPSettings.all + TokenSettings.all + NotificationSettings.all

    /// Added to the time for sending, for the database's part of an attempt.
    private static let recordingTime = Duration.seconds(30)

    static func run(_ runtime: ServiceRuntime) async throws {
        runtime.registry.describe(NotificationMetrics.descriptions)
        NotificationMetrics.start()
        let settings = runtime.settings
        let (templates, routes) = try ChannelSettings.load(settings)
        let contacts = try NotificationSettings.contacts(settings, areNeeded: !routes.people.isEmpty)
        let sendingLimit = settings[ChannelSettings.sendLimit] + recordingTime
        let failure = FailureSignal()
        let store = DeliveryStore(
            routes: routes, contacts: contacts, schedule: NotificationSettings.retrySchedule(settings),
            sendingLimit: sendingLimit)
        let bounces = try NotificationSettings.bounces(settings)
        let delivery = DeliveryThreads(
            database: DatabaseAccess.settings(of: runtime), store: store,
            sending: try ChannelSettings.sending(settings, for: routes), templates: templates,
            options: .init(workers: settings[NotificationSettings.workers]), logger: runtime.logger,
            onFailure: failure.report)
        runtime.health.register(.live, "delivery") { delivery.liveness(limit: sendingLimit + .seconds(60)) }
        let logger = runtime.logger
        let consumer = try ConsumingService(
            runtime, schema: .notification, topics: TopicAccess.of(.notification).reads,
            questions: [NotificationMetrics.pending]
        ) { _ in
            NotificationHandler(
                routes: routes, contacts: contacts,
                bounces: bounces.map { BounceIntake(folder: $0.folder, address: $0.address, store: store, logger: logger) },
                logger: logger, wakeUp: delivery.wake)
        }
        let sender = ThreadedService(
            "delivery", failure: failure, start: { delivery.start() }, stop: { delivery.stop(within: $0) })
        let database = runtime.connectionPool(size: 2, as: ScopedReading.role)
        let http = try await runtime.authenticatedHTTP()
        InboxRoutes(reading: ScopedReading(database.pool)).add(to: http)
        try await runtime.run([database, sender, consumer, http.service()])
    }
}
