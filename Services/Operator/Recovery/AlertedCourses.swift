import Catalogue
import Contracts
import Domain
import Persistence

/// What alerting keeps of courses: what spoke after the newest trajectory event that it has looked at.
///
/// A course is folded to the version that alerting has looked at. One that alerting does not hold is folded to what
/// was recorded before `settled`, and no further: trajectories may be on their way, and alerting would take them for
/// old ones and raise nothing.
struct AlertedCourses: Projection {
    let catalogue: Catalogue
    let settled: Timestamp
    let name = "alerted courses"
    let tables = [ProjectedTable.course]
    let shadows = ["rebuild.course"]
    let hold: Statement = "select rebuild.hold_batches('alerting')"

    func stale(_ episodes: [EpisodeID], on connection: Connection) throws -> [EpisodeID] {
        try connection.run(
            """
            select k.episode_id from unnest($1::uuid[]) as k (episode_id)
            where exists (
                select from (select * from alerting.course where episode_id = k.episode_id) o
                full join (select * from rebuild.course where episode_id = k.episode_id) n
                    using (episode_id, participant_id, instrument, instrument_version)
                where o.version is distinct from n.version)
            """, [.ids(episodes)]
        ).map { try $0.id(0) }
    }

    func fold(_ episodes: [EpisodeID], on connection: Connection) throws -> [UnfoldedEpisode] {
        let held = try held(episodes, on: connection)
        let ranges = episodes.sorted().map { Ledger.StreamRange(stream: $0, firstVersion: 1, lastVersion: .max) }
        var rows: [(episode: EpisodeID, key: CourseKey, standing: Standing)] = []
        var unfolded: [UnfoldedEpisode] = []
        for events in try Ledger.events(in: ranges, category: .episode, on: connection).chunked(by: \.stream) {
            guard let episode = events.first?.stream else { continue }
            let versions = held[episode] ?? [:]
            var fold = EpisodeFold(catalogue: catalogue)
            var standing: [CourseKey: Standing] = [:]
            for event in events {
                do {
                    guard let update = try fold.apply(event) else { continue }
                    let isSeen = versions[update.key].map { event.version <= $0 } ?? (event.recordedAt < settled)
                    guard isSeen else { continue }
                    standing[update.key] = Standing(
                        version: event.version, signals: update.course.signals(causedBy: update.rating))
                } catch {
                    // What alerting has not come to either does no harm.
                    if versions.values.contains(where: { $0 >= event.version }) {
                        unfolded.append(UnfoldedEpisode(episode: episode, version: event.version, reason: "\(error)"))
                    }
                    break
                }
            }
            rows += standing.sorted { $0.key < $1.key }.map { (episode, $0.key, $0.value) }
        }
        try connection.run("delete from rebuild.course where episode_id = any($1)", [.ids(episodes)])
        try connection.run(
            """
            insert into rebuild.course (episode_id, participant_id, instrument, instrument_version, version, signals)
            select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::bytea[])
            """,
            [
                .ids(rows.map(\.episode)), .ids(rows.map(\.key.participant)), .texts(rows.map(\.key.instrument.id.text)),
                .texts(rows.map(\.key.instrument.version)), .int64s(rows.map(\.standing.version)),
                .byteArrays(try rows.map { try TrajectoryCodec.encode($0.standing.signals) }),
            ])
        return unfolded
    }

    private struct Standing {
        let version: Int64
        let signals: [Signal]
    }

    /// The versions that alerting holds.
    private func held(_ episodes: [EpisodeID], on connection: Connection) throws -> [EpisodeID: [CourseKey: Int64]] {
        var held: [EpisodeID: [CourseKey: Int64]] = [:]
        for row in try connection.run(
            """
            select episode_id, participant_id, instrument, instrument_version, version
            from alerting.course where episode_id = any($1)
            """, [.ids(episodes)])
        {
            let instrument = InstrumentReference(id: InstrumentID(unchecked: try row.text(2)), version: try row.text(3))
            held[try row.id(0), default: [:]][CourseKey(participant: try row.id(1), instrument: instrument)] =
                try row.int64(4)
        }
        return held
    }
}
