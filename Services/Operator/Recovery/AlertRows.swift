import Contracts
import Domain
import Persistence

/// The newest state of every alert, folded from its events. Alerting writes both in one transaction, so that the
/// events always lead to the rows.
struct AlertRows: Projection {
    let name = "alerts"
    let tables = [ProjectedTable.alert]
    let shadows = ["rebuild.alert", "rebuild.alert_stream"]
    // Positions first, as batches do it.
    let hold: Statement = "select rebuild.hold_batches('alerting'), rebuild.hold_alerts()"

    func stale(_ episodes: [EpisodeID], on connection: Connection) throws -> [EpisodeID] {
        try connection.run(
            """
            select k.episode_id from unnest($1::uuid[]) as k (episode_id)
            cross join lateral (select coalesce(max(e.version), 0) as version from published.event e
                                where e.category = 2 and e.stream_id = k.episode_id) h
            left join rebuild.alert_stream n on n.episode_id = k.episode_id
            where h.version <> coalesce(n.version, 0)
            """, [.ids(episodes)]
        ).map { try $0.id(0) }
    }

    func fold(_ episodes: [EpisodeID], on connection: Connection) throws -> [UnfoldedEpisode] {
        let ranges = episodes.sorted().map { Ledger.StreamRange(stream: $0, firstVersion: 1, lastVersion: .max) }
        var alerts: [FoldedAlert] = []
        var reached: [(episode: EpisodeID, version: Int64)] = []
        var unfolded: [UnfoldedEpisode] = []
        for events in try Ledger.events(in: ranges, category: .alert, on: connection).chunked(by: \.stream) {
            guard let last = events.last else { continue }
            var fold = AlertFold()
            do throws(AlertFoldFault) {
                for event in events { try fold.apply(event) }
            } catch {
                unfolded.append(UnfoldedEpisode(episode: last.stream, version: error.version, reason: error.description))
                continue
            }
            alerts += fold.alerts
            reached.append((last.stream, last.version))
        }
        for shadow in shadows {
            try connection.run(Statement("delete from \(shadow) where episode_id = any($1)"), [.ids(episodes)])
        }
        try FoldedAlert.insert(alerts, on: connection)
        try connection.run(
            "insert into rebuild.alert_stream (episode_id, version) select * from unnest($1::uuid[], $2::bigint[])",
            [.ids(reached.map(\.episode)), .int64s(reached.map(\.version))])
        return unfolded
    }
}
