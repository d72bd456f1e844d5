import Contracts
import Domain

/// An alert as alerting keeps it: the newest state of what the ledger tells as a history.
struct Alert: Sendable {
    let id: AlertID
    let episode: EpisodeID
    let site: SiteID
    let kind: AlertKind
    let rule: String
    /// Nil where there is none: that is what the alert is about.
    let rating: RatingID?
    /// The session that was not measured, where that is what the alert is about.
    var session: SessionID?
    let participant: ParticipantID
    let instrument: InstrumentID?
    /// Who answers for it.
    var clinician: String
    let cause: EventID
    let traceparent: String?
    let urgency: AlertUrgency?
    let raisedAt: Timestamp
    var status: Status = .raised
    /// By when somebody was to answer at first.
    let firstDueAt: Timestamp
    var dueAt: Timestamp
    var escalationLevel = 0
    var audience: AlertAudience?
    var isLadderEnded = false
    var opening: Answer?
    var acknowledgement: Answer?
    var assignments = 0
    var reviewEntries = 0
    var reviewedAt: Timestamp?
    /// When the first rating after the review came.
    var followedUpAt: Timestamp?
    var closing: Closing?

    typealias Status = AlertLife.Status
    typealias Answer = AlertLife.Answer
    typealias Closing = AlertLife.Closing

    /// Nobody has answered, and the time for it is over.
    func isOverdue(at now: Timestamp) -> Bool { status.isUnanswered && firstDueAt <= now }
}
