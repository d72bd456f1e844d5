import Channels
import Contracts
import Domain
import Persistence

/// Turns alert events into deliveries, on the consumer's connection and in its transaction.
struct DeliveryIntake {
    /// An alert event that asks for notifications.
    struct Call {
        let event: EventID
        let alert: AlertID
        let episode: EpisodeID
        let site: SiteID
        let kind: AlertKind
        let telling: Telling
        let escalationLevel: Int
        /// By when somebody must answer.
        var dueAt: Timestamp
        /// Who answers for the alert; nil where that is not known.
        var owner: String?
        /// As the site's policy has it; nil where that is not known.
        var urgency: AlertUrgency?
        let trace: TraceContext?
    }

    /// What an event does not say of its alert is read from the alert's row, which stands before its event is published.
    static func complete(_ calls: [Call], on connection: Connection) throws -> [Call] {
        let wanted = calls.filter { $0.telling != .raised }.map(\.alert)
        guard !wanted.isEmpty else { return calls }
        var rows: [AlertID: Row] = [:]
        for row in try connection.run(selectAlerts, [.ids(wanted)]) { rows[try row.id(0)] = row }
        return try calls.map { call in
            guard call.telling != .raised, let row = rows[call.alert] else { return call }
            var call = call
            call.owner = try call.owner ?? row.text(1)
            call.urgency = try row.optionalText(3).flatMap(AlertUrgency.init(rawValue:))
            if call.telling == .assigned { call.dueAt = try row.timestamp(2) }
            return call
        }
    }

    /// Which of the events are new; from now on they count as handled.
    static func claim(_ events: [EventID], on connection: Connection) throws -> Set<EventID> {
        guard !events.isEmpty else { return [] }
        return Set(try connection.run(insertHandled, [.ids(events.sorted())]).map { try $0.id(0) })
    }

    /// Writes the deliveries of each call to its recipients; those that exist already stay as they are.
    static func insert(_ calls: [(call: Call, recipients: [RecipientPlace])], on connection: Connection) throws {
        let rows = calls.flatMap { call, recipients in recipients.map { (call, $0) } }
        guard !rows.isEmpty else { return }
        try connection.run(
            insertDeliveries,
            [
                .ids(rows.map { Delivery.id(following: $0.event, to: $1) }), .ids(rows.map(\.0.alert)),
                .ids(rows.map(\.0.episode)), .texts(rows.map(\.0.site.text)), .ids(rows.map(\.0.event)),
                .int16s(rows.map(\.0.kind.number)), .int16s(rows.map { Urgency($0.0.kind, $0.0.urgency).rawValue }),
                .int32s(rows.map { Int32(clamping: $0.0.escalationLevel) }), .timestamps(rows.map(\.0.dueAt)),
                .texts(rows.map(\.1.id)), .texts(rows.map(\.1.channel.rawValue)),
                .texts(rows.map { call, _ in call.trace?.following(call.event.bytes).description }),
            ])
    }

    /// Takes back what has not been attempted yet.
    /// - Returns: the channels of what was taken back.
    static func withdraw(_ alerts: [AlertID], on connection: Connection) throws -> [NotificationChannel] {
        guard !alerts.isEmpty else { return [] }
        return try connection.run(withdrawPending, [.ids(alerts.sorted())])
            .compactMap { NotificationChannel(rawValue: try $0.text(0)) }
    }

    /// Takes back what waits for quiet hours, a digest or a limit: the alert has been answered meanwhile. What was tried
    /// before goes on, for somebody may have half of it.
    /// - Returns: the channels of what was taken back.
    static func withdrawHeld(_ alerts: [AlertID], on connection: Connection) throws -> [NotificationChannel] {
        guard !alerts.isEmpty else { return [] }
        return try connection.run(withdrawWaiting, [.ids(alerts.sorted())])
            .compactMap { NotificationChannel(rawValue: try $0.text(0)) }
    }

    static func pendingCount(on connection: Connection) throws -> Int64 {
        try connection.run(countPending).only().int64(0)
    }

    private static let selectAlerts: Statement =
        "select alert_id, clinician, due_at, urgency from published.alert where alert_id = any($1)"
    private static let insertHandled: Statement = """
        insert into notification.handled_event (event_id) select * from unnest($1::uuid[])
        on conflict do nothing returning event_id
        """
    private static let insertDeliveries: Statement = """
        insert into notification.delivery (delivery_id, alert_id, episode_id, site, cause_event_id, kind, urgency,
            escalation_level, due_at, recipient, channel, traceparent, status, next_attempt_at, created_at)
        select u.*, 'pending', now(), now()
        from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::smallint[], $7::smallint[],
            $8::int[], $9::timestamptz[], $10::text[], $11::text[], $12::text[]) as u
        on conflict do nothing
        """
    private static let withdrawPending: Statement = """
        update notification.delivery set status = 'withdrawn', finished_at = now()
        where alert_id = any($1) and status = 'pending' and attempts = 0 returning channel
        """
    private static let withdrawWaiting: Statement = """
        update notification.delivery set status = 'withdrawn', finished_at = now()
        where alert_id = any($1) and status = 'pending' and attempts = 0 and held_for is not null returning channel
        """
    private static let countPending: Statement =
        "select count(*) from notification.delivery where status in ('pending', 'sending')"
}
