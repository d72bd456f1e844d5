import AlertBook
import Contracts
import Domain
import FHIR
import Persistence
import ServiceKit

/// An alert as other systems may read it.
struct FHIRAlert: Sendable {
    let id: AlertID
    let episode: EpisodeID
    let site: SiteID
    let kind: AlertKind
    let state: FHIRAlertState
    let rule: String
    let participant: ParticipantID
    let clinician: String
    let raisedAt: Timestamp
    let dueAt: Timestamp
    let closedAt: Timestamp?
    let closedAs: String?
    let changedAt: Timestamp
    /// `id@version#hash` of the model behind it; nil for rules that need none.
    var model: String?

    static let columns = """
        alert_id, episode_id, site, kind, status, rule, participant_id, clinician, raised_at, due_at, closed_at, closed_as,
        changed_at
        """

    init(_ row: Row) throws {
        guard let kind = AlertKind(number: try row.int16(3)), let state = FHIRAlertState(rawValue: try row.text(4)) else {
            throw UnreadableAlert()
        }
        (id, episode, site) = (try row.id(0), try row.id(1), SiteID(unchecked: try row.text(2)))
        (self.kind, self.state, rule) = (kind, state, try row.text(5))
        (participant, clinician) = (try row.id(6), try row.text(7))
        (raisedAt, dueAt) = (try row.timestamp(8), try row.timestamp(9))
        (closedAt, closedAs) = (try row.optionalTimestamp(10), try row.optionalText(11))
        changedAt = try row.timestamp(12)
    }
}

/// How an alert stands, and what FHIR calls that. Only what is open is active.
enum FHIRAlertState: String, CaseIterable, Sendable {
    case raised
    case opened
    case acknowledged
    case inReview = "in_review"
    case resolved
    case superseded
    case withdrawn

    /// Of FHIR's value set `task-status`.
    var taskStatus: String {
        switch self {
        case .raised: "requested"
        case .opened: "received"
        case .acknowledged: "accepted"
        case .inReview: "in-progress"
        case .resolved: "completed"
        case .superseded, .withdrawn: "cancelled"
        }
    }

    static func states(_ taskStatuses: Set<String>) -> [FHIRAlertState] {
        allCases.filter { taskStatuses.contains($0.taskStatus) }
    }
}

extension FHIRAlert {
    /// What the chart of a client shows while the alert is open: that there is one, of which kind, by which rule.
    var flag: JSON {
        FHIRElement.object([
            "resourceType": "Flag", "id": .text(id), "meta": FHIRElement.meta(changedAt), "extension": .array(grounds),
            "status": .string(closedAt == nil ? "active" : "inactive"),
            "category": [
                FHIRElement.concept(
                    "http://terminology.hl7.org/CodeSystem/flag-category", kind == .safety ? "safety" : "clinical")
            ],
            "code": FHIRElement.concept(FHIRSystem.alertKind, kind.rawValue), "subject": FHIRElement.patient(participant),
            "period": FHIRElement.object(["start": .text(raisedAt), "end": closedAt.map { JSON.text($0) }]),
        ])
    }

    private var grounds: [JSON] {
        var grounds: [JSON] = [["url": .string(FHIRSystem.rule), "valueCode": .string(rule)]]
        if let model {
            let identifier: JSON = ["system": .string(FHIRSystem.model), "value": .string(model)]
            grounds.append(["url": .string(FHIRSystem.model), "valueIdentifier": identifier])
        }
        return grounds
    }

    /// What somebody has to do about it, who, and by when.
    var task: JSON {
        FHIRElement.object([
            "resourceType": "Task", "id": .text(id), "meta": FHIRElement.meta(changedAt),
            "status": .string(state.taskStatus),
            "statusReason": closedAs.map { FHIRElement.concept(FHIRSystem.alertOutcome, $0) },
            "businessStatus": FHIRElement.concept(FHIRSystem.alertStatus, state.rawValue), "intent": "order",
            "priority": .string(kind.fhirPriority), "code": FHIRElement.concept(FHIRSystem.task, "answer-alert"),
            "focus": ["reference": .string("Flag/\(id)")], "for": FHIRElement.patient(participant),
            "authoredOn": .text(raisedAt), "lastModified": .text(changedAt),
            "owner": FHIRElement.reference("Practitioner", FHIRSystem.person, clinician),
            "restriction": ["period": ["end": .text(dueAt)]],
        ])
    }
}

extension AlertKind {
    /// Of FHIR's value set `request-priority`.
    var fhirPriority: String {
        switch self {
        case .safety: "stat"
        case .deteriorating: "urgent"
        case .notOnTrack, .alliance, .stalled, .guarded, .missedMeasure, .undiscussed: "routine"
        }
    }
}
