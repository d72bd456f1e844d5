import Contracts
import Domain
import Logging
import Messaging
import Persistence
import ServiceKit

/// Publishes the ledger's events to Kafka as CloudEvents, each lane on its topic.
///
/// Unchecked because a `Producer` belongs to one thread: it is made by the first call and used by later ones, and
/// the relay makes all of them from its own thread.
final class KafkaRelayPublisher: RelayPublisher, @unchecked Sendable {
    private let settings: KafkaSettings
    private let logger: Logger
    private var producer: Producer?

    init(_ settings: KafkaSettings, logger: Logger) {
        self.settings = settings
        self.logger = logger
    }

    func clusterID() throws -> String { try usableProducer().clusterID(timeout: .seconds(5)) }

    func publish(_ events: [LedgerEvent], within limit: Duration) throws {
        try usableProducer().publish(try events.map(RelayRecord.record), deadline: limit)
        guard logger.logLevel <= .debug else { return }
        for event in events {
            var fields: Logger.Metadata = [
                LogKey.event: "\(event.id)", LogKey.topic: "\(event.lane.topic.name)", "position": "\(event.position)",
            ]
            let trace = event.traceparent.flatMap { TraceContext(traceparent: $0) }
            fields[LogKey.trace] = trace.map { "\($0.traceIDText)" }
            logger.debug("event relayed", metadata: fields)
        }
    }

    private func usableProducer() throws -> Producer {
        if let producer { return producer }
        let made = try Producer(settings, logger: logger)
        producer = made
        return made
    }
}
