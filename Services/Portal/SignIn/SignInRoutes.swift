import Domain
import HTTPTypes
import Hummingbird
import ServiceKit

/// Signing in and out, choosing a language, staying signed in.
///
/// - `GET /`: where the visitor begins
/// - `GET /sign-in?to=`: how to sign in
/// - `POST /sign-out`, `POST /language` with `language` and `to`
/// - `POST /session` by script: the visitor is still there
struct SignInRoutes: Sendable {
    let pages: Pages
    let entry: SessionEntry
    /// Ways to sign in that are set up, as words for a link and its address.
    let ways: [Way]
    /// Whether links let anybody on this machine in.
    let isDemo: Bool

    struct Way: Sendable {
        /// Key of the words.
        let word: String
        let path: String
    }

    func add(to routes: RouterGroup<PageContext>) {
        routes.get("") { _, context in
            guard let visitor = context.visitor else { return Pages.seeOther("/sign-in") }
            return Pages.seeOther(Area.home(of: visitor))
        }
        routes.get("sign-in", use: signIn)
        routes.get("welcome") { _, context in
            guard context.visitor != nil else { throw SignInNeeded(address: "/") }
            return pages.page(.welcome, title: pages.words(context)["signin.noRole.title"], [:], context)
        }
        routes.post("sign-out", use: signOut)
        routes.post("language", use: chooseLanguage)
        routes.post("session") { _, context in
            // The look-up of the visitor has noted it.
            guard context.visitor != nil else { throw Problem.wrongRole }
            return Response(status: .noContent)
        }
    }

    private func signIn(_ request: Request, _ context: PageContext) async throws -> Response {
        let target = LocalAddress.checked(request.uri.queryParameters["to"].map(String.init))
        if let visitor = context.visitor { return Pages.seeOther(target ?? Area.home(of: visitor)) }
        let words = pages.words(context)
        let links = ways.map { way in
            ["name": words[way.word], "path": way.path + (target.map { "?to=" + LocalAddress.escaped($0) } ?? "")]
        }
        return pages.page(
            .signIn, title: words["signin.title"],
            ["ways": links, "hasWays": !links.isEmpty, "isDemo": isDemo, "wasSignedIn": target != nil], context)
    }

    private func signOut(_ request: Request, _ context: PageContext) async throws -> Response {
        var response = Pages.seeOther("/sign-in")
        if let visitor = context.visitor { try await entry.end(visitor, on: &response) }
        return response
    }

    private func chooseLanguage(_ request: Request, _ context: PageContext) async throws -> Response {
        guard let language = context.form["language"].flatMap(Language.init(rawValue:)) else {
            throw FieldError(pointer: "/language", detail: "is no language that the portal speaks")
        }
        var response = Pages.seeOther(LocalAddress.checked(context.form["to"]) ?? "/")
        try await entry.choose(language, context.visitor, on: &response)
        return response
    }
}

/// Begins and ends sessions, with their cookies.
struct SessionEntry: Sendable {
    let key: PortalKey
    let cookies: Cookies
    let sessions: SessionStore

    func begin(
        _ caller: Caller, client: Visitor.Client? = nil, language: Language? = nil, lifetime: Duration? = nil,
        on response: inout Response
    ) async throws {
        let id = try await sessions.begin(caller, client: client, language: language?.rawValue, lifetime: lifetime)
        cookies.set(.session, to: key.signed(id.bytes, for: .session), on: &response)
    }

    func end(_ visitor: Visitor, on response: inout Response) async throws {
        try await sessions.end(visitor.session)
        cookies.remove(.session, on: &response)
    }

    func choose(_ language: Language, _ visitor: Visitor?, on response: inout Response) async throws {
        if let visitor { try await sessions.setLanguage(language.rawValue, of: visitor.session) }
        cookies.set(.language, to: language.rawValue, lifetime: 365 * 86_400, on: &response)
    }
}
