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

    enum Status: String, Sendable, CaseIterable {
        case raised, acknowledged, resolved, superseded

        var isOpen: Bool { self == .raised || self == .acknowledged }
    }

    /// Who answered, and when.
    struct Answer: Hashable, Sendable {
        let actor: String
        let at: Timestamp
    }

    struct Closing: Hashable, Sendable {
        /// Nil where no person closed it.
        let actor: String?
        let at: Timestamp
        /// Raw value of `AlertOutcome` or `SupersededReason`.
        let outcome: String
    }
}
