/// An alert is about what its signal is about.
public typealias AlertKind = SignalKind

/// What raises an alert, and by when somebody must answer. A site may set its own; every alert names the policy's
/// version.
public struct AlertPolicy: Hashable, Sendable {
    public let version: String
    /// Seconds from raising to due, per kind.
    public let safetyDueSeconds: Int64
    public let deterioratingDueSeconds: Int64
    public let notOnTrackDueSeconds: Int64
    public let allianceDueSeconds: Int64
    public let stalledDueSeconds: Int64
    public let guardedDueSeconds: Int64
    /// Longest time in seconds from one escalation to the next.
    public let escalationSeconds: Int64
    /// Kinds that raise an alert; the others are signals that somebody may look at. Safety is always among them.
    public let raisedKinds: Set<AlertKind>

    public init(
        version: String, safetyDueSeconds: Int64, deterioratingDueSeconds: Int64,
        notOnTrackDueSeconds: Int64, allianceDueSeconds: Int64, stalledDueSeconds: Int64 = 72 * 3600,
        guardedDueSeconds: Int64 = 168 * 3600, escalationSeconds: Int64, raisedKinds: Set<AlertKind> = usuallyRaised
    ) {
        self.version = version
        self.safetyDueSeconds = safetyDueSeconds
        self.deterioratingDueSeconds = deterioratingDueSeconds
        self.notOnTrackDueSeconds = notOnTrackDueSeconds
        self.allianceDueSeconds = allianceDueSeconds
        self.stalledDueSeconds = stalledDueSeconds
        self.guardedDueSeconds = guardedDueSeconds
        self.escalationSeconds = escalationSeconds
        self.raisedKinds = raisedKinds.union([.safety])
    }

    /// All but the prompt about a guarded first rating, which is no alarm.
    public static let usuallyRaised: Set<AlertKind> = [.safety, .deteriorating, .notOnTrack, .alliance, .stalled]

    /// Attune's own defaults, which no publication prescribes: safety within an hour, deterioration
    /// within a day, the prompt, where a site raises it, within a week, the others within three days; escalation
    /// once a day, for safety every hour.
    public static let `default` = AlertPolicy(
        version: "attune-2", safetyDueSeconds: 3600, deterioratingDueSeconds: 24 * 3600,
        notOnTrackDueSeconds: 72 * 3600, allianceDueSeconds: 72 * 3600, escalationSeconds: 24 * 3600)

    public func dueSeconds(for kind: AlertKind) -> Int64 {
        switch kind {
        case .safety: safetyDueSeconds
        case .deteriorating: deterioratingDueSeconds
        case .notOnTrack: notOnTrackDueSeconds
        case .alliance: allianceDueSeconds
        case .stalled: stalledDueSeconds
        case .guarded: guardedDueSeconds
        }
    }

    /// When an alert raised at an instant must be answered.
    public func dueTime(for kind: AlertKind, raisedAt: Timestamp) -> Timestamp {
        raisedAt.advanced(bySeconds: dueSeconds(for: kind))
    }

    /// When an alert escalated at an instant is due again: never later than the kind allowed at first.
    public func dueTime(for kind: AlertKind, escalatedAt: Timestamp) -> Timestamp {
        escalatedAt.advanced(bySeconds: min(escalationSeconds, dueSeconds(for: kind)))
    }
}
