import AlertBook
import Contracts
import Domain
import FHIR
import FoundationEssentials
import Persistence
import ServiceKit

/// A notification as other systems may read it: who was told of which alert, how and when, never what.
struct FHIRNotification: Sendable {
    let id: DeliveryID
    let alert: AlertID
    let site: SiteID
    let kind: AlertKind
    let recipient: String
    let channel: String
    let status: String
    let createdAt: Timestamp
    let finishedAt: Timestamp?
    let changedAt: Timestamp
    let participant: ParticipantID

    static let columns =
        "delivery_id, alert_id, site, kind, recipient, channel, status, created_at, finished_at, changed_at, participant_id"

    init(_ row: Row) throws {
        guard let kind = AlertKind(number: try row.int16(3)) else { throw UnreadableAlert() }
        (id, alert, site, self.kind) = (try row.id(0), try row.id(1), SiteID(unchecked: try row.text(2)), kind)
        (recipient, channel, status) = (try row.text(4), try row.text(5), try row.text(6))
        (createdAt, finishedAt) = (try row.timestamp(7), try row.optionalTimestamp(8))
        (changedAt, participant) = (try row.timestamp(9), try row.id(10))
    }

    /// FHIR's `event-status` for the states of a delivery; held: it waits for the end of quiet hours, a digest or a limit.
    static let statuses = [
        "pending": "preparation", "held": "on-hold", "sending": "in-progress", "delivered": "completed", "failed": "stopped",
        "withdrawn": "not-done", "withheld": "not-done", "bounced": "stopped",
    ]
    /// For a state that this program does not know yet.
    static let unknownStatus = "unknown"

    /// FHIR's `v3-ParticipationMode` for the channels.
    private static let media = ["email": "EMAILWRIT", "webhook": "ELECTRONIC", "inbox": "ONLINEWRIT"]

    var communication: JSON {
        FHIRElement.object([
            "resourceType": "Communication", "id": .text(id), "meta": FHIRElement.meta(changedAt),
            "status": .string(Self.statuses[status] ?? Self.unknownStatus),
            "statusReason": FHIRElement.concept(FHIRSystem.deliveryStatus, status),
            "category": [FHIRElement.concept("http://terminology.hl7.org/CodeSystem/communication-category", "alert")],
            "priority": .string(kind.fhirPriority),
            "medium": medium,
            "subject": FHIRElement.patient(participant), "about": [["reference": .string("Flag/\(alert)")]],
            "sent": sentAt.map { JSON.text($0) }, "recipient": [receiver],
        ])
    }

    private var sentAt: Timestamp? { status == "delivered" ? finishedAt : nil }

    private var medium: JSON? {
        Self.media[channel].map {
            .array([FHIRElement.concept("http://terminology.hl7.org/CodeSystem/v3-ParticipationMode", $0)])
        }
    }

    private var receiver: JSON {
        let prefix = "person:"
        guard recipient.hasPrefix(prefix) else { return FHIRElement.reference(nil, FHIRSystem.recipient, recipient) }
        return FHIRElement.reference("Practitioner", FHIRSystem.person, String(recipient.dropFirst(prefix.count)))
    }
}
