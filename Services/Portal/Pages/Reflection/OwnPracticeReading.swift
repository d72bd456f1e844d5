import Domain
import Persistence

/// Reads the episodes behind a clinician's own figures.
struct OwnPracticeReading: Sendable {
    /// Episodes opened so long ago are looked at, and so many at most: the newest.
    static let (days, mostEpisodes) = (730, 300)

    struct Found: Sendable {
        let practice: OwnPractice
        /// There are more episodes than are looked at.
        let isCut: Bool
    }

    let cases: CaseReading

    /// - Parameters:
    ///   - site: nil for all within the scope.
    ///   - looks: is told every episode behind the figures.
    func found(
        of clinician: String, at site: SiteID? = nil, _ looks: inout Looks, on connection: Connection
    ) throws -> Found {
        let first = looks.now.day.advanced(byDays: -Self.days)
        let rows = try connection.run(
            Self.selectEpisodes,
            [.text(clinician), .day(first), .int64(Int64(Self.mostEpisodes + 1)), .optional(site?.text)])
        let episodes = try rows.prefix(Self.mostEpisodes).map { try $0.id(0, as: EpisodeID.self) }
        let found = try cases.cases(episodes, asOf: looks.now.day, on: connection)
        for one in found { looks.note(one.episode, at: one.site) }
        return Found(practice: OwnPractice(found), isCut: rows.count > Self.mostEpisodes)
    }

    private static let selectEpisodes: Statement = """
        select episode_id from published.portal_episode
        where site = any (published.scope_sites()) and clinician = $1 and opened_on >= $2 and ($4::text is null or site = $4)
        order by opened_on desc, episode_id limit $3
        """
}
