import Contracts
import Domain
import Persistence

/// The alerts of one episode, as their events tell them one after the other.
struct AlertFold {
    private(set) var alerts: [FoldedAlert] = []

    mutating func apply(_ event: LedgerEvent) throws(AlertFoldFault) {
        let told: AlertEvent
        do throws(MalformedEvent) {
            guard let type = EventType(rawValue: event.type) else {
                throw MalformedEvent(field: "type", problem: "not a known event type")
            }
            told = try AlertEventCodec.decode(event.payload, type: type)
        } catch {
            throw AlertFoldFault(version: event.version, description: error.description)
        }
        // Events of programs that did not tell the time of a step were recorded within moments of it.
        let time = told.at ?? event.recordedAt
        if case .raised(let raising) = told.step {
            alerts.append(FoldedAlert(told, raising, of: event, at: time))
            return
        }
        guard let index = alerts.firstIndex(where: { $0.id == told.alert }) else {
            throw AlertFoldFault(version: event.version, description: "tells of an alert that nothing has raised")
        }
        alerts[index].apply(told.step, at: time)
    }
}

/// An event of an alert that cannot follow those before it.
struct AlertFoldFault: Error, CustomStringConvertible {
    let version: Int64
    let description: String
}

/// A row of `alerting.alert`.
struct FoldedAlert: Hashable, Sendable {
    let id: AlertID
    let episode: EpisodeID
    let site: SiteID
    let kind: AlertKind
    let rule: String
    let rating: RatingID
    let participant: ParticipantID
    let instrument: InstrumentID
    let clinician: String
    let cause: EventID
    let traceparent: String?
    let raisedAt: Timestamp
    private(set) var status = "raised"
    private(set) var dueAt: Timestamp
    private(set) var escalationLevel = 0
    private(set) var acknowledgement: Answer?
    private(set) var closing: Closing?

    struct Answer: Hashable, Sendable {
        let actor: String
        let at: Timestamp
    }

    struct Closing: Hashable, Sendable {
        let actor: String?
        let at: Timestamp
        let outcome: String
    }

    init(_ told: AlertEvent, _ raising: AlertRaising, of event: LedgerEvent, at time: Timestamp) {
        id = told.alert
        episode = event.stream
        site = event.site
        kind = told.kind
        rule = raising.rule.name
        rating = raising.rating
        participant = raising.course.participant
        instrument = raising.course.instrument.id
        clinician = raising.clinician
        cause = raising.cause
        traceparent = event.traceparent
        raisedAt = time
        dueAt = raising.dueAt
    }

    mutating func apply(_ step: AlertStep, at time: Timestamp) {
        switch step {
        case .raised: break
        case .acknowledged(let actor):
            status = "acknowledged"
            acknowledgement = Answer(actor: actor, at: time)
        case .resolved(let actor, let outcome):
            status = "resolved"
            // Resolving also acknowledges.
            acknowledgement = acknowledgement ?? Answer(actor: actor, at: time)
            closing = Closing(actor: actor, at: time, outcome: outcome.rawValue)
        case .superseded(_, let reason):
            status = "superseded"
            closing = Closing(actor: nil, at: time, outcome: reason.rawValue)
        case .escalated(let level, _, let due):
            escalationLevel = level
            dueAt = due
        }
    }

    /// Into the table beside.
    static func insert(_ alerts: [FoldedAlert], on connection: Connection) throws {
        try connection.run(
            """
            insert into rebuild.alert (alert_id, episode_id, site, kind, status, rule, rating_id, participant_id,
                instrument, clinician, cause_event_id, traceparent, raised_at, due_at, escalation_level,
                acknowledged_by, acknowledged_at, closed_by, closed_at, closed_as)
            select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::smallint[], $5::text[], $6::text[], $7::uuid[],
                $8::uuid[], $9::text[], $10::text[], $11::uuid[], $12::text[], $13::timestamptz[], $14::timestamptz[],
                $15::int[], $16::text[], $17::timestamptz[], $18::text[], $19::timestamptz[], $20::text[])
            """,
            [
                .ids(alerts.map(\.id)), .ids(alerts.map(\.episode)), .texts(alerts.map(\.site.text)),
                .int16s(alerts.map(\.kind.number)), .texts(alerts.map(\.status)), .texts(alerts.map(\.rule)),
                .ids(alerts.map(\.rating)), .ids(alerts.map(\.participant)), .texts(alerts.map(\.instrument.text)),
                .texts(alerts.map(\.clinician)), .ids(alerts.map(\.cause)), .texts(alerts.map(\.traceparent)),
                .timestamps(alerts.map(\.raisedAt)), .timestamps(alerts.map(\.dueAt)),
                .int32s(alerts.map { Int32($0.escalationLevel) }), .texts(alerts.map { $0.acknowledgement?.actor }),
                .timestamps(alerts.map { $0.acknowledgement?.at }), .texts(alerts.map { $0.closing?.actor }),
                .timestamps(alerts.map { $0.closing?.at }), .texts(alerts.map { $0.closing?.outcome }),
            ])
    }
}
