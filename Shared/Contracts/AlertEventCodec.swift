public import Domain
import FoundationEssentials
import SwiftProtobuf

/// One step in the life of an alert.
public struct AlertEvent: Hashable, Sendable {
    public let alert: AlertID
    public let kind: AlertKind
    public let step: AlertStep
    /// When the step was taken, as alerting keeps it with the alert; nil in events that do not tell it.
    public let at: Timestamp?

    public init(alert: AlertID, kind: AlertKind, step: AlertStep, at: Timestamp? = nil) {
        self.alert = alert
        self.kind = kind
        self.step = step
        self.at = at
    }

    public var type: EventType {
        switch step {
        case .raised: .alertRaised
        case .acknowledged: .alertAcknowledged
        case .resolved: .alertResolved
        case .superseded: .alertSuperseded
        case .escalated: .alertEscalated
        }
    }
}

public enum AlertStep: Hashable, Sendable {
    case raised(AlertRaising)
    case acknowledged(actor: String)
    case resolved(actor: String, AlertOutcome)
    /// - Parameter cause: the event after which the alert no longer stands.
    case superseded(cause: EventID, SupersededReason)
    /// - Parameter level: 1 at the first time, one more each time.
    case escalated(level: Int, wasDueAt: Timestamp, dueAt: Timestamp)
}

/// What raised an alert, and by when somebody must answer.
public struct AlertRaising: Hashable, Sendable {
    /// The trajectory event.
    public let cause: EventID
    public let rule: SignalRule
    public let rating: RatingID
    public let course: CourseKey
    public let provenance: Provenance
    /// Opaque directory id.
    public let clinician: String
    public let dueAt: Timestamp

    public init(
        cause: EventID, rule: SignalRule, rating: RatingID, course: CourseKey, provenance: Provenance,
        clinician: String, dueAt: Timestamp
    ) {
        self.cause = cause
        self.rule = rule
        self.rating = rating
        self.course = course
        self.provenance = provenance
        self.clinician = clinician
        self.dueAt = dueAt
    }
}

/// What came of an alert.
public enum AlertOutcome: String, Hashable, Sendable, CaseIterable {
    case discussedWithClient = "discussed_with_client"
    case planChanged = "plan_changed"
    case referred
    case noActionNeeded = "no_action_needed"
}

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
                $0.rule = raising.rule.name
                $0.ratingID = raising.rating.data
                $0.participantID = raising.course.participant.data
                $0.instrument = raising.course.instrument.id.text
                $0.instrumentVersion = raising.course.instrument.version
                $0.provenance = Attune_V1_Provenance(raising.provenance)
                $0.clinician = raising.clinician
                $0.dueAt = raising.dueAt.microseconds
            })
        case .acknowledged(let actor):
            .acknowledged(.with { $0.actor = actor })
        case .resolved(let actor, let outcome):
            .resolved(.with {
                $0.actor = actor
                $0.outcome = Attune_V1_AlertOutcome(outcome)
            })
        case .superseded(let cause, let reason):
            .superseded(.with {
                $0.causeEventID = cause.data
                $0.reason = Attune_V1_SupersededReason(reason)
            })
        case .escalated(let level, let wasDueAt, let dueAt):
            .escalated(.with {
                $0.level = UInt32(level)
                $0.wasDueAt = wasDueAt.microseconds
                $0.dueAt = dueAt.microseconds
            })
        }
    }

    private static func step(of body: Attune_V1_AlertEvent.OneOf_Body) throws(MalformedEvent) -> AlertStep {
        switch body {
        case .raised(let message):
            guard let rule = SignalRule(name: message.rule) else {
                throw MalformedEvent(field: "raised.rule", problem: "not a known rule")
            }
            guard let instrument = InstrumentID(message.instrument) else {
                throw MalformedEvent(field: "raised.instrument", problem: "not an instrument name")
            }
            return .raised(
                AlertRaising(
                    cause: try EventID(message.causeEventID, field: "raised.cause_event_id"), rule: rule,
                    rating: try RatingID(message.ratingID, field: "raised.rating_id"),
                    course: CourseKey(
                        participant: try ParticipantID(message.participantID, field: "raised.participant_id"),
                        instrument: InstrumentReference(id: instrument, version: message.instrumentVersion)),
                    provenance: try Provenance(message.provenance), clinician: message.clinician,
                    dueAt: Timestamp(microseconds: message.dueAt)))
        case .acknowledged(let message):
            return .acknowledged(actor: message.actor)
        case .resolved(let message):
            return .resolved(actor: message.actor, try AlertOutcome(message.outcome))
        case .superseded(let message):
            return .superseded(
                cause: try EventID(message.causeEventID, field: "superseded.cause_event_id"),
                try SupersededReason(message.reason))
        case .escalated(let message):
            return .escalated(
                level: Int(message.level), wasDueAt: Timestamp(microseconds: message.wasDueAt),
                dueAt: Timestamp(microseconds: message.dueAt))
        }
    }
}

extension Attune_V1_AlertOutcome {
    init(_ outcome: AlertOutcome) {
        self =
            switch outcome {
            case .discussedWithClient: .discussedWithClient
            case .planChanged: .planChanged
            case .referred: .referred
            case .noActionNeeded: .noActionNeeded
            }
    }
}

extension AlertOutcome {
    init(_ message: Attune_V1_AlertOutcome) throws(MalformedEvent) {
        switch message {
        case .discussedWithClient: self = .discussedWithClient
        case .planChanged: self = .planChanged
        case .referred: self = .referred
        case .noActionNeeded: self = .noActionNeeded
        case .unspecified, .UNRECOGNIZED: throw MalformedEvent(field: "resolved.outcome", problem: "not a known outcome")
        }
    }
}

extension Attune_V1_SupersededReason {
    init(_ reason: SupersededReason) {
        self =
            switch reason {
            case .courseChanged: .courseChanged
            case .graverAlert: .graverAlert
            case .episodeClosed: .episodeClosed
            }
    }
}

extension SupersededReason {
    init(_ message: Attune_V1_SupersededReason) throws(MalformedEvent) {
        switch message {
        case .courseChanged: self = .courseChanged
        case .graverAlert: self = .graverAlert
        case .episodeClosed: self = .episodeClosed
        case .unspecified, .UNRECOGNIZED: throw MalformedEvent(field: "superseded.reason", problem: "not a known reason")
        }
    }
}
