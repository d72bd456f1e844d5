public import Contracts
import FoundationEssentials
public import Messaging
public import Persistence
public import ServiceLifecycle

/// A consumer group member as a component of a service: one thread with its own database connection
/// and Kafka handle, its health and its lag.
public struct ConsumingService: Service {
    private let runtime: ServiceRuntime
    private let loop: ConsumerLoop
    private let failure = FailureSignal()
    private let figures: StandingFigures

    /// - Parameters:
    ///   - schema: whose positions and quarantine are used; the group is called after the service.
    ///   - batch: most records of one transaction.
    ///   - questions: what is told of the database beside the quarantine.
    ///   - makeHandler: called on the consumer's thread, with the connection that it owns.
    /// - Throws: ``SettingsError`` where Kafka cannot be reached as the settings say.
    public init(
        _ runtime: ServiceRuntime, schema: ServiceSchema, topics: [Topic], batch: BatchLimits = BatchLimits(),
        idleInterval: Duration = .milliseconds(500), questions: [StandingFigures.Question] = [],
        makeHandler: @escaping @Sendable (Connection) throws -> any EventHandler
    ) throws(SettingsError) {
        self.runtime = runtime
        let database = DatabaseAccess.settings(of: runtime)
        let logger = runtime.logger
        let owner = "\(runtime.name)-\(UUID().uuidString.lowercased())"
        let failure = self.failure
        figures = StandingFigures(database, asking: [.quarantine(of: schema)] + questions, logger: logger)
        loop = ConsumerLoop(
            try KafkaAccess.settings(of: runtime, part: "consumer"),
            ConsumerSettings(
                group: "attune-\(schema.rawValue)", topics: topics.map(\.name),
                deferredTopics: Set(topics.filter(\.givesWay).map(\.name)),
                instanceID: runtime.settings[KafkaAccess.instance], batchLimits: batch,
                sessionTimeout: runtime.settings[KafkaAccess.sessionTimeout], idleInterval: idleInterval),
            logger: logger, onFailure: { failure.report($0) }
        ) {
            let connection = try Connection(database)
            try Migrations.requireUsable(on: connection)
            return LedgeredConsumer(
                connection: connection, schema: schema, owner: owner, handler: try makeHandler(connection),
                logger: logger)
        }
        registerHealth()
    }

    public func run() async throws {
        let (loop, figures) = (loop, figures)
        async let asked: Void = figures.run()
        try await ThreadedService(
            "consumer", failure: failure, start: { loop.start() }, stop: { _ = loop.stop(within: $0) }
        ).run()
        await asked
    }

    private func registerHealth() {
        let loop = loop
        runtime.health.register(.live, "consumer") {
            switch loop.status.state {
            case .failed(let reason): .failing("\(reason)")
            default: .healthy
            }
        }
        runtime.health.register(.ready, "consumer") {
            let status = loop.status
            guard case .running = status.state else { return .failing("has not joined its consumer group") }
            guard !status.assigned.isEmpty else { return .failing("has no partitions") }
            guard status.retryingSince == nil else { return .failing("retries a batch: database or Kafka is away") }
            return .healthy
        }
    }
}
