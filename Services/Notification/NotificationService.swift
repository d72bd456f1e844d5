import Contracts
import Persistence
import ServiceKit

/// Tells people and systems that an alert is waiting, and keeps the record of every attempt.
@main
struct NotificationService: ServiceCommand {
    static let name = "attune-notification"
    static let summary = "Tells those concerned about alerts, by e-mail and signed webhook."
    static let settings: [any SettingDeclaration] =
        DatabaseAccess.all + KafkaAccess.consuming + HTTPSettings.all + NotificationSettings.all

    /// Added to the time for sending, for the database's part of an attempt.
    private static let recordingTime = Duration.seconds(30)

    static func run(_ runtime: ServiceRuntime) async throws {
        runtime.registry.describe(NotificationMetrics.descriptions)
        let settings = runtime.settings
        let routes = try loadRoutes(settings)
        let people = try loadRoutes(settings) { (file) throws(RoutesError) in try DirectoryRoutes.load(file: file) }
        let contacts = try NotificationSettings.contacts(settings, areNeeded: !people.isEmpty)
        let sendingLimit = settings[NotificationSettings.sendLimit] + recordingTime
        let failure = FailureSignal()
        let delivery = try DeliveryThreads(
            database: DatabaseAccess.settings(of: runtime),
            store: DeliveryStore(
                routes: routes, contacts: contacts, schedule: NotificationSettings.retrySchedule(settings),
                sendingLimit: sendingLimit),
            transport: try NotificationSettings.transport(settings, for: routes, mailsPeople: !people.isEmpty),
            options: .init(workers: settings[NotificationSettings.workers]), logger: runtime.logger,
            onFailure: failure.report)
        runtime.health.register(.live, "delivery") { delivery.liveness(limit: sendingLimit + .seconds(60)) }
        let logger = runtime.logger
        let consumer = ConsumingService(runtime, schema: .notification, topics: [.alerts]) { _ in
            NotificationHandler(
                routes: routes, people: people, contacts: contacts, logger: logger, wakeUp: delivery.wake)
        }
        let sender = ThreadedService(
            "delivery", failure: failure, start: { delivery.start() }, stop: { delivery.stop(within: $0) })
        try await runtime.run([
            runtime.connectionPool(size: 1), sender, consumer, runtime.http().service(),
        ])
    }

    private static func loadRoutes(_ settings: Settings) throws(SettingsError) -> Routes {
        try loadRoutes(settings) { (file) throws(RoutesError) in try Routes.load(file: file) }
    }

    private static func loadRoutes<Part>(
        _ settings: Settings, _ load: (String) throws(RoutesError) -> Part
    ) throws(SettingsError) -> Part {
        let file = settings[NotificationSettings.routes]
        do throws(RoutesError) {
            return try load(file)
        } catch {
            throw SettingsError(NotificationSettings.routes.name, "is refused: \(error)", "Correct the file.")
        }
    }
}
