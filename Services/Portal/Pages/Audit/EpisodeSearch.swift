import Domain
import HummingbirdCore
import Persistence
import ServiceKit

/// What somebody has typed to find an episode: its id, or the six digits by which pages call it, with the site.
struct EpisodeSearch: Sendable {
    let text: String
    let site: SiteID?

    init(_ uri: URI) {
        let query = uri.queryParameters
        text = String(query["episode"].map { String($0).filter { !$0.isWhitespace } }?.prefix(64) ?? "")
        site = query["site"].flatMap { SiteID(String($0)) }
    }

    var isEmpty: Bool { text.isEmpty }

    var id: EpisodeID? { EpisodeID(text) }

    /// Nil for what cannot be the end of an id.
    private var code: String? {
        let code = text.lowercased()
        return code.utf8.count == 6 && code.allSatisfy { $0.isASCII && $0.isHexDigit } ? code : nil
    }

    /// Those of the scope that are called so; at most twenty.
    func episodes(on connection: Connection) throws -> [EpisodeID] {
        guard let code, let site else { return [] }
        let ids: [EpisodeID] = try connection.run(
            "select published.episodes_by_code($1, $2)", [.text(site.text), .text(code)]
        ).map { try $0.id(0) }
        // Two statements: joined, the planner would rather read all episodes of the site.
        return ids.isEmpty ? [] : try connection.run(Self.ofScope, [.ids(ids)]).map { try $0.id(0) }
    }

    private static let ofScope: Statement = """
        select episode_id from published.portal_episode where episode_id = any($1) order by episode_id
        """
}
