import Catalogue
import Hummingbird
import Logging
import Persistence
import ServiceKit

/// All addresses of the portal, behind the rules that hold for every page.
struct PortalRoutes {
    private let parts: PageParts
    /// Samples the pipeline while it runs.
    let operations: OperationsWatch
    private let cookies: Cookies
    private let sessions: SessionStore
    private let openID: OpenIDConnect?
    private let hasDemoSignIn: Bool
    private let watch: AlertWatch
    private let checkIn: CheckInParts

    /// - Parameters:
    ///   - pool: of the role `attune_portal`.
    ///   - commands: what the pages may record and answer.
    /// - Throws: `SettingsError`; the errors of message files and templates.
    init(
        _ settings: Settings, catalogue: @escaping @Sendable () -> Catalogue, pool: ConnectionPool, commands: Commands,
        logger: Logger
    ) throws {
        let key = try settings.portalKey()
        try settings.refuseOpenDemo()
        hasDemoSignIn = settings[PortalSettings.demoSignIn]
        let cookies = Cookies(for: settings[PortalSettings.address])
        let sessions = SessionStore(
            pool: pool, idleLimit: settings[PortalSettings.idleLimit], sessionLimit: settings[PortalSettings.sessionLimit])
        openID = settings.openID(logger: logger)
        parts = PageParts(
            pages: try Pages(idleLimit: settings[PortalSettings.idleLimit], logger: logger), data: ClientData(pool: pool),
            cases: CaseReading(catalogue: catalogue), commands: commands,
            clientWords: ClientWords(masters: try settings.contentMasters(), commands: commands),
            catalogue: catalogue, policy: commands.policy, texts: try settings.texts(catalogue()),
            logKeys: try settings.logKeys(), address: settings.portalAddress, key: key,
            entry: SessionEntry(key: key, cookies: cookies, sessions: sessions), logger: logger)
        watch = AlertWatch(pool: pool, logger: logger)
        checkIn = CheckInParts(parts, settings: settings)
        operations = OperationsWatch(pool: pool, ends: try settings.topicEnds(logger: logger), logger: logger)
        self.cookies = cookies
        self.sessions = sessions
    }

    func add(to http: ServiceHTTP) { add(to: http.routes.group(), rate: http.callerRate) }

    /// - Parameter rate: nil where nobody sends anything, as where only the addresses are wanted.
    func add(to service: RouterGroup<ServiceRequestContext>, rate: CallerRate? = nil) {
        let routes = service.group(context: PageContext.self)
        routes.add(middleware: PageHeaders(isSecure: cookies.isSecure))
        routes.add(middleware: PageFaults(pages: parts.pages, isOutermost: true))
        Asset.add(to: routes)
        routes.add(middleware: VisitorLookUp(key: parts.key, cookies: cookies, sessions: sessions))
        routes.add(middleware: PageFaults(pages: parts.pages, isOutermost: false))
        if let rate { routes.add(middleware: VisitorRate(rate: rate)) }
        routes.add(middleware: FormCheck(key: parts.key))
        addSignIn(to: routes)
        addPages(to: routes)
        routes.get("**") { _, _ -> Response in throw Problem.notFound }
    }

    private func addSignIn(to routes: RouterGroup<PageContext>) {
        var ways: [SignInRoutes.Way] = []
        if let openID {
            ways.append(SignInRoutes.Way(word: "signin.openid", path: "/sign-in/openid"))
            OpenIDRoutes(openID: openID, key: parts.key, cookies: cookies, entry: parts.entry).add(to: routes)
        }
        SignInRoutes(pages: parts.pages, entry: parts.entry, ways: ways, isDemo: hasDemoSignIn).add(to: routes)
        if hasDemoSignIn { DemoSignIn(entry: parts.entry).add(to: routes) }
    }

    /// A new group of pages has a line here.
    private func addPages(to routes: RouterGroup<PageContext>) {
        CaseloadRoutes(parts: parts).add(to: routes)
        EpisodeRoutes(parts: parts).add(to: routes)
        SessionRoutes(parts: parts).add(to: routes)
        MyRoutes(parts: parts).add(to: routes)
        AlertListRoutes(parts: parts, watch: watch).add(to: routes)
        AlertRoutes(parts: parts).add(to: routes)
        InvitationRoutes(checkIn: checkIn).add(to: routes)
        CheckInDoors(checkIn: checkIn).add(to: routes)
        CheckInRoutes(checkIn: checkIn).add(to: routes)
        AuditPages(parts: parts).add(to: routes)
        OperationsPages(parts: parts, watch: operations).add(to: routes)
        NetworkRoutes(parts: parts).add(to: routes)
        ReflectionRoutes(parts: parts).add(to: routes)
        SharedReflectionRoutes(parts: parts).add(to: routes)
        SupervisionRoutes(parts: parts).add(to: routes)
    }
}
