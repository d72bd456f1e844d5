import Domain
import FoundationEssentials
import Hummingbird
import ServiceKit

/// What the pages about check-ins share.
struct CheckInParts: Sendable {
    let parts: PageParts
    let invitations: InvitationStore
    let seal: InvitationSeal
    /// The portal's address as browsers reach it, without a slash at its end.
    let base: String
    /// Whether the installation can seal a client's own words.
    let takesComments: Bool

    /// A check-in takes minutes; a phone that lies about is soon of no use to anybody else.
    static let sessionLifetime: Duration = .seconds(3600)
    /// How long the browser in which a check-in began may go on with it, though its session has ended.
    static let resumption: Duration = .seconds(7200)

    init(_ parts: PageParts, settings: Settings) {
        self.parts = parts
        invitations = InvitationStore(
            pool: parts.data.pool, linkLifetime: settings[PortalSettings.linkLifetime],
            codeLifetime: settings[PortalSettings.codeLifetime])
        seal = InvitationSeal(key: parts.key)
        var base = settings[PortalSettings.address].absoluteString
        while base.hasSuffix("/") { base.removeLast() }
        self.base = base
        takesComments = settings[PortalSettings.contentKeys] != nil
    }

    /// The path of a check-in's pages.
    func path(of id: InvitationID) -> String { "/check-in/\(seal.token(of: id))" }

    /// Begins the session in which the client answers, and leads to the first measure.
    func enter(_ invitation: Invitation, keepsIn ownBrowser: Bool, _ request: Request, _ context: PageContext) async throws
        -> Response
    {
        let caller = Caller(
            subject: invitation.participant.description, sites: .some([invitation.site]), roles: [.client])
        var response = Pages.seeOther(path(of: invitation.id) + "/next")
        try await parts.entry.begin(
            caller, client: invitation.client, language: language(of: invitation, request, context),
            lifetime: Self.sessionLifetime, on: &response)
        if ownBrowser {
            parts.entry.cookies.set(
                .checkIn, to: seal.keepsake(of: invitation.id), lifetime: Int(Self.resumption.components.seconds),
                on: &response)
        } else {
            parts.entry.cookies.remove(.checkIn, on: &response)
        }
        return response
    }

    /// What the reader has chosen in this browser, else what the invitation expects.
    func language(of invitation: Invitation, _ request: Request, _ context: PageContext) -> Language {
        parts.entry.cookies.value(.language, in: request) == nil ? invitation.language : context.language
    }

    func isKept(_ id: InvitationID, in request: Request) -> Bool {
        seal.isKeepsake(parts.entry.cookies.value(.checkIn, in: request), of: id)
    }
}

extension PortalSettings {
    static let linkLifetime = Setting.duration(
        "ATTUNE_CHECK_IN_LINK_LIFETIME", "How long the link to a check-in can be opened.", default: "168h",
        in: .seconds(60) ... .seconds(90 * 86_400))
    static let codeLifetime = Setting.duration(
        "ATTUNE_CHECK_IN_CODE_LIFETIME", "How long the code of a check-in can be typed at a shared device.",
        default: "30m", in: .seconds(60) ... .seconds(86_400))
}
