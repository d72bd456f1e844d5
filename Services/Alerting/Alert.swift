import Contracts
import Domain

/// An alert as alerting keeps it: the newest state of what the ledger tells as a history.
struct Alert: Sendable {
    let id: AlertID
    let episode: EpisodeID
    let site: SiteID
    let kind: AlertKind
    let rule: String
    let rating: RatingID
    let participant: ParticipantID
    let instrument: InstrumentID
    let clinician: String
    let cause: EventID
    let traceparent: String?
    let raisedAt: Timestamp
    var status: Status = .raised
    var dueAt: Timestamp
    var escalationLevel = 0
    var acknowledgement: Answer?
    var closing: Closing?

    typealias Status = AlertLife.Status
    typealias Answer = AlertLife.Answer
    typealias Closing = AlertLife.Closing
}
