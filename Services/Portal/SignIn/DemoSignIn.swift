import Domain
import HTTPTypes
import Hummingbird
import ServiceKit

/// Lets whoever sits at this machine in as whomever they name, to look around.
///
/// `GET /demo-sign-in?role=clinician&subject=c-01&site=north`; for a client `episode` and `participant` as well; `to`
/// is where to go. The service refuses to start with it on an address that others reach, and a request that names
/// another host than this machine is refused: a page elsewhere could otherwise point its own name here.
struct DemoSignIn: Sendable {
    let entry: SessionEntry

    static let loopback: Set<String> = ["127.0.0.1", "localhost", "::1", "[::1]"]

    func add(to routes: RouterGroup<PageContext>) {
        routes.get("demo-sign-in", use: signIn)
    }

    private func signIn(_ request: Request, _ context: PageContext) async throws -> Response {
        guard let host = request.head.authority.map(Self.host), Self.loopback.contains(host) else { throw Problem.notFound }
        let query = request.uri.queryParameters
        guard let role = query["role"].flatMap({ Role(rawValue: String($0)) }) else {
            throw FieldError(pointer: "/role", detail: "is no role")
        }
        guard let subject = query["subject"].map(String.init), (1...200).contains(subject.utf8.count) else {
            throw FieldError(pointer: "/subject", detail: "is missing or too long")
        }
        let caller = Caller(subject: subject, sites: try Self.sites(query[values: "site"].map { String($0) }), roles: [role])
        var client: Visitor.Client?
        if role == .client {
            guard let episode = query["episode"].flatMap({ EpisodeID($0) }),
                let participant = query["participant"].flatMap({ ParticipantID($0) })
            else { throw FieldError(pointer: "/episode", detail: "and participant must say which client it is") }
            client = Visitor.Client(episode: episode, participant: participant)
        }
        var response = Pages.seeOther(LocalAddress.checked(query["to"].map(String.init)) ?? "/")
        try await entry.begin(caller, client: client, on: &response)
        return response
    }

    private static func sites(_ names: [String]) throws(FieldError) -> SiteAccess {
        if names == ["*"] { return .all }
        var sites: Set<SiteID> = []
        for name in names {
            guard let site = SiteID(name) else { throw FieldError(pointer: "/site", detail: "is not a site's name") }
            sites.insert(site)
        }
        guard !sites.isEmpty else { throw FieldError(pointer: "/site", detail: "is missing; * is for all") }
        return .some(sites)
    }

    /// Without the port.
    private static func host(_ authority: String) -> String {
        if authority.hasPrefix("[") { return String(authority.prefix { $0 != "]" }) + "]" }
        return String(authority.prefix { $0 != ":" })
    }
}
