public import Contracts
public import Domain

/// An alert as alerting keeps it: the newest state of what the ledger tells as a history.
public struct Alert: Sendable {
    public let id: AlertID
    public let episode: EpisodeID
    public let site: SiteID
    public let kind: AlertKind
    public let rule: String
    /// Nil where there is none: that is what the alert is about.
    public let rating: RatingID?
    /// The session that was not measured, where that is what the alert is about.
    public let session: SessionID?
    public let participant: ParticipantID
    public let instrument: InstrumentID?
    /// Who answers for it.
    public package(set) var clinician: String
    public let cause: EventID
    public package(set) var traceparent: String?
    public let urgency: AlertUrgency?
    public let raisedAt: Timestamp
    public package(set) var status: Status
    /// By when somebody was to answer at first.
    public let firstDueAt: Timestamp
    public package(set) var dueAt: Timestamp
    public package(set) var escalationLevel: Int
    public package(set) var audience: AlertAudience?
    public package(set) var isLadderEnded = false
    public package(set) var opening: Answer?
    public package(set) var acknowledgement: Answer?
    public package(set) var assignments = 0
    public package(set) var reviewEntries = 0
    public package(set) var reviewedAt: Timestamp?
    /// When the first rating after the review came.
    public package(set) var followedUpAt: Timestamp?
    public package(set) var closing: Closing?

    package init(
        id: AlertID, episode: EpisodeID, site: SiteID, kind: AlertKind, rule: String, rating: RatingID?,
        session: SessionID? = nil, participant: ParticipantID, instrument: InstrumentID?, clinician: String, cause: EventID,
        traceparent: String?, urgency: AlertUrgency?, raisedAt: Timestamp, status: Status = .raised,
        firstDueAt: Timestamp, dueAt: Timestamp, escalationLevel: Int = 0
    ) {
        self.id = id
        self.episode = episode
        self.site = site
        self.kind = kind
        self.rule = rule
        self.rating = rating
        self.session = session
        self.participant = participant
        self.instrument = instrument
        self.clinician = clinician
        self.cause = cause
        self.traceparent = traceparent
        self.urgency = urgency
        self.raisedAt = raisedAt
        self.status = status
        self.firstDueAt = firstDueAt
        self.dueAt = dueAt
        self.escalationLevel = escalationLevel
    }

    public typealias Status = AlertLife.Status
    public typealias Answer = AlertLife.Answer
    public typealias Closing = AlertLife.Closing

    /// Nobody has answered, and the time for it is over.
    public func isOverdue(at now: Timestamp) -> Bool { status.isUnanswered && firstDueAt <= now }
}
