import Contracts
import Domain
import Persistence

/// The state of an alert as its events give it.
struct RecordedAlert: Equatable {
    let id: AlertID
    let kind: AlertKind
    let rule: String
    let rating: RatingID
    let participant: ParticipantID
    let instrument: InstrumentID
    let clinician: String
    let cause: EventID
    var status = "raised"
    var dueAt: Timestamp
    var level = 0
    var acknowledgedBy: String?
    var closedBy: String?
    var closedAs: String?

    init(_ id: AlertID, _ kind: AlertKind, _ raising: AlertRaising) {
        self.id = id
        self.kind = kind
        rule = raising.rule.name
        rating = raising.rating
        participant = raising.course.participant
        instrument = raising.course.instrument.id
        clinician = raising.clinician
        cause = raising.cause
        dueAt = raising.dueAt
    }

    /// - Returns: what is wrong with the step as the next one; nil where nothing is.
    mutating func take(_ step: AlertStep) -> String? {
        let isOpen = status == "raised" || status == "acknowledged"
        switch step {
        case .raised: return "is raised twice"
        case .acknowledged(let actor):
            guard status == "raised" else { return "is acknowledged when it is \(status)" }
            (status, acknowledgedBy) = ("acknowledged", actor)
        case .resolved(let actor, let outcome):
            guard isOpen else { return "is resolved when it is \(status)" }
            (status, acknowledgedBy) = ("resolved", acknowledgedBy ?? actor)
            (closedBy, closedAs) = (actor, outcome.rawValue)
        case .superseded(_, let reason):
            guard isOpen else { return "is superseded when it is \(status)" }
            (status, closedAs) = ("superseded", reason.rawValue)
        case .escalated(let level, let wasDueAt, let dueAt):
            guard status == "raised" else { return "is escalated when it is \(status)" }
            guard level == self.level + 1 else { return "is escalated to level \(level) from level \(self.level)" }
            guard wasDueAt == self.dueAt else { return "is escalated from another time than it was due" }
            (self.level, self.dueAt) = (level, dueAt)
        }
        return nil
    }

    /// In what the row says something else.
    func differences(from row: AlertRow) -> [String] {
        let comparisons: [(String, Bool)] = [
            ("kind", kind.number == row.kind), ("rule", rule == row.rule), ("rating", rating == row.rating),
            ("participant", participant == row.participant), ("instrument", instrument.text == row.instrument),
            ("clinician", clinician == row.clinician), ("cause", cause == row.cause), ("status", status == row.status),
            ("due time", dueAt == row.dueAt), ("level", level == row.level),
            ("who acknowledged it", acknowledgedBy == row.acknowledgedBy), ("who closed it", closedBy == row.closedBy),
            ("how it was closed", closedAs == row.closedAs), ("closing time", (closedAs != nil) == (row.closedAt != nil)),
        ]
        return comparisons.filter { !$0.1 }.map(\.0)
    }
}

/// An alert as alerting keeps it.
struct AlertRow {
    let id: AlertID
    let site: String
    let kind: Int16
    let status: String
    let rule: String
    let rating: RatingID
    let participant: ParticipantID
    let instrument: String
    let clinician: String
    let cause: EventID
    let dueAt: Timestamp
    let level: Int
    let acknowledgedBy: String?
    let closedBy: String?
    let closedAt: Timestamp?
    let closedAs: String?

    static let columns = """
        episode_id, alert_id, site, kind, status, rule, rating_id, participant_id, instrument, clinician, cause_event_id,
        due_at, escalation_level, acknowledged_by, closed_by, closed_at, closed_as
        """

    init(_ row: Row) throws {
        id = try row.id(1)
        site = try row.text(2)
        kind = try row.int16(3)
        status = try row.text(4)
        rule = try row.text(5)
        rating = try row.id(6)
        participant = try row.id(7)
        instrument = try row.text(8)
        clinician = try row.text(9)
        cause = try row.id(10)
        dueAt = try row.timestamp(11)
        level = Int(try row.int32(12))
        acknowledgedBy = try row.optionalText(13)
        closedBy = try row.optionalText(14)
        closedAt = try row.optionalTimestamp(15)
        closedAs = try row.optionalText(16)
    }
}

/// The alerts of one episode: their events one by one, and their rows.
struct AlertLives {
    private(set) var alerts: [AlertID: RecordedAlert] = [:]
    private(set) var faults: [String] = []

    init(_ steps: [AlertRecord]) {
        for step in steps {
            let (id, kind) = (step.event.alert, step.event.kind)
            if case .raised(let raising) = step.event.step, alerts[id] == nil {
                if let open = alerts.values.first(where: { $0.kind == kind && $0.closedAs == nil }) {
                    faults.append("alert \(id) is raised while \(open.id), of the same kind, is open")
                }
                alerts[id] = RecordedAlert(id, kind, raising)
            } else if alerts[id] == nil {
                faults.append("\(step.words), which was never raised")
            } else if let fault = alerts[id]?.take(step.event.step) {
                faults.append("alert \(id) \(fault)")
            }
            if let cause = cause(of: step), step.record != DerivedIdentity.event(step.event.step, of: id, following: cause) {
                faults.append("\(step.words): the event's id does not follow from its cause")
            }
        }
    }

    private func cause(of step: AlertRecord) -> EventID? {
        switch step.event.step {
        case .raised(let raising): raising.cause
        case .superseded(let cause, _): cause
        case .acknowledged, .resolved, .escalated: alerts[step.event.alert]?.cause
        }
    }

    /// What is wrong with the rows.
    func faults(in rows: [AlertRow], site: SiteID?) -> [String] {
        var faults: [String] = []
        for id in alerts.keys.sorted() where !rows.contains(where: { $0.id == id }) {
            faults.append("alert \(id) was raised, and is not stored")
        }
        for row in rows {
            guard let alert = alerts[row.id] else {
                faults.append("alert \(row.id) is stored, and was never raised")
                continue
            }
            var differences = alert.differences(from: row)
            if let site, site.text != row.site { differences.append("site") }
            if !differences.isEmpty {
                faults.append(
                    "alert \(row.id) is stored otherwise than its events say: \(differences.joined(separator: ", "))")
            }
        }
        for (kind, open) in Dictionary(grouping: rows.filter { $0.closedAt == nil }, by: \.kind) where open.count > 1 {
            faults.append("\(open.count) alerts of kind \(kind) are open")
        }
        return faults
    }
}
