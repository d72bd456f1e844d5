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
        /// Who answered for it before it was given to somebody else.
        var formerOwner: String? = nil
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

    /// A call and one whom it asks to tell.
    struct Wish {
        let call: Call
        let place: RecipientPlace
        /// The delivery for whose sake this one is not sent; nil: it is sent.
        var told: DeliveryID?

        var id: DeliveryID { Delivery.id(following: call.event, to: place) }
        var traceparent: String? { call.trace?.following(call.event.bytes).description }
        var urgency: Urgency { Urgency(call.kind, call.urgency) }
    }

    /// Writes the deliveries; those that exist already stay as they are.
    /// - Returns: events that say what was withheld, for the ledger.
    static func insert(_ rows: [Wish], on connection: Connection) throws -> [NewEvent] {
        guard !rows.isEmpty else { return [] }
        let inserted: [DeliveryID] = try connection.run(
            insertDeliveries,
            [
                .ids(rows.map(\.id)), .ids(rows.map(\.call.alert)), .ids(rows.map(\.call.episode)),
                .texts(rows.map(\.call.site.text)), .ids(rows.map(\.call.event)), .int16s(rows.map(\.call.kind.number)),
                .int16s(rows.map(\.urgency.rawValue)), .int32s(rows.map { Int32(clamping: $0.call.escalationLevel) }),
                .timestamps(rows.map(\.call.dueAt)), .texts(rows.map(\.place.id)),
                .texts(rows.map(\.place.channel.rawValue)), .texts(rows.map(\.traceparent)),
                .texts(rows.map { $0.told.map { "\($0)" } }),
            ]
        ).map { try $0.id(0) }
        var new = Set(inserted)
        // An event may stand in a batch twice; its deliveries are the same and were written once.
        return try rows.compactMap { row in
            guard let told = row.told, new.remove(row.id) != nil else { return nil }
            NotificationMetrics.count(row.place.channel, "withheld")
            return try row.delivery.newEvent(.withheld(told: told))
        }
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

    /// Takes back what waits for those whom an alert does not concern any more, for its time or for another attempt.
    /// - Returns: the channels of what was taken back.
    static func takeBack(
        _ deliveries: [(alert: AlertID, recipient: String)], on connection: Connection
    ) throws -> [NotificationChannel] {
        guard !deliveries.isEmpty else { return [] }
        return try connection.run(
            withdrawOfRecipients, [.ids(deliveries.map(\.alert)), .texts(deliveries.map(\.recipient))]
        ).compactMap { NotificationChannel(rawValue: try $0.text(0)) }
    }

    private static let selectAlerts: Statement =
        "select alert_id, clinician, due_at, urgency from published.alert where alert_id = any($1)"
    private static let insertHandled: Statement = """
        insert into notification.handled_event (event_id) select * from unnest($1::uuid[])
        on conflict do nothing returning event_id
        """
    private static let insertDeliveries: Statement = """
        insert into notification.delivery (delivery_id, alert_id, episode_id, site, cause_event_id, kind, urgency,
            escalation_level, due_at, recipient, channel, traceparent, status, next_attempt_at, created_at, finished_at,
            withheld_for)
        select u.id, u.alert, u.episode, u.site, u.event, u.kind, u.urgency, u.level, u.due, u.recipient, u.channel, u.trace,
               case when u.told is null then 'pending' else 'withheld' end, now(), now(),
               case when u.told is not null then now() end, u.told::uuid
        from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::smallint[], $7::smallint[],
            $8::int[], $9::timestamptz[], $10::text[], $11::text[], $12::text[], $13::text[])
            as u (id, alert, episode, site, event, kind, urgency, level, due, recipient, channel, trace, told)
        on conflict do nothing returning delivery_id
        """
    private static let withdrawPending: Statement = """
        update notification.delivery set status = 'withdrawn', finished_at = now()
        where alert_id = any($1) and status = 'pending' and attempts = 0 returning channel
        """
    private static let withdrawWaiting: Statement = """
        update notification.delivery set status = 'withdrawn', finished_at = now()
        where alert_id = any($1) and status = 'pending' and attempts = 0 and held_for is not null returning channel
        """
    // Locked where they are looked up, so that the update goes by id alone, and not over all that waits.
    private static let withdrawOfRecipients: Statement = """
        update notification.delivery d set status = 'withdrawn', finished_at = now()
        where d.delivery_id = any(array(
            select w.delivery_id from unnest($1::uuid[], $2::text[]) as g (alert_id, recipient)
            cross join lateral (
                select n.delivery_id from notification.delivery n
                where n.alert_id = g.alert_id and n.status = 'pending' and n.recipient = g.recipient
                for update
            ) w))
        returning d.channel
        """
}

extension DeliveryIntake.Wish {
    fileprivate var delivery: Delivery {
        Delivery(
            id: id, alert: call.alert, episode: call.episode, site: call.site, cause: call.event, kind: call.kind,
            urgency: urgency, escalationLevel: call.escalationLevel, dueAt: call.dueAt, recipient: place,
            traceparent: traceparent, createdAt: call.dueAt)
    }
}
