import Contracts
import Domain

/// An episode that asks for supervision, with what asks for it.
struct SupervisionCase: Sendable {
    enum Reason: Hashable, Sendable {
        /// In a review somebody chose to bring it, or to hand it over.
        case asked(SupportActionID, on: CalendarDay)
        /// Nobody answered an alert in time, so that it was passed on.
        case passedOn(AlertKind)
        /// An alert about the course is open, so many sessions were held since, and no review was finished.
        case withoutReview(AlertKind, sessions: Int)
    }

    /// Actions of a support review that bring a case to supervision.
    static let actions: Set<String> = ["alliance.supervision", "care.hand-over"]
    /// A choice is shown for so many days.
    static let daysOfChoice = 60
    /// Sessions after an alert by which a review should be finished (Attune's own).
    static let sessionsForReview = 2
    /// Alerts that lead into a review and cannot wait for long.
    static let reviewed: Set<AlertKind> = [.deteriorating, .notOnTrack]

    let episode: EpisodeID
    let site: SiteID
    let clinician: String
    /// At least one.
    let reasons: [Reason]

    /// The gravest first: what can wait least.
    var precedence: Int {
        reasons.map { reason in
            switch reason {
            case .passedOn(let kind), .withoutReview(let kind, _): kind.precedence
            case .asked: AlertKind.allCases.count
            }
        }.min() ?? .max
    }

    /// Nil where nothing asks for supervision.
    /// - Parameters:
    ///   - alerts: of the episode: the open ones, and those with a review.
    ///   - choices: actions of reviews, with the day they were chosen.
    init?(
        _ found: EpisodeCase, alerts: [SupervisedAlert], choices: [(action: SupportActionID, day: CalendarDay)],
        today: CalendarDay
    ) {
        var reasons: [Reason] = []
        for alert in alerts.filter(\.status.isOpen).sorted(by: { $0.kind < $1.kind }) {
            if alert.status.isUnanswered, alert.escalations > 0 { reasons.append(.passedOn(alert.kind)) }
            if Self.reviewed.contains(alert.kind), alert.reviewedAt == nil {
                let held = found.view.sessions.count { $0.day > alert.raisedAt.day }
                if held >= Self.sessionsForReview { reasons.append(.withoutReview(alert.kind, sessions: held)) }
            }
        }
        for choice in choices where Self.actions.contains(choice.action.text) {
            if today.days(since: choice.day) <= Self.daysOfChoice { reasons.append(.asked(choice.action, on: choice.day)) }
        }
        guard !reasons.isEmpty else { return nil }
        (episode, site, clinician) = (found.episode, found.site, found.clinician)
        self.reasons = reasons
    }
}

/// An alert as far as supervision looks at it.
struct SupervisedAlert: Sendable {
    let id: AlertID
    let episode: EpisodeID
    let site: SiteID
    let kind: AlertKind
    let status: AlertLife.Status
    let clinician: String
    let raisedAt: Timestamp
    let firstDueAt: Timestamp
    let escalations: Int
    let hasReview: Bool
    let reviewedAt: Timestamp?

    /// Nobody has answered by the time that was given at first.
    func isOverdue(at now: Timestamp) -> Bool { status.isUnanswered && firstDueAt <= now }
}
