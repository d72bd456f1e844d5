/// One rater's course on one instrument within an episode.
public struct CourseKey: Hashable, Comparable, Sendable {
    public let participant: ParticipantID
    public let instrument: InstrumentReference

    public init(participant: ParticipantID, instrument: InstrumentReference) {
        self.participant = participant
        self.instrument = instrument
    }

    public static func < (left: Self, right: Self) -> Bool {
        left.participant == right.participant
            ? left.instrument < right.instrument : left.participant < right.participant
    }
}

/// An alert somebody still has to answer for: raised or acknowledged, not resolved or superseded.
public struct OpenAlert: Hashable, Sendable {
    public let id: AlertID
    public let kind: AlertKind

    public init(id: AlertID, kind: AlertKind) {
        self.id = id
        self.kind = kind
    }
}

/// What is to become of an episode's alerts.
public enum AlertDecision: Hashable, Sendable {
    case supersede(OpenAlert, SupersededReason)
    /// The signal says kind, rule and rating; the course says whose.
    case raise(Signal, CourseKey)
}

/// Why an alert needs no answer of its own any more.
public enum SupersededReason: String, Hashable, Sendable, CaseIterable {
    /// No course of the episode speaks of it any more.
    case courseChanged = "course_changed"
    /// A graver alert of the same episode took its place.
    case graverAlert = "graver_alert"
    case episodeClosed = "episode_closed"
    /// What the episode lacked is there now, or can no longer be had.
    case noLongerMissing = "no_longer_missing"
}
