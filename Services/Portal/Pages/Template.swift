/// The templates of the pages, `Templates/<name>.mustache`.
///
/// Texts stand in a template as `{{t.chart.title}}`, values as `{{name}}`, both escaped. `{{{name}}}` is for markup
/// that the portal itself has made, such as a graph. A new template has two lines here.
enum Template: String, CaseIterable, Sendable {
    case layout
    case attention
    case consents
    case alert
    case alertList = "alert-list"
    case alerts
    case caseload
    case checkInClosed = "check-in-closed"
    case checkInMeasure = "check-in-measure"
    case checkInOpen = "check-in-open"
    case checkInSummary = "check-in-summary"
    case checkInUnworded = "check-in-unworded"
    case invite
    case invited
    case kiosk
    case audit
    case auditEpisode = "audit-episode"
    case auditEvent = "audit-event"
    case course
    case courseTable = "course-table"
    case episode
    case fault
    case findings
    case joint
    case looks
    case my
    case preferences
    case raters
    case ratings
    case session
    case operations
    case operationsFigures = "operations-figures"
    case network
    case reflection
    case signIn = "sign-in"
    case supervision
    case welcome

    var source: [UInt8] {
        switch self {
        case .layout: PackageResources.layout_mustache
        case .attention: PackageResources.attention_mustache
        case .consents: PackageResources.consents_mustache
        case .alert: PackageResources.alert_mustache
        case .alertList: PackageResources.alert_list_mustache
        case .alerts: PackageResources.alerts_mustache
        case .caseload: PackageResources.caseload_mustache
        case .checkInClosed: PackageResources.check_in_closed_mustache
        case .checkInMeasure: PackageResources.check_in_measure_mustache
        case .checkInOpen: PackageResources.check_in_open_mustache
        case .checkInSummary: PackageResources.check_in_summary_mustache
        case .checkInUnworded: PackageResources.check_in_unworded_mustache
        case .invite: PackageResources.invite_mustache
        case .invited: PackageResources.invited_mustache
        case .kiosk: PackageResources.kiosk_mustache
        case .audit: PackageResources.audit_mustache
        case .auditEpisode: PackageResources.audit_episode_mustache
        case .auditEvent: PackageResources.audit_event_mustache
        case .course: PackageResources.course_mustache
        case .courseTable: PackageResources.course_table_mustache
        case .episode: PackageResources.episode_mustache
        case .fault: PackageResources.fault_mustache
        case .findings: PackageResources.findings_mustache
        case .joint: PackageResources.joint_mustache
        case .looks: PackageResources.looks_mustache
        case .my: PackageResources.my_mustache
        case .preferences: PackageResources.preferences_mustache
        case .raters: PackageResources.raters_mustache
        case .ratings: PackageResources.ratings_mustache
        case .session: PackageResources.session_mustache
        case .operations: PackageResources.operations_mustache
        case .operationsFigures: PackageResources.operations_figures_mustache
        case .network: PackageResources.network_mustache
        case .reflection: PackageResources.reflection_mustache
        case .signIn: PackageResources.sign_in_mustache
        case .supervision: PackageResources.supervision_mustache
        case .welcome: PackageResources.welcome_mustache
        }
    }
}
