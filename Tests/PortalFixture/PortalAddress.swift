/// The addresses at which the portal shows something, as its router writes them. Whoever adds a page adds a line here
/// (a test compares these with the routes), and a stop to the tour that looks at each of them.
enum PortalAddress: String, CaseIterable, Sendable {
    case signIn = "/sign-in"
    case welcome = "/welcome"
    case caseload = "/caseload"
    case alerts = "/alerts"
    case alert = "/alerts/{alert}"
    case episode = "/episodes/{episode}"
    case joint = "/episodes/{episode}/joint"
    case session = "/episodes/{episode}/session"
    case invitations = "/episodes/{episode}/invitations"
    case reflection = "/reflection"
    case supervision = "/supervision"
    case sharedReflection = "/supervision/shared/{share}"
    case network = "/network"
    case audit = "/audit"
    case auditedEpisode = "/audit/episodes/{episode}"
    case auditedEvent = "/audit/events/{event}"
    case operations = "/operations"
    case my = "/my"
    case myJoint = "/my/joint"
    case myLooks = "/my/looks"
    case checkIn = "/check-in/{token}"
    case measure = "/check-in/{token}/m/{instrument}"
    case summary = "/check-in/{token}/summary"
    case thanks = "/check-in/thanks"
    case kiosk = "/kiosk"
    /// Whatever is not there.
    case nowhere = "/**"

    /// Addresses that answer with something else than a page.
    static let withoutPage: Set<String> = [
        // Lead elsewhere.
        "/", "/check-in/{token}/next", "/demo-sign-in", "/sign-in/openid", "/sign-in/return",
        // Parts of a page, and news about it.
        "/alerts/live", "/operations/figures",
        // Files.
        "/episodes/{episode}/graph.svg", "/my/graph.svg", "/audit/episodes/{episode}/audit-events.ndjson",
        "/audit/episodes/{episode}/evidence.tar",
    ]
}
