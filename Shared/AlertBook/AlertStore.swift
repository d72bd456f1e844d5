public import Contracts
public import Domain
public import Persistence

/// Alerts in schema `alerting`.
///
/// Lock order: alerts by id, then the ledger's streams and lane. Everybody who changes alerts reads
/// them `for update` first.
public enum AlertStore {
    /// Open alerts of episodes, locked.
    package static func open(of episodes: Set<EpisodeID>, on connection: Connection) throws -> [Alert] {
        try connection.run(selectOpen, [.ids(episodes.sorted())]).map(alert)
    }

    /// One alert, locked; nil for none.
    package static func locked(_ id: AlertID, on connection: Connection) throws -> Alert? {
        try connection.run(selectLocked, [.id(id)]).first.map(alert)
    }

    /// One alert as it stands; nil for none.
    public static func find(_ id: AlertID, on connection: Connection) throws -> Alert? {
        try connection.run(selectOne, [.id(id)]).first.map(alert)
    }

    /// Alerts to be passed on because nobody has answered in time, locked; those that another process has in hand are
    /// passed over.
    package static func due(at now: Timestamp, limit: Int, on connection: Connection) throws -> [Alert] {
        try connection.run(selectDue, [.timestamp(now), .int64(Int64(limit))]).map(alert)
    }

    /// Open alerts that a clinician answers for, locked.
    package static func owned(
        by clinician: String, at site: SiteID, limit: Int, on connection: Connection
    ) throws -> [Alert] {
        try connection.run(selectOwned, [.text(site.text), .text(clinician), .int64(Int64(limit))]).map(alert)
    }

    /// Alerts nobody has answered in time, whether they can still be passed on or not; longest first.
    /// - Parameter sites: nil for every site.
    public static func overdue(
        sites: [SiteID]?, at now: Timestamp, limit: Int, on connection: Connection
    ) throws -> [Alert] {
        try connection.run(
            selectOverdue, [sites.map { .texts($0.map(\.text)) } ?? .null, .timestamp(now), .int64(Int64(limit))]
        ).map(alert)
    }

    /// When somebody was first asked to be told of an alert, and when a message first arrived.
    public static func told(
        of id: AlertID, on connection: Connection
    ) throws -> (askedAt: Timestamp?, deliveredAt: Timestamp?) {
        let row = try connection.run(selectTold, [.id(id)]).only()
        return (try row.optionalTimestamp(0), try row.optionalTimestamp(1))
    }

    /// Alerts of some sites, newest first.
    /// - Parameters:
    ///   - sites: nil for every site.
    ///   - before: only those raised before this instant: how a caller pages on.
    public static func list(
        sites: [SiteID]?, statuses: [Alert.Status], episode: EpisodeID?, clinician: String? = nil, before: Timestamp?,
        limit: Int, on connection: Connection
    ) throws -> [Alert] {
        try connection.run(
            selectList,
            [
                sites.map { .texts($0.map(\.text)) } ?? .null, .texts(statuses.map(\.rawValue)),
                .optional(episode?.rawValue), .optional(before), .int64(Int64(limit)), .optional(clinician),
            ]
        ).map(alert)
    }

    /// Whether an alert of this kind has told of a rating before: its own, or an older one that was still open
    /// when the event came, so that whoever answered saw both.
    package static func hasTold(
        _ kind: AlertKind, of rating: RatingID, _ event: EventEnvelope, on connection: Connection
    ) throws -> Bool {
        try !connection.run(
            selectTelling,
            [
                .id(event.episode), .int16(kind.number), .id(rating), .id(event.id), .timestamp(event.time),
            ]
        ).isEmpty
    }

    /// Which of these alerts there are or have been.
    package static func known(_ ids: [AlertID], on connection: Connection) throws -> Set<AlertID> {
        guard !ids.isEmpty else { return [] }
        return Set(try connection.run(selectKnown, [.ids(ids)]).map { try $0.id(0) })
    }

    /// Which of these episodes have an open alert about what they lack.
    package static func lacking(_ episodes: Set<EpisodeID>, on connection: Connection) throws -> Set<EpisodeID> {
        guard !episodes.isEmpty else { return [] }
        let kinds = AlertKind.lacks.map(\.number).sorted()
        return Set(try connection.run(selectLacking, [.ids(episodes.sorted()), .int16s(kinds)]).map { try $0.id(0) })
    }

    /// Open alerts about what an episode lacks that has been closed, locked.
    package static func lackingInClosed(at site: SiteID, on connection: Connection) throws -> [Alert] {
        try connection.run(selectLackingInClosed, [.text(site.text), .int16s(AlertKind.lacks.map(\.number).sorted())])
            .map(alert)
    }

    /// Alerts of episodes whose finished review waits for the next rating, locked.
    package static func awaitingRating(of episodes: Set<EpisodeID>, on connection: Connection) throws -> [Alert] {
        try connection.run(selectAwaiting, [.ids(episodes.sorted())]).map(alert)
    }

    package static func markFollowedUp(_ ids: [AlertID], at time: Timestamp, on connection: Connection) throws {
        guard !ids.isEmpty else { return }
        try connection.run(
            "update alerting.alert set followed_up_at = $2 where alert_id = any($1)", [.ids(ids), .timestamp(time)])
    }

    package static func insert(_ alerts: [Alert], on connection: Connection) throws {
        guard !alerts.isEmpty else { return }
        try connection.run(
            insertAlerts,
            [
                .ids(alerts.map(\.id)), .ids(alerts.map(\.episode)), .texts(alerts.map(\.site.text)),
                .int16s(alerts.map(\.kind.number)), .texts(alerts.map(\.status.rawValue)), .texts(alerts.map(\.rule)),
                .uuids(alerts.map { $0.rating?.rawValue }), .ids(alerts.map(\.participant)),
                .texts(alerts.map { $0.instrument?.text }),
                .texts(alerts.map(\.clinician)), .ids(alerts.map(\.cause)), .texts(alerts.map(\.traceparent)),
                .timestamps(alerts.map(\.raisedAt)), .timestamps(alerts.map(\.dueAt)),
                .texts(alerts.map { $0.closing?.actor }), .timestamps(alerts.map { $0.closing?.at }),
                .texts(alerts.map { $0.closing?.outcome }), .texts(alerts.map { $0.urgency?.rawValue }),
                .timestamps(alerts.map(\.firstDueAt)), .uuids(alerts.map { $0.session?.rawValue }),
            ])
    }

    package static func update(_ alerts: [Alert], on connection: Connection) throws {
        guard !alerts.isEmpty else { return }
        let alerts = alerts.sorted { $0.id < $1.id }
        try connection.run(
            updateAlerts,
            [
                .ids(alerts.map(\.id)), .texts(alerts.map(\.status.rawValue)), .timestamps(alerts.map(\.dueAt)),
                .int32s(alerts.map { Int32($0.escalationLevel) }), .texts(alerts.map { $0.acknowledgement?.actor }),
                .timestamps(alerts.map { $0.acknowledgement?.at }), .texts(alerts.map { $0.closing?.actor }),
                .timestamps(alerts.map { $0.closing?.at }), .texts(alerts.map { $0.closing?.outcome }),
                .texts(alerts.map { $0.closing?.reason?.text }), .texts(alerts.map(\.clinician)),
                .texts(alerts.map { $0.audience?.rawValue }), .bools(alerts.map(\.isLadderEnded)),
                .texts(alerts.map { $0.opening?.actor }), .timestamps(alerts.map { $0.opening?.at }),
                .int32s(alerts.map { Int32($0.assignments) }), .int32s(alerts.map { Int32($0.reviewEntries) }),
                .timestamps(alerts.map(\.reviewedAt)),
            ])
    }

    private static func alert(_ row: Row) throws -> Alert {
        guard let kind = AlertKind(number: try row.int16(3)), let status = Alert.Status(rawValue: try row.text(4)) else {
            throw UnreadableAlert()
        }
        var alert = Alert(
            id: try row.id(0), episode: try row.id(1), site: SiteID(unchecked: try row.text(2)), kind: kind,
            rule: try row.text(5), rating: try row.optionalID(6), session: try row.optionalID(30),
            participant: try row.id(7), instrument: try row.optionalText(8).map(InstrumentID.init(unchecked:)),
            clinician: try row.text(9), cause: try row.id(10),
            traceparent: try row.optionalText(11), urgency: try row.optionalText(20).flatMap(AlertUrgency.init(rawValue:)),
            raisedAt: try row.timestamp(12), status: status, firstDueAt: try row.timestamp(21),
            dueAt: try row.timestamp(13), escalationLevel: Int(try row.int32(14)))
        alert.audience = try row.optionalText(22).flatMap(AlertAudience.init(rawValue:))
        alert.isLadderEnded = try row.bool(23)
        alert.opening = try answer(row, at: 24)
        alert.acknowledgement = try answer(row, at: 15)
        alert.assignments = Int(try row.int32(26))
        alert.reviewEntries = Int(try row.int32(27))
        alert.reviewedAt = try row.optionalTimestamp(28)
        alert.followedUpAt = try row.optionalTimestamp(31)
        if let at = try row.optionalTimestamp(18) {
            alert.closing = Alert.Closing(
                actor: try row.optionalText(17), at: at, outcome: try row.optionalText(19) ?? "",
                reason: try row.optionalText(29).map(AlertReasonID.init(unchecked:)))
        }
        return alert
    }

    private static func answer(_ row: Row, at column: Int) throws -> Alert.Answer? {
        guard let at = try row.optionalTimestamp(column + 1) else { return nil }
        return Alert.Answer(actor: try row.optionalText(column) ?? "", at: at)
    }

    private static let columns = """
        alert_id, episode_id, site, kind, status, rule, rating_id, participant_id, instrument, clinician,
        cause_event_id, traceparent, raised_at, due_at, escalation_level, acknowledged_by, acknowledged_at,
        closed_by, closed_at, closed_as, urgency, first_due_at, audience, ladder_ended, opened_by, opened_at, assignments,
        review_entries, reviewed_at, closed_reason, session_id, followed_up_at
        """
    /// As the partial indexes say it.
    private static let open = "status in ('raised', 'opened', 'acknowledged', 'in_review')"
    private static let unanswered = "status in ('raised', 'opened')"

    // Event ids begin with six bytes of time: by them the older one is known.
    private static let selectTelling: Statement = """
        select from alerting.alert
        where episode_id = $1 and kind = $2
          and (rating_id = $3
               or substring(uuid_send(cause_event_id) for 6) <= substring(uuid_send($4::uuid) for 6)
                  and (closed_at is null or closed_at >= $5))
        limit 1
        """

    private static let selectOpen = Statement(
        """
        select \(columns) from alerting.alert
        where episode_id = any($1) and \(open) order by alert_id for update
        """)
    private static let selectLocked = Statement("select \(columns) from alerting.alert where alert_id = $1 for update")
    private static let selectOne = Statement("select \(columns) from alerting.alert where alert_id = $1")
    private static let selectDue = Statement(
        """
        select \(columns) from alerting.alert where \(unanswered) and not ladder_ended and due_at <= $1
        order by due_at limit $2 for update skip locked
        """)
    private static let selectOwned = Statement(
        """
        select \(columns) from alerting.alert where site = $1 and clinician = $2 and \(open)
        order by alert_id limit $3 for update
        """)
    private static let selectOverdue = Statement(
        """
        select \(columns) from alerting.alert
        where ($1::text[] is null or site = any($1)) and \(unanswered) and first_due_at <= $2
        order by first_due_at, alert_id limit $3
        """)
    private static let selectKnown: Statement = "select alert_id from alerting.alert where alert_id = any($1)"
    package static let selectLacking = Statement(
        "select distinct episode_id from alerting.alert where episode_id = any($1) and kind = any($2) and \(open)")
    package static let selectLackingInClosed = Statement(
        """
        select \(columns) from alerting.alert a
        where site = $1 and \(open) and kind = any($2)
          and exists (select from published.episode e where e.episode_id = a.episode_id and e.closed_on is not null)
        order by alert_id for update of a
        """)
    package static let selectAwaiting = Statement(
        """
        select \(columns) from alerting.alert
        where episode_id = any($1) and reviewed_at is not null and followed_up_at is null and status <> 'withdrawn'
        order by alert_id for update
        """)
    private static let selectTold: Statement = """
        select min(created_at) filter (where status <> 'withheld'),
               min(finished_at) filter (where status = 'delivered' and bounced_at is null)
        from published.portal_delivery where alert_id = $1
        """
    private static let selectList = Statement(
        """
        select \(columns) from alerting.alert
        where ($1::text[] is null or site = any($1)) and status = any($2)
          and ($3::uuid is null or episode_id = $3) and ($4::timestamptz is null or raised_at < $4)
          and ($6::text is null or clinician = $6)
        order by raised_at desc, alert_id limit $5
        """)
    private static let insertAlerts = Statement(
        """
        insert into alerting.alert (alert_id, episode_id, site, kind, status, rule, rating_id, participant_id,
            instrument, clinician, cause_event_id, traceparent, raised_at, due_at, closed_by, closed_at, closed_as, urgency,
            first_due_at, session_id)
        select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::smallint[], $5::text[], $6::text[], $7::uuid[],
            $8::uuid[], $9::text[], $10::text[], $11::uuid[], $12::text[], $13::timestamptz[], $14::timestamptz[],
            $15::text[], $16::timestamptz[], $17::text[], $18::text[], $19::timestamptz[], $20::uuid[])
        """)
    private static let updateAlerts = Statement(
        """
        update alerting.alert a
        set status = u.status, due_at = u.due_at, escalation_level = u.escalation_level,
            acknowledged_by = u.acknowledged_by, acknowledged_at = u.acknowledged_at, closed_by = u.closed_by,
            closed_at = u.closed_at, closed_as = u.closed_as, closed_reason = u.closed_reason, clinician = u.clinician,
            audience = u.audience, ladder_ended = u.ladder_ended, opened_by = u.opened_by, opened_at = u.opened_at,
            assignments = u.assignments, review_entries = u.review_entries, reviewed_at = u.reviewed_at
        from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::int[], $5::text[], $6::timestamptz[], $7::text[],
            $8::timestamptz[], $9::text[], $10::text[], $11::text[], $12::text[], $13::bool[], $14::text[],
            $15::timestamptz[], $16::int[], $17::int[], $18::timestamptz[]) as u (alert_id, status, due_at,
            escalation_level, acknowledged_by, acknowledged_at, closed_by, closed_at, closed_as, closed_reason, clinician,
            audience, ladder_ended, opened_by, opened_at, assignments, review_entries, reviewed_at)
        where a.alert_id = u.alert_id
        """)
}

/// A stored alert that this version cannot read: a fault of the deployment.
public struct UnreadableAlert: Error {
    package init() {}
}
