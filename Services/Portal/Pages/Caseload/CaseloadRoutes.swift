import Contracts
import Domain
import Hummingbird
import Persistence
import ServiceKit

/// A clinician's open episodes: who needs attention today, and why.
///
/// `GET /caseload?show=all|today|soon|tidy&q=`: in the order of clinical-reference 4, and by code name among equals.
/// Nothing ranks people: an order by scores would.
struct CaseloadRoutes: Sendable {
    /// Far beyond what one clinician can treat; a list that long is not a caseload.
    private static let mostEpisodes = 400

    let parts: PageParts

    func add(to routes: RouterGroup<PageContext>) {
        routes.get("caseload", use: caseload)
    }

    private func caseload(_ request: Request, _ context: PageContext) async throws -> Response {
        let (visitor, role) = try context.visitor(to: .seeCaseload)
        let filter = CaseloadFilter(request)
        let (cases, policy) = (parts.cases, parts.policy)
        let seen = try await parts.data.look(.caseload, by: visitor, as: role) { connection, looks in
            let ids = try Self.openEpisodes(of: visitor.subject, on: connection)
            let today = looks.now.day
            let read = try cases.cases(Array(ids.prefix(Self.mostEpisodes)), asOf: today, on: connection)
            let alerts = Dictionary(grouping: try OpenAlert.all(of: ids, on: connection), by: \.episode)
            let entries = read.map { CaseloadEntry($0, alerts: alerts[$0.episode] ?? [], rules: policy($0.site).rules) }
            let shown = entries.filter(filter.shows)
            for entry in shown { looks.note(entry.episode, at: entry.site) }
            let unread = Set(ids.prefix(Self.mostEpisodes)).subtracting(read.map(\.episode)).sorted()
            return CaseloadSeen(
                shown: shown, all: ids.count, unread: unread, isCut: ids.count > Self.mostEpisodes, now: looks.now)
        }
        let words = parts.pages.words(context)
        return parts.pages.page(
            .caseload, title: words["caseload.title"], in: .caseload,
            CaseloadPage(seen: seen, filter: filter, words: words, zone: { policy($0).zone }).values, context)
    }

    private static func openEpisodes(of clinician: String, on connection: Connection) throws -> [EpisodeID] {
        try connection.run(selectOpen, [.text(clinician), .int64(Int64(mostEpisodes) + 1)]).map { try $0.id(0) }
    }

    private static let selectOpen: Statement = """
        select episode_id from published.portal_episode
        where site = any (published.scope_sites()) and clinician = $1 and closed_on is null order by episode_id limit $2
        """
}

/// What of a caseload somebody wants to see.
struct CaseloadFilter: Sendable {
    enum Show: String, CaseIterable { case all, today, soon, tidy, fine }

    let show: Show
    /// Part of a code name or of a service; empty for everything.
    let search: String

    init(_ request: Request) {
        let query = request.uri.queryParameters
        show = query["show"].flatMap { Show(rawValue: String($0)) } ?? .all
        search = query["q"].map { String($0.prefix(100)).replacing("+", with: " ") }?.lowercased() ?? ""
    }

    func shows(_ entry: CaseloadEntry) -> Bool {
        (show == .all || show == entry.group.show)
            && (search.isEmpty || entry.code.lowercased().contains(search) || entry.service.lowercased().contains(search))
    }
}

/// What the page says.
struct CaseloadSeen: Sendable {
    let shown: [CaseloadEntry]
    /// Before the filter, shown or not.
    let all: Int
    /// Open episodes whose record cannot be read.
    let unread: [EpisodeID]
    /// There are more than the page reads.
    let isCut: Bool
    let now: Timestamp
}
