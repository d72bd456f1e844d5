public import Contracts

extension EventEnvelope {
    /// An event as it stands in the ledger. The same on its first way to Kafka and on every later one.
    /// - Throws: for an event whose type this program does not know.
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
    /// `ce_source`: the service whose events these are; the relay only carries them.
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
