/// What came of an alert.
public enum AlertOutcome: String, Hashable, Sendable, CaseIterable {
    case discussedWithClient = "discussed_with_client"
    case planChanged = "plan_changed"
    case referred
    case noActionNeeded = "no_action_needed"
}

/// Name of a site's reason, e.g. `plan_changed`.
public struct AlertReasonID: Name {
    public let text: String
    public init(unchecked text: String) { self.text = text }
}

/// Why a site lets an alert be closed as handled, in its own words.
public struct AlertReason: Hashable, Sendable {
    public let id: AlertReasonID
    /// For people.
    public let title: String
    /// Which of the outcomes that are counted everywhere it stands for.
    public let outcome: AlertOutcome

    public init(id: AlertReasonID, title: String, outcome: AlertOutcome) {
        self.id = id
        self.title = title
        self.outcome = outcome
    }

    /// Where a site names none of its own: the outcomes themselves.
    public static let usual: [AlertReason] = AlertOutcome.allCases.map { outcome in
        let title =
            switch outcome {
            case .discussedWithClient: "Talked about with the client"
            case .planChanged: "The plan was changed"
            case .referred: "Referred elsewhere"
            case .noActionNeeded: "No action needed"
            }
        return AlertReason(id: AlertReasonID(unchecked: outcome.rawValue), title: title, outcome: outcome)
    }
}

/// Why an alert should never have been raised.
public enum WithdrawalOfAlert: String, Hashable, Sendable, CaseIterable {
    /// Its rating was withdrawn.
    case ratingWithdrawn = "rating_withdrawn"
    /// Its rating was entered for somebody else.
    case wrongClient = "wrong_client"
    case enteredAsTest = "entered_as_test"
}

/// Why another clinician answers for an alert.
public enum AssignmentReason: String, Hashable, Sendable, CaseIterable {
    case handedOver = "handed_over"
    case clinicianLeft = "clinician_left"
    /// The whole episode went to another clinician.
    case episodeTransferred = "episode_transferred"
}

/// How soon people want to hear of an alert; how they are told follows from it.
public enum AlertUrgency: String, Hashable, Sendable, CaseIterable {
    /// At once, at any hour.
    case now
    case withinHours = "within_hours"
    /// With others, once a day.
    case digest
}

extension AlertKind {
    /// Attune's own: danger at once, deterioration and a course that leaves its bounds within hours, what can wait for
    /// the next meeting with others.
    public var usualUrgency: AlertUrgency {
        switch self {
        case .safety: .now
        case .deteriorating, .notOnTrack: .withinHours
        case .alliance, .stalled, .guarded, .missedMeasure, .undiscussed: .digest
        }
    }
}
