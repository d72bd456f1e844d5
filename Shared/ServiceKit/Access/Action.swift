/// What somebody may want to do, and who may: the one place where roles are given rights.
///
/// Routes name the action; the table of docs/access.md and the tests of every route follow from this. Which sites' data an
/// action reaches is no part of it: row-level security holds that.
public enum Action: String, CaseIterable, Sendable {
    case record, readEpisode
    case readAlerts, answerAlerts, withdrawAlerts, readRecords
    case readInbox, readLog
    case seeOwnCourse, seeCaseload, seeCourse, recordInPages, invite
    case seeAlerts, seeOwnPractice, seeSharedPractice, supervise, seeFigures, audit, operate

    /// Who may, in the order in which somebody with several of the roles is taken to act.
    public var roles: [Role] {
        switch self {
        case .record, .readEpisode: [.clinician, .supervisor, .siteAdmin, .integration]
        case .readAlerts: [.clinician, .supervisor, .siteAdmin, .networkAdmin, .auditor, .operator]
        case .answerAlerts: [.clinician, .supervisor, .siteAdmin]
        case .withdrawAlerts: [.supervisor, .siteAdmin]
        case .readRecords: Action.readAlerts.roles + [.integration]
        case .readInbox: Role.allCases.filter { $0 != .client }
        case .readLog: [.auditor, .operator, .networkAdmin]
        case .seeOwnCourse: [.client]
        case .seeCaseload, .seeOwnPractice: [.clinician]
        case .seeCourse, .invite: [.clinician, .supervisor]
        case .recordInPages: [.clinician]
        case .seeAlerts: Action.answerAlerts.roles
        // Whoever it is shared with sees it, for everybody else it is not there.
        case .seeSharedPractice: [.supervisor] + Role.allCases.filter { $0 != .supervisor }
        case .supervise: [.supervisor]
        case .seeFigures: [.siteAdmin, .networkAdmin]
        case .audit: [.auditor]
        case .operate: [.operator]
        }
    }

    /// What it is, for the table of rights.
    public var meaning: String {
        switch self {
        case .record: "record episodes, ratings and what belongs to them"
        case .readEpisode: "read how an episode stands, without answers"
        case .readAlerts: "read alerts and support reviews"
        case .answerAlerts: "open, acknowledge, assign, review and resolve alerts"
        case .withdrawAlerts: "withdraw alerts; give a clinician's alerts to another"
        case .readRecords: "read alerts and messages as FHIR resources"
        case .readInbox: "read one's own inbox"
        case .readLog: "read checkpoints and proofs of the audit log"
        case .seeOwnCourse: "see one's own course and who has looked at it; agree to a joint graph"
        case .seeCaseload: "see who needs attention today among one's own clients"
        case .seeCourse: "see the course of an episode"
        case .recordInPages: "record sessions, ratings and talks; record consent"
        case .invite: "invite a client to a check-in"
        case .seeAlerts: "see and answer alerts in pages"
        case .seeOwnPractice: "see one's own practice, and share it"
        case .seeSharedPractice: "see a practice that is shared with oneself"
        case .supervise: "see what is flagged for supervision, and fidelity"
        case .seeFigures: "see figures of sites and network"
        case .audit: "see histories, proofs and accesses; take evidence away"
        case .operate: "see how the pipeline stands"
        }
    }
}
