import Contracts
import Domain
import Persistence

extension AlertLife {
    /// In what the row says something else.
    func differences(from row: AlertRow) -> [String] {
        let comparisons: [(String, Bool)] = [
            ("kind", kind.number == row.kind), ("rule", raising.subject.rule == row.rule),
            ("rating", raising.subject.rating == row.rating), ("session", raising.subject.session == row.session),
            ("participant", raising.subject.participant == row.participant),
            ("instrument", raising.subject.course?.instrument.id.text == row.instrument),
            ("clinician", owner == row.clinician), ("cause", raising.cause == row.cause),
            ("status", status.rawValue == row.status), ("due time", dueAt == row.dueAt), ("level", escalations == row.level),
            ("who acknowledged it", acknowledgement?.actor == row.acknowledgedBy),
            ("who closed it", closing?.actor == row.closedBy), ("how it was closed", closing?.outcome == row.closedAs),
            ("closing time", closing?.at == row.closedAt), ("for what it was closed", closing?.reason?.text == row.closedReason),
            ("urgency", raising.urgency?.rawValue == row.urgency), ("first due time", raising.dueAt == row.firstDueAt),
            ("who was told last", audience?.rawValue == row.audience), ("end of the ladder", isLadderEnded == row.isLadderEnded),
            ("who opened it", opening?.actor == row.openedBy), ("assignments", assignments == row.assignments),
            ("review", reviewEntries == row.reviewEntries), ("end of the review", review?.completedAt == row.reviewedAt),
            ("rating after the review", followedUpAt == row.followedUpAt),
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
    let rating: RatingID?
    let session: SessionID?
    let participant: ParticipantID
    let instrument: String?
    let clinician: String
    let cause: EventID
    let dueAt: Timestamp
    let level: Int
    let acknowledgedBy: String?
    let closedBy: String?
    let closedAt: Timestamp?
    let closedAs: String?
    let urgency: String?
    let firstDueAt: Timestamp
    let audience: String?
    let isLadderEnded: Bool
    let openedBy: String?
    let assignments: Int
    let reviewEntries: Int
    let reviewedAt: Timestamp?
    let closedReason: String?
    let followedUpAt: Timestamp?

    static let columns = """
        episode_id, alert_id, site, kind, status, rule, rating_id, participant_id, instrument, clinician, cause_event_id,
        due_at, escalation_level, acknowledged_by, closed_by, closed_at, closed_as, urgency, first_due_at, audience,
        ladder_ended, opened_by, assignments, review_entries, reviewed_at, closed_reason,
        session_id, followed_up_at
        """

    init(_ row: Row) throws {
        id = try row.id(1)
        site = try row.text(2)
        kind = try row.int16(3)
        status = try row.text(4)
        rule = try row.text(5)
        rating = try row.optionalID(6)
        participant = try row.id(7)
        instrument = try row.optionalText(8)
        clinician = try row.text(9)
        cause = try row.id(10)
        dueAt = try row.timestamp(11)
        level = Int(try row.int32(12))
        acknowledgedBy = try row.optionalText(13)
        closedBy = try row.optionalText(14)
        closedAt = try row.optionalTimestamp(15)
        closedAs = try row.optionalText(16)
        urgency = try row.optionalText(17)
        firstDueAt = try row.timestamp(18)
        audience = try row.optionalText(19)
        isLadderEnded = try row.bool(20)
        openedBy = try row.optionalText(21)
        assignments = Int(try row.int32(22))
        reviewEntries = Int(try row.int32(23))
        reviewedAt = try row.optionalTimestamp(24)
        closedReason = try row.optionalText(25)
        session = try row.optionalID(26)
        followedUpAt = try row.optionalTimestamp(27)
    }
}

/// The alerts of one episode: their events one by one, and their rows.
struct AlertLives {
    private(set) var alerts: [AlertID: AlertLife] = [:]
    private(set) var faults: [String] = []

    init(_ steps: [AlertRecord]) {
        for step in steps {
            take(step)
            let id = step.event.alert
            if let cause = cause(of: step), step.record != DerivedIdentity.event(step.event.step, of: id, following: cause) {
                faults.append("\(step.words): the event's id does not follow from its cause")
            }
        }
    }

    private mutating func take(_ step: AlertRecord) {
        let (id, kind) = (step.event.alert, step.event.kind)
        if case .raised(let raising) = step.event.step, alerts[id] == nil {
            if let open = alerts.values.first(where: { $0.kind == kind && $0.status.isOpen }) {
                faults.append("alert \(id) is raised while \(open.id), of the same kind, is open")
            }
            alerts[id] = AlertLife(id, kind, raising, at: step.at)
            return
        }
        do throws(AlertStepOutOfTurn) {
            guard try alerts[id]?.take(step.event.step, at: step.at) != nil else {
                return faults.append("\(step.words), which was never raised")
            }
        } catch {
            faults.append("alert \(id) \(error.words)")
        }
    }

    private func cause(of step: AlertRecord) -> EventID? {
        switch step.event.step {
        case .raised(let raising): raising.cause
        case .superseded(let cause, _): cause
        case .assigned(let assignment): assignment.transfer ?? alerts[step.event.alert]?.raising.cause
        case .opened, .acknowledged, .reviewEntered, .resolved, .withdrawn, .escalated, .followedUp:
            alerts[step.event.alert]?.raising.cause
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
