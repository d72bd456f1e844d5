public import Domain

/// How soon an alert wants an answer: all that a message may say about it. The raw value orders deliveries. Urgent is told
/// at any hour, high within the hours in which people want to hear, normal with others in a digest.
public enum Urgency: Int16, CaseIterable, Sendable {
    case urgent = 1
    case high = 2
    case normal = 3

    /// Danger is urgent, whatever a site says.
    /// - Parameter urgency: as the site's policy has it; nil where the alert's event does not tell.
    public init(_ kind: AlertKind, _ urgency: AlertUrgency?) {
        self =
            switch (kind, urgency) {
            case (.safety, _), (_, .now): .urgent
            case (_, .withinHours), (.deteriorating, nil): .high
            case (_, .digest), (.notOnTrack, nil), (.alliance, nil), (.stalled, nil), (.guarded, nil),
                (.missedMeasure, nil), (.undiscussed, nil):
                .normal
            }
    }

    /// As messages say it, stable for receivers of webhooks.
    public var word: String {
        switch self {
        case .urgent: "urgent"
        case .high: "high"
        case .normal: "normal"
        }
    }
}
