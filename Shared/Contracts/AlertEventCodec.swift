import Domain
import FoundationEssentials
import SwiftProtobuf

/// Alert events as bytes: the payload in the ledger and the value on Kafka.
public enum AlertEventCodec {
    public static func encode(_ event: AlertEvent) throws -> [UInt8] {
        var message = Attune_V1_AlertEvent()
        message.alertID = event.alert.data
        message.kind = Attune_V1_SignalKind(event.kind)
        message.body = body(of: event.step)
        message.at = event.at?.microseconds ?? 0
        return try message.serializedBytes()
    }

    /// Reads a payload back and checks that it is what `type` says.
    public static func decode(_ payload: [UInt8], type: EventType) throws(MalformedEvent) -> AlertEvent {
        let message: Attune_V1_AlertEvent
        do {
            message = try Attune_V1_AlertEvent(serializedBytes: payload)
        } catch {
            throw MalformedEvent(field: "value", problem: "not a protobuf AlertEvent")
        }
        guard let body = message.body else {
            throw MalformedEvent(field: "body", problem: "holds no step that this version knows")
        }
        guard let kind = SignalKind(number: Int16(truncatingIfNeeded: message.kind.rawValue)) else {
            throw MalformedEvent(field: "kind", problem: "not a known kind")
        }
        let event = AlertEvent(
            alert: try AlertID(message.alertID, field: "alert_id"), kind: kind, step: try step(of: body),
            at: message.at == 0 ? nil : Timestamp(microseconds: message.at))
        guard event.type == type else {
            throw MalformedEvent(field: "ce_type", problem: "says \(type.rawValue), the message is \(event.type.rawValue)")
        }
        return event
    }

    private static func body(of step: AlertStep) -> Attune_V1_AlertEvent.OneOf_Body {
        switch step {
        case .raised(let raising):
            .raised(.with {
                $0.causeEventID = raising.cause.data
                $0.tell(raising.subject)
                $0.clinician = raising.clinician
                $0.dueAt = raising.dueAt.microseconds
                $0.urgency = Attune_V1_AlertUrgency(raising.urgency)
            })
        case .opened(let actor):
            .opened(.with { $0.actor = actor })
        case .acknowledged(let actor):
            .acknowledged(.with { $0.actor = actor })
        case .assigned(let assignment):
            .assigned(.with {
                $0.number = UInt32(assignment.number)
                $0.from = assignment.from
                $0.to = assignment.to
                $0.actor = assignment.actor ?? ""
                $0.reason = Attune_V1_AssignmentReason(assignment.reason)
                if let transfer = assignment.transfer { $0.transferEventID = transfer.data }
            })
        case .reviewEntered(let number, let actor, let entry):
            .reviewEntered(.with {
                $0.number = UInt32(number)
                $0.actor = actor
                $0.entry = .init(entry)
            })
        case .resolved(let actor, let outcome, let reason):
            .resolved(.with {
                $0.actor = actor
                $0.outcome = Attune_V1_AlertOutcome(outcome)
                $0.reason = reason?.text ?? ""
            })
        case .superseded(let cause, let reason):
            .superseded(.with {
                $0.causeEventID = cause.data
                $0.reason = Attune_V1_SupersededReason(reason)
            })
        case .withdrawn(let actor, let reason):
            .withdrawn(.with {
                $0.actor = actor
                $0.reason = Attune_V1_WithdrawalReason(reason)
            })
        case .escalated(let level, let wasDueAt, let dueAt, let audience, let isLast):
            .escalated(.with {
                $0.level = UInt32(level)
                $0.wasDueAt = wasDueAt.microseconds
                $0.dueAt = dueAt.microseconds
                $0.audience = Attune_V1_AlertAudience(audience)
                $0.isLast = isLast
            })
        case .followedUp(let found):
            .followedUp(.init(found))
        }
    }

    private static func step(of body: Attune_V1_AlertEvent.OneOf_Body) throws(MalformedEvent) -> AlertStep {
        switch body {
        case .raised(let message):
            return .raised(
                AlertRaising(
                    cause: try EventID(message.causeEventID, field: "raised.cause_event_id"),
                    subject: try AlertSubject(message), clinician: message.clinician, dueAt: Timestamp(microseconds: message.dueAt),
                    urgency: try AlertUrgency?(message.urgency)))
        case .opened(let message):
            return .opened(actor: message.actor)
        case .acknowledged(let message):
            return .acknowledged(actor: message.actor)
        case .resolved(let message):
            return .resolved(
                actor: message.actor, try AlertOutcome(message.outcome), reason: try reason(message.reason))
        case .assigned(let message):
            return .assigned(
                AlertAssignment(
                    number: Int(message.number), from: message.from, to: message.to,
                    actor: message.actor.isEmpty ? nil : message.actor, reason: try AssignmentReason(message.reason),
                    transfer: message.transferEventID.isEmpty
                        ? nil : try EventID(message.transferEventID, field: "assigned.transfer_event_id")))
        case .reviewEntered(let message):
            guard let entry = message.entry else {
                throw MalformedEvent(field: "review_entered.entry", problem: "holds no entry that this version knows")
            }
            return .reviewEntered(number: Int(message.number), actor: message.actor, try ReviewEntry(entry))
        case .superseded(let message):
            return .superseded(
                cause: try EventID(message.causeEventID, field: "superseded.cause_event_id"),
                try SupersededReason(message.reason))
        case .escalated(let message):
            return .escalated(
                level: Int(message.level), wasDueAt: Timestamp(microseconds: message.wasDueAt),
                dueAt: Timestamp(microseconds: message.dueAt), audience: try AlertAudience?(message.audience),
                isLast: message.isLast)
        case .withdrawn(let message):
            return .withdrawn(actor: message.actor, try WithdrawalOfAlert(message.reason))
        case .followedUp(let message):
            return .followedUp(try AlertFollowUp(message))
        }
    }

    private static func reason(_ text: String) throws(MalformedEvent) -> AlertReasonID? {
        if text.isEmpty { return nil }
        guard let reason = AlertReasonID(text) else {
            throw MalformedEvent(field: "resolved.reason", problem: "not a name")
        }
        return reason
    }
}
