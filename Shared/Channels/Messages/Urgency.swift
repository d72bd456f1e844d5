public import Domain

/// How soon an alert wants an answer: all that a message may say about it. The raw value orders deliveries.
public enum Urgency: Int16, CaseIterable, Sendable {
    case urgent = 1
    case high = 2
    case normal = 3

    public init(_ kind: AlertKind) {
        self =
            switch kind {
            case .safety: .urgent
            case .deteriorating: .high
            case .notOnTrack, .alliance, .stalled, .guarded: .normal
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
