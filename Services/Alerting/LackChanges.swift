import AlertBook
import Contracts
import Domain
import Persistence

/// Alerts about what episodes lack that are raised and that fall away, written once.
struct LackChanges {
    let now: Timestamp
    private(set) var raised: [Alert] = []
    private(set) var fallen: [Alert] = []
    private var steps: [(step: AlertStep, alert: Alert, cause: EventID)] = []

    init(at now: Timestamp) { self.now = now }

    mutating func raise(
        _ lack: EpisodeLacks.Lack, of episode: EpisodeID, at site: SiteID, to clinician: String, by policy: AlertPolicy
    ) {
        let due = policy.dueTime(for: lack.kind, raisedAt: now)
        let urgency = policy.urgency(of: lack.kind)
        let alert = Alert(
            id: lack.alert, episode: episode, site: site, kind: lack.kind, rule: lack.subject.rule,
            rating: lack.subject.rating, session: lack.subject.session, participant: lack.subject.participant,
            instrument: lack.subject.course?.instrument.id, clinician: clinician, cause: lack.cause, traceparent: nil,
            urgency: urgency, raisedAt: now, firstDueAt: due, dueAt: due)
        let raising = AlertRaising(
            cause: lack.cause, subject: lack.subject, clinician: clinician, dueAt: due, urgency: urgency)
        raised.append(alert)
        steps.append((.raised(raising), alert, lack.cause))
    }

    /// - Parameter event: the newest of the episode that was known, or its closing.
    mutating func supersede(_ alert: Alert, because event: EventID, _ reason: SupersededReason = .noLongerMissing) {
        var alert = alert
        alert.status = .superseded
        alert.closing = Alert.Closing(actor: nil, at: now, outcome: reason.rawValue)
        fallen.append(alert)
        steps.append((.superseded(cause: event, reason), alert, event))
    }

    /// Closed alerts first: the index of open alerts then has room for new ones.
    mutating func save(on connection: Connection) throws {
        try follow(on: connection)
        try AlertStore.update(fallen, on: connection)
        try AlertStore.insert(raised, on: connection)
        var ledger = AlertLedger()
        for (step, alert, cause) in steps {
            try ledger.add(step, of: alert, at: now, following: cause)
            AlertMetrics.count(step, alert.kind)
        }
        try ledger.append(on: connection)
    }
}

extension LackChanges {
    /// What is raised belongs to the trace of the session or rating that it is about, as if an event had told of it.
    private mutating func follow(on connection: Connection) throws {
        guard !raised.isEmpty else { return }
        var traces: [EventID: TraceContext] = [:]
        for row in try connection.run(Self.selectTraces, [.ids(Array(Set(raised.map(\.cause))))]) {
            traces[try row.id(0)] = TraceContext(traceparent: try row.text(1))
        }
        for place in raised.indices { raised[place].follow(traces) }
        for place in steps.indices where steps[place].alert.traceparent == nil { steps[place].alert.follow(traces) }
    }

    private static let selectTraces: Statement =
        "select event_id, traceparent from published.event where event_id = any($1) and traceparent is not null"
}

extension Alert {
    fileprivate mutating func follow(_ traces: [EventID: TraceContext]) {
        traceparent = traces[cause]?.following(cause.bytes).description
    }

    /// Nil for alerts about what a course says.
    var openLack: OpenLack? {
        kind.isOfCourse ? nil : OpenLack(alert: id, kind: kind, participant: participant, instrument: instrument)
    }
}
