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
    func save(on connection: Connection) throws {
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

extension Alert {
    /// Nil for alerts about what a course says.
    var openLack: OpenLack? {
        kind.isOfCourse ? nil : OpenLack(alert: id, kind: kind, participant: participant, instrument: instrument)
    }
}
