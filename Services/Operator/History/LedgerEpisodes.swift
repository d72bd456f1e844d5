import Catalogue
import Contracts
import Domain
import Persistence

/// Whole episodes of sites from the ledger, a page at a time: no more than a page of events is ever held.
///
/// Pages follow the opening events by position; every episode of a page is then read with all its events, from
/// whatever lane. What is opened while the command runs is left out.
struct LedgerEpisodes {
    struct Episode {
        let fold: EpisodeFold
        /// False where an event cannot be applied, as scoring parks it; the fold ends before it.
        let isWhole: Bool
    }

    let sites: [SiteID]
    let catalogue: Catalogue
    let connection: Connection
    var pageSize = 200

    private static let lanes: [Lane] = [.episode, .episodeBackfill]

    /// - Parameter title: of the progress bar.
    func forEach(_ title: String, _ body: (Episode) throws -> Void) throws {
        let heads = try Self.lanes.map { (lane: $0, head: try head(of: $0)) }
        var bar = ProgressBar(title, total: Int(heads.reduce(0) { $0 + $1.head }))
        defer { bar.end() }
        var passed: Int64 = 0
        for (lane, head) in heads {
            var position: Int64 = 0
            while let page = try openings(of: lane, after: position, through: head) {
                for episode in try episodes(page.streams) { try body(episode) }
                position = page.last
                bar.advance(to: Int(passed + position))
            }
            passed += head
            bar.advance(to: Int(passed))
        }
    }

    private func episodes(_ streams: [EpisodeID]) throws -> [Episode] {
        let ranges = streams.map { Ledger.StreamRange(stream: $0, firstVersion: 1, lastVersion: .max) }
        let events = try Ledger.events(in: ranges, category: .episode, on: connection)
        return events.chunked(by: \.stream).map(episode)
    }

    private func episode(_ events: ArraySlice<LedgerEvent>) -> Episode {
        var fold = EpisodeFold(catalogue: catalogue)
        for event in events {
            do { _ = try fold.apply(event) } catch { return Episode(fold: fold, isWhole: false) }
        }
        return Episode(fold: fold, isWhole: true)
    }

    private func head(of lane: Lane) throws -> Int64 {
        try connection.run(
            "select head from published.lane where category = $1 and backfill = $2",
            [.int16(lane.category.rawValue), .bool(lane.backfill)]
        ).only().int64(0)
    }

    /// Nil behind the last one.
    private func openings(
        of lane: Lane, after position: Int64, through head: Int64
    ) throws -> (streams: [EpisodeID], last: Int64)? {
        let rows = try connection.run(
            """
            select position, stream_id from published.event
            where category = $1 and backfill = $2 and position > $3 and position <= $4 and version = 1 and site = any($5)
            order by position limit $6
            """,
            [
                .int16(lane.category.rawValue), .bool(lane.backfill), .int64(position), .int64(head),
                .texts(sites.map(\.text)), .int64(Int64(pageSize)),
            ])
        guard let last = rows.last else { return nil }
        return (try rows.map { try $0.id(1) }, try last.int64(0))
    }
}

extension Array {
    /// Neighbours with the same key, together.
    func chunked<Key: Equatable>(by key: KeyPath<Element, Key>) -> [ArraySlice<Element>] {
        var chunks: [ArraySlice<Element>] = []
        var start = startIndex
        for index in indices where index > start && self[index][keyPath: key] != self[start][keyPath: key] {
            chunks.append(self[start..<index])
            start = index
        }
        if start < endIndex { chunks.append(self[start...]) }
        return chunks
    }
}
