import Domain
import Persistence

/// The episodes that a rebuild is about, a page at a time: in the order in which they were opened, so that work can
/// go on behind the last page done.
struct LedgerScope {
    /// Nil for all.
    let sites: [SiteID]?
    var pageSize = 200

    static let lanes: [Lane] = [.episode, .episodeBackfill]

    struct Page {
        let lane: Lane
        let episodes: [EpisodeID]
        /// Position of the last opening of the page.
        let position: Int64
    }

    var text: String { sites.map { $0.map(\.text).sorted().joined(separator: " ") } ?? "all sites" }

    /// Pages of what has been opened until now, behind those that were done before.
    func forEachPage(
        _ title: String, after reached: [Lane: Int64] = [:], on connection: Connection, _ body: (Page) throws -> Void
    ) throws {
        let heads = try Self.lanes.map { (lane: $0, head: try head(of: $0, on: connection)) }
        var bar = ProgressBar(title, total: Int(heads.reduce(0) { $0 + $1.head }))
        defer { bar.end() }
        var passed: Int64 = 0
        for (lane, head) in heads {
            var position = reached[lane] ?? 0
            while let page = try page(of: lane, after: position, through: head, on: connection) {
                try body(page)
                position = page.position
                bar.advance(to: Int(passed + position))
            }
            passed += head
            bar.advance(to: Int(passed))
        }
    }

    /// Episodes that a table holds and the ledger does not know, a page at a time. They belong to no site.
    func forEachOrphanPage(of table: ProjectedTable, on connection: Connection, _ body: ([EpisodeID]) throws -> Void) throws {
        guard sites == nil else { return }
        let statement = Statement(
            """
            select distinct o.episode_id from \(table.name) o
            where o.episode_id > $1
              and not exists (select from published.event e where e.category = 1 and e.stream_id = o.episode_id)
            order by 1 limit $2
            """)
        var last = EpisodeID("00000000-0000-0000-0000-000000000000")
        while let after = last {
            let episodes: [EpisodeID] = try connection.run(statement, [.id(after), .int64(Int64(pageSize))])
                .map { try $0.id(0) }
            if !episodes.isEmpty { try body(episodes) }
            last = episodes.last
        }
    }

    private func head(of lane: Lane, on connection: Connection) throws -> Int64 {
        try connection.run(
            "select head from published.lane where category = $1 and backfill = $2",
            [.int16(lane.category.rawValue), .bool(lane.backfill)]
        ).only().int64(0)
    }

    /// Nil behind the last one.
    private func page(
        of lane: Lane, after position: Int64, through head: Int64, on connection: Connection
    ) throws -> Page? {
        let rows = try connection.run(
            """
            select position, stream_id from published.event
            where category = $1 and backfill = $2 and position > $3 and position <= $4 and version = 1
              and ($5::text[] is null or site = any($5))
            order by position limit $6
            """,
            [
                .int16(lane.category.rawValue), .bool(lane.backfill), .int64(position), .int64(head),
                sites.map { .texts($0.map(\.text)) } ?? .null, .int64(Int64(pageSize)),
            ])
        guard let last = rows.last else { return nil }
        return Page(lane: lane, episodes: try rows.map { try $0.id(1) }, position: try last.int64(0))
    }
}
