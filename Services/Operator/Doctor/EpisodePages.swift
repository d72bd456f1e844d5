import Domain
import Persistence

/// Episodes by id, a page at a time, from several places: also one that only one of them knows is met.
struct EpisodePages {
    enum Source {
        case ledger, scored, courses, trajectoryLeaves, alertStreams, alerts, alertedCourses
    }

    let sources: [Source]
    let site: SiteID?
    var size = 200

    /// - Parameter body: given the episodes of a page, in order.
    func forEach(
        _ title: String, into result: inout CheckResult, on connection: Connection,
        _ body: ([EpisodeID], inout CheckResult) throws -> Void
    ) throws {
        let streams = try connection.run(
            "select count(*) from published.stream where category = 1 and ($1::text is null or site = $1)",
            [.optional(site?.text)]
        ).only().int64(0)
        var bar = ProgressBar(title, total: Int(streams))
        defer { bar.end() }
        var (last, done) = (EpisodeID.lowest, 0)
        while true {
            let page: [EpisodeID] = try connection.run(
                statement, [.id(last), .int64(Int64(size)), .optional(site?.text)]
            ).map { try $0.id(0) }
            guard let end = page.last else { return }
            try body(page, &result)
            last = end
            done += page.count
            bar.advance(to: done)
        }
    }

    private var statement: Statement {
        let parts = sources.map { "(select id from (\($0.sql)) s group by id order by id limit $2)" }
        return Statement("select id from (\(parts.joined(separator: " union "))) found order by id limit $2")
    }
}

extension EpisodePages.Source {
    /// Ids behind `$1`, of site `$3` where that is not null.
    fileprivate var sql: String {
        switch self {
        case .ledger: streams(category: 1)
        case .alertStreams: streams(category: 2)
        case .scored: rows(of: "published.scored_episode", Self.ofSite)
        case .courses: rows(of: "published.trajectory", Self.ofSite)
        case .alerts: rows(of: "published.alert", Self.ofSite)
        case .trajectoryLeaves:
            rows(of: "published.audit_leaf", "\(Self.ofSite) and type = 'attune.trajectory.updated.v1'")
        case .alertedCourses:
            rows(
                of: "published.alerted_course",
                "($3::text is null or episode_id in (select e.episode_id from published.episode e where e.site = $3))")
        }
    }

    private static let ofSite = "($3::text is null or site = $3)"

    private func streams(category: Int) -> String {
        "select stream_id as id from published.stream where category = \(category) and stream_id > $1 and \(Self.ofSite)"
    }

    private func rows(of view: String, _ condition: String) -> String {
        "select episode_id as id from \(view) where episode_id > $1 and \(condition)"
    }
}
