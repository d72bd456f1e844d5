public import Contracts
public import Messaging
public import Persistence

extension OutgoingRecord {
    /// An event as a Kafka record.
    public init(_ event: EventEnvelope, to topic: Topic) {
        self.init(
            topic: topic.name, key: CloudEventsBinding.key(of: event.episode),
            headers: CloudEventsBinding.headers(of: event).map { RecordHeader(name: $0.name, value: $0.value) },
            value: event.payload)
    }
}

extension EventEnvelope {
    /// An event as it stands in the ledger. The same on its first way to Kafka and on every later one.
    public init(_ event: LedgerEvent) throws(MalformedEvent) {
        guard let type = EventType(rawValue: event.type) else {
            throw MalformedEvent(field: "type", problem: "not a known event type")
        }
        self.init(
            id: event.id, type: type, source: event.category.source, episode: event.stream, site: event.site,
            sequence: event.version, time: event.recordedAt,
            trace: event.traceparent.flatMap { TraceContext(traceparent: $0) }, payload: event.payload)
    }
}

extension LedgerCategory {
    /// `ce_source`: the service that appends events of the category.
    public var source: String {
        switch self {
        case .episode: "/attune/ingestion"
        case .alert: "/attune/alerting"
        case .notification: "/attune/notification"
        case .access: "/attune/portal"
        }
    }
}

extension Lane {
    /// The topic the relay publishes the lane to.
    public var topic: Topic {
        switch category {
        case .episode: backfill ? .episodeBackfill : .episodeEvents
        case .alert: .alerts
        case .notification: .notifications
        case .access: .access
        }
    }
}
