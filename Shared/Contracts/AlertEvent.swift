public import Domain

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
        case .opened: .alertOpened
        case .acknowledged: .alertAcknowledged
        case .assigned: .alertAssigned
        case .reviewEntered: .alertReviewEntered
        case .resolved: .alertResolved
        case .superseded: .alertSuperseded
        case .withdrawn: .alertWithdrawn
        case .escalated: .alertEscalated
        case .followedUp: .alertFollowedUp
        }
    }
}

public enum AlertStep: Hashable, Sendable {
    case raised(AlertRaising)
    /// Somebody looked at it for the first time, which is no answer.
    case opened(actor: String)
    case acknowledged(actor: String)
    case assigned(AlertAssignment)
    /// - Parameter number: 1 for the entry that starts the review, one more each time.
    case reviewEntered(number: Int, actor: String, ReviewEntry)
    /// - Parameter reason: the site's own, which stands for the outcome; nil where the event does not tell one.
    case resolved(actor: String, AlertOutcome, reason: AlertReasonID? = nil)
    /// - Parameter cause: the event after which the alert no longer stands.
    case superseded(cause: EventID, SupersededReason)
    case withdrawn(actor: String, WithdrawalOfAlert)
    /// - Parameters:
    ///   - level: 1 at the first time, one more each time.
    ///   - audience: who is told now; nil in events that do not tell it.
    ///   - isLast: nobody comes after this audience.
    case escalated(
        level: Int, wasDueAt: Timestamp, dueAt: Timestamp, audience: AlertAudience? = nil, isLast: Bool = false)
    /// The first rating after a finished review; also after the alert was closed.
    case followedUp(AlertFollowUp)
}

/// Another clinician answers for an alert from now on. Its due time stands: the client has waited since then.
public struct AlertAssignment: Hashable, Sendable {
    /// 1 at the first time, one more each time.
    public let number: Int
    public let from: String
    public let to: String
    /// Nil where no person did it.
    public let actor: String?
    public let reason: AssignmentReason
    /// The event that transferred the episode; nil where a person assigned the alert.
    public let transfer: EventID?

    public init(
        number: Int, from: String, to: String, actor: String?, reason: AssignmentReason, transfer: EventID? = nil
    ) {
        self.number = number
        self.from = from
        self.to = to
        self.actor = actor
        self.reason = reason
        self.transfer = transfer
    }
}

/// What is entered in the support review of an alert.
public enum ReviewEntry: Hashable, Sendable {
    /// - Parameter tree: the version of the support tree.
    case started(tree: String)
    case answered(SupportQuestionID, SupportAnswer)
    case actionChosen(SupportActionID)
    /// It was talked about with the client, on this day of the clinic.
    case discussed(CalendarDay)
    case completed
}
