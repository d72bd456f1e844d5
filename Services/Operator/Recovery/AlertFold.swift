import Contracts
import Domain
import Persistence

/// The alerts of one episode, as their events tell them one after the other.
struct AlertFold {
    private(set) var alerts: [FoldedAlert] = []

    mutating func apply(_ event: LedgerEvent) throws(AlertFoldFault) {
        let told: AlertEvent
        do throws(MalformedEvent) {
            told = try AlertEventCodec.decode(event.payload, type: try KnownTypes.type(event.type))
        } catch {
            throw AlertFoldFault(version: event.version, description: error.description)
        }
        // Events of programs that did not tell the time of a step were recorded within moments of it.
        let time = told.at ?? event.recordedAt
        let index = alerts.firstIndex { $0.life.id == told.alert }
        if case .raised(let raising) = told.step, index == nil {
            alerts.append(FoldedAlert(life: AlertLife(told.alert, told.kind, raising, at: time), raisedBy: event))
            return
        }
        guard let index else {
            throw AlertFoldFault(version: event.version, description: "tells of an alert that nothing has raised")
        }
        do throws(AlertStepOutOfTurn) {
            try alerts[index].life.take(told.step, at: time)
        } catch {
            throw AlertFoldFault(version: event.version, description: "alert \(told.alert) \(error.words)")
        }
    }
}

/// An event of an alert that cannot follow those before it.
struct AlertFoldFault: Error, CustomStringConvertible {
    let version: Int64
    let description: String
}

/// A row of `alerting.alert`.
struct FoldedAlert {
    var life: AlertLife
    let raisedBy: LedgerEvent

    /// Into the table beside.
    static func insert(_ alerts: [FoldedAlert], on connection: Connection) throws {
        let (lives, events) = (alerts.map(\.life), alerts.map(\.raisedBy))
        try connection.run(
            """
            insert into rebuild.alert (alert_id, episode_id, site, kind, status, rule, rating_id, participant_id,
                instrument, clinician, cause_event_id, traceparent, raised_at, due_at, escalation_level,
                acknowledged_by, acknowledged_at, closed_by, closed_at, closed_as, urgency, first_due_at, audience,
                ladder_ended, opened_by, opened_at, assignments, review_entries, reviewed_at, closed_reason, session_id,
                followed_up_at)
            select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::smallint[], $5::text[], $6::text[], $7::uuid[],
                $8::uuid[], $9::text[], $10::text[], $11::uuid[], $12::text[], $13::timestamptz[], $14::timestamptz[],
                $15::int[], $16::text[], $17::timestamptz[], $18::text[], $19::timestamptz[], $20::text[],
                $21::text[], $22::timestamptz[], $23::text[], $24::bool[], $25::text[], $26::timestamptz[], $27::int[],
                $28::int[], $29::timestamptz[], $30::text[], $31::uuid[], $32::timestamptz[])
            """,
            [
                .ids(lives.map(\.id)), .ids(events.map(\.stream)), .texts(events.map(\.site.text)),
                .int16s(lives.map(\.kind.number)), .texts(lives.map(\.status.rawValue)),
                .texts(lives.map(\.raising.subject.rule)),
                .uuids(lives.map { $0.raising.subject.rating?.rawValue }), .ids(lives.map(\.raising.subject.participant)),
                .texts(lives.map { $0.raising.subject.course?.instrument.id.text }), .texts(lives.map(\.owner)),
                .ids(lives.map(\.raising.cause)), .texts(events.map(\.traceparent)), .timestamps(lives.map(\.raisedAt)),
                .timestamps(lives.map(\.dueAt)), .int32s(lives.map { Int32($0.escalations) }),
                .texts(lives.map { $0.acknowledgement?.actor }), .timestamps(lives.map { $0.acknowledgement?.at }),
                .texts(lives.map { $0.closing?.actor }), .timestamps(lives.map { $0.closing?.at }),
                .texts(lives.map { $0.closing?.outcome }), .texts(lives.map { $0.raising.urgency?.rawValue }),
                .timestamps(lives.map(\.raising.dueAt)), .texts(lives.map { $0.audience?.rawValue }),
                .bools(lives.map(\.isLadderEnded)), .texts(lives.map { $0.opening?.actor }),
                .timestamps(lives.map { $0.opening?.at }), .int32s(lives.map { Int32($0.assignments) }),
                .int32s(lives.map { Int32($0.reviewEntries) }), .timestamps(lives.map { $0.review?.completedAt }),
                .texts(lives.map { $0.closing?.reason?.text }), .uuids(lives.map { $0.raising.subject.session?.rawValue }),
                .timestamps(lives.map(\.followedUpAt)),
            ])
    }
}
