import AuditLog
import Contracts
import Domain
import Persistence

/// Asks the database, and Kafka where it is named, about one event of an episode.
struct WayReading {
    private let event: LedgerEvent
    private let places: TopicPlaces?
    private let connection: Connection

    init(of event: LedgerEvent, places: TopicPlaces?, on connection: Connection) {
        self.event = event
        self.places = places
        self.connection = connection
    }

    func cursor(of lane: Lane) throws -> Int64 {
        try connection.run(Self.laneStatement, [.int16(lane.category.rawValue), .bool(lane.backfill)]).only().int64(0)
    }

    func place(of id: EventID, in topic: Topic, from time: Timestamp) throws -> RecordPlace? {
        try places?.places(in: topic, of: event.stream, from: time) { $0.id == id }.first?.place
    }

    /// How far scoring has come in the episode; 0 where it has not begun.
    func scoredVersion() throws -> Int64 {
        try connection.run(Self.scoredStatement, [.id(event.stream)]).first?.int64(0) ?? 0
    }

    /// Trajectories that follow from the event, from whoever knows of them first.
    func trajectories() throws -> [(id: EventID, place: RecordPlace?)] {
        var known: [EventID: RecordPlace?] = [:]
        for row in try connection.run(Self.consideredStatement, [.id(event.stream), .int64(event.version)]) {
            known[try row.id(0)] = .some(nil)
        }
        for (_, leaf) in try StoredLog.derivedLeaves(following: [(event.stream, event.version)], on: connection) {
            known[leaf.entry.event] = .some(nil)
        }
        known = known.filter { follows($0.key) }
        let found = try places?.places(in: .trajectories, of: event.stream, from: event.recordedAt) { header in
            header.sequence == event.version && follows(header.id)
        }
        for (header, place) in found ?? [] where known[header.id].flatMap({ $0 }) == nil { known[header.id] = place }
        return known.sorted { $0.key < $1.key }.map { (id: $0.key, place: $0.value) }
    }

    /// Derived ids keep the time of their cause in their first bytes.
    private func follows(_ id: EventID) -> Bool { id != event.id && id.bytes.prefix(6) == event.id.bytes.prefix(6) }

    /// How far alerting has come in the episode: it handles its trajectories in order. 0 where it has not begun.
    func alertedVersion() throws -> Int64 {
        try connection.run(Self.alertedStatement, [.id(event.stream)]).only().int64(0)
    }

    /// Where a group stands that has not handled a record yet, and whether its episode is parked.
    func standing(of group: String, before step: WayStep) throws -> String {
        if try connection.run(Self.parkedStatement, [.text(group), .id(event.stream)]).first != nil {
            return "; its episode is in the quarantine of \(group)"
        }
        guard let places, let partition = step.partition else { return "" }
        let row = try connection.run(
            Self.positionStatement,
            [.text(group), .text(try places.clusterID), .text(partition.topic), .int32(partition.partition)]
        ).first
        guard let next = try row?.int64(0) else { return "; \(group) has no position in \(partition)" }
        return "; \(group) has come to offset \(max(0, next)) of \(partition)"
    }

    /// Steps of the episode's alerts, in their order.
    func alertEvents() throws -> [(event: AlertEvent, record: LedgerEvent)] {
        try Ledger.events(stream: event.stream, category: .alert, on: connection).compactMap { record in
            guard let type = EventType(rawValue: record.type) else { return nil }
            return (try AlertEventCodec.decode(record.payload, type: type), record)
        }
    }

    func isHandled(_ alertEvent: EventID) throws -> Bool {
        try connection.run(Self.handledStatement, [.id(alertEvent)]).first != nil
    }

    func deliveries(of alert: AlertID, following cause: EventID) throws -> [TracedDelivery] {
        try TracedDelivery.all(of: alert, following: cause, on: connection)
    }

    /// What the ledger holds of a delivery.
    func results(of delivery: DeliveryID) throws -> [(word: String, record: LedgerEvent)] {
        try Ledger.events(stream: event.stream, category: .notification, on: connection).compactMap { record in
            guard let type = EventType(rawValue: record.type) else { return nil }
            let notification = try NotificationEventCodec.decode(record.payload, type: type)
            guard notification.delivery == delivery else { return nil }
            switch notification.result {
            case .delivered: return ("delivered", record)
            case .failed: return ("given up", record)
            case .withheld: return ("withheld", record)
            case .bounced: return ("came back", record)
            }
        }
    }

    func leaves(of events: [EventID]) throws -> [EventID: Int] {
        Dictionary(
            try StoredLog.leaves(of: events, on: connection).map { ($0.entry.event, $0.index) }, uniquingKeysWith: { $1 })
    }

    func checkpoint(covering leaf: Int) throws -> StoredLog.SignedHead? {
        try StoredLog.firstCheckpoint(covering: leaf, on: connection)
    }

    static let laneStatement: Statement =
        "select cursor from published.lane where category = $1 and backfill = $2"
    static let scoredStatement: Statement = "select version from published.scored_episode where episode_id = $1"
    static let consideredStatement: Statement =
        "select event_id from published.consideration where episode_id = $1 and version = $2"
    static let alertedStatement: Statement =
        "select coalesce(max(version), 0) from published.alerted_course where episode_id = $1"
    static let handledStatement: Statement = "select from published.handled_alert_event where event_id = $1"
    static let parkedStatement: Statement =
        "select from published.quarantined_episode where consumer_group = $1 and episode_id = $2 limit 1"
    static let positionStatement: Statement = """
        select next_offset from published.consumer_position
        where consumer_group = $1 and cluster_id = $2 and topic = $3 and partition = $4
        """
}
