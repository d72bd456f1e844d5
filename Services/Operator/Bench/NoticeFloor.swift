import Contracts
import Domain
import Persistence

/// What alerts and their notifications write, as rows without logic: two deliveries an alert, and for each delivery
/// the commit that its result needs for itself.
struct NoticeFloor {
    private static let deliveriesPerAlert = 2

    let connection: Connection
    /// Alerts of a thousand ratings, as the pipeline of the same run raised them.
    let alertsPerThousand: Double
    private var due = 0.0
    private var written: Int64 = 0

    init(connection: Connection, alertsPerThousand: Double) {
        self.connection = connection
        self.alertsPerThousand = alertsPerThousand
    }

    static let tables = """
        create table bench.alert (like alerting.alert including all) with (fillfactor = 80);
        create table bench.delivery (like notification.delivery including all) with (fillfactor = 70);
        create table bench.attempt (like notification.attempt including all);
        create table bench.event (like ledger.event including all);
        alter table bench.event add unique (event_id), add unique (category, stream_id, version);
        """

    /// Inside a batch's transaction: the alerts, their events and what is to be delivered.
    /// - Returns: the deliveries that follow.
    mutating func raise(for ratings: Int) throws -> [DeliveryID] {
        due += Double(ratings) * alertsPerThousand / 1000
        let count = Int(due)
        guard count > 0 else { return [] }
        due -= Double(count)
        let alerts: [AlertID] = Self.ids(count)
        let deliveries: [DeliveryID] = Self.ids(count * Self.deliveriesPerAlert)
        try connection.run(Self.insertAlerts, [.ids(alerts)])
        try connection.run(
            Self.insertDeliveries, [.ids(deliveries), .ids((0..<deliveries.count).map { alerts[$0 / Self.deliveriesPerAlert] })])
        try append(count)
        return deliveries
    }

    /// One commit each.
    mutating func deliver(_ deliveries: [DeliveryID]) throws {
        for delivery in deliveries {
            try connection.transaction { connection in
                try connection.run(Self.begin, [.id(delivery)])
                try connection.run(Self.finish, [.id(delivery)])
                try append(1)
            }
        }
    }

    /// Begun and finished by a commit each, as around a message that is sent in between.
    mutating func deliver(_ delivery: DeliveryID, sending: () throws -> Void) throws {
        try connection.run(Self.begin, [.id(delivery)])
        try sending()
        try connection.transaction { connection in
            try connection.run(Self.finish, [.id(delivery)])
            try append(1)
        }
    }

    private mutating func append(_ count: Int) throws {
        let ids: [EventID] = Self.ids(count)
        try connection.run(Self.insertEvents, [.ids(ids), .int64s((1...Int64(count)).map { written + $0 })])
        written += Int64(count)
    }

    private static func ids<ID: Identity>(_ count: Int) -> [ID] {
        let now = Timestamp(microseconds: 1_700_000_000_000_000)
        return (0..<count).map { _ in TimeOrderedIdentity.make(at: now) }
    }

    private static let insertAlerts: Statement = """
        insert into bench.alert (alert_id, episode_id, site, kind, status, rule, rating_id, participant_id, instrument,
            clinician, cause_event_id, raised_at, due_at, first_due_at)
        select id, id, 'north', 1, 'raised', 'etr.80', id, id, 'phq-9', 'c-1', id, now(), now(), now()
        from unnest($1::uuid[]) as a (id)
        """
    private static let insertDeliveries: Statement = """
        insert into bench.delivery (delivery_id, alert_id, episode_id, site, cause_event_id, kind, urgency, escalation_level,
            due_at, recipient, channel, status, next_attempt_at, created_at)
        select id, alert_id, alert_id, 'north', alert_id, 1, 2, 0, now(), 'desk', 'email', 'pending', now(), now()
        from unnest($1::uuid[], $2::uuid[]) as d (id, alert_id)
        """
    private static let begin: Statement = """
        with begun as (
            update bench.delivery set status = 'sending', attempts = 1, next_attempt_at = now() where delivery_id = $1
            returning delivery_id
        )
        insert into bench.attempt (delivery_id, attempt, started_at) select delivery_id, 1, now() from begun
        """
    private static let finish: Statement = """
        with mine as (
            update bench.delivery set status = 'delivered', finished_at = now() where delivery_id = $1 returning delivery_id
        )
        update bench.attempt a set ended_at = now(), reply = 250, outcome = 'delivered'
        from mine where a.delivery_id = mine.delivery_id and a.attempt = 1
        """
    private static let insertEvents: Statement = """
        insert into bench.event (position, category, backfill, event_id, stream_id, version, site, type, recorded_at, payload)
        select position, 2, false, id, id, 1, 'north', 'attune.alert.raised.v1', now(), decode(repeat('07', 96), 'hex')
        from unnest($1::uuid[], $2::bigint[]) as e (id, position)
        """
}
