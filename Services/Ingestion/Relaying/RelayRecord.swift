import Contracts
import Domain
import Messaging
import Persistence

/// A ledger event as the record that consumers read.
enum RelayRecord {
    /// The same event always gives the same bytes.
    /// - Throws: ``MalformedEvent`` for an event whose type this program does not know.
    static func record(of event: LedgerEvent) throws(MalformedEvent) -> OutgoingRecord {
        guard let type = EventType(rawValue: event.type) else {
            throw MalformedEvent(field: "type", problem: "not a known event type")
        }
        let envelope = EventEnvelope(
            id: event.id, type: type, source: source(of: event.category), episode: event.stream, site: event.site,
            sequence: event.version, time: event.recordedAt,
            trace: event.traceparent.flatMap { TraceContext(traceparent: $0) }, payload: event.payload)
        return OutgoingRecord(
            topic: topic(of: event.lane).name, key: CloudEventsBinding.key(of: event.stream),
            headers: CloudEventsBinding.headers(of: envelope).map { RecordHeader(name: $0.name, value: $0.value) },
            value: event.payload)
    }

    static func topic(of lane: Lane) -> Topic {
        switch lane.category {
        case .episode: lane.backfill ? .episodeBackfill : .episodeEvents
        case .alert: .alerts
        case .notification: .notifications
        case .access: .access
        }
    }

    /// The service whose events these are; the relay only carries them.
    private static func source(of category: LedgerCategory) -> String {
        switch category {
        case .episode: "/attune/ingestion"
        case .alert: "/attune/alerting"
        case .notification: "/attune/notification"
        case .access: "/attune/access"
        }
    }
}
