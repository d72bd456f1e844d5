import Catalogue
import Contracts
import Domain
import Persistence

/// What scoring keeps: episodes and courses, folded from the episode events with the catalogue at hand.
///
/// Each episode is folded to the version that scoring has applied, so that a service which is behind is not told
/// that it has done what it has not; an episode that scoring does not hold, to its end.
struct ScoredCourses: Projection {
    let catalogue: Catalogue
    let name = "scoring"
    let tables = [ProjectedTable.episode, .trajectory]
    let shadows = ["rebuild.episode", "rebuild.trajectory"]
    let hold: Statement = "select rebuild.hold_batches('scoring')"

    func stale(_ episodes: [EpisodeID], on connection: Connection) throws -> [EpisodeID] {
        try connection.run(Self.targets, [.ids(episodes)]).compactMap { row in
            try row.int64(1) == row.int64(2) ? nil : try row.id(0)
        }
    }

    func fold(_ episodes: [EpisodeID], on connection: Connection) throws -> [UnfoldedEpisode] {
        var targets: [EpisodeID: Int64] = [:]
        var held: Set<EpisodeID> = []
        for row in try connection.run(Self.targets, [.ids(episodes)]) {
            targets[try row.id(0)] = try row.int64(1)
            if try row.bool(3) { held.insert(try row.id(0)) }
        }
        let ranges = targets.sorted { $0.key < $1.key }.filter { $0.value > 0 }.map {
            Ledger.StreamRange(stream: $0.key, firstVersion: 1, lastVersion: $0.value)
        }
        var rows = ScoredRows()
        var unfolded: [UnfoldedEpisode] = []
        for events in try Ledger.events(in: ranges, category: .episode, on: connection).chunked(by: \.stream) {
            guard let first = events.first else { continue }
            var fold = EpisodeFold(catalogue: catalogue)
            var touched: [CourseKey: Int64] = [:]
            for event in events {
                do {
                    if let update = try fold.apply(event) { touched[update.key] = event.version }
                } catch {
                    unfolded.append(UnfoldedEpisode(episode: first.stream, version: event.version, reason: "\(error)"))
                    break
                }
            }
            try rows.add(first.stream, site: first.site, fold.scoring, touched)
        }
        for shadow in shadows {
            try connection.run(Statement("delete from \(shadow) where episode_id = any($1)"), [.ids(episodes)])
        }
        try rows.insert(on: connection)
        // An episode that scoring does not hold is folded as far as it can be, as scoring itself would do it.
        return unfolded.filter { held.contains($0.episode) }
    }

    /// For each episode the version to fold to, the one that has been folded to, and whether scoring holds it.
    private static let targets: Statement = """
        select k.episode_id, least(h.version, coalesce(o.version, h.version)), coalesce(n.version, 0),
               o.episode_id is not null
        from unnest($1::uuid[]) as k (episode_id)
        cross join lateral (select coalesce(max(e.version), 0) as version from published.event e
                            where e.category = 1 and e.stream_id = k.episode_id) h
        left join scoring.episode o on o.episode_id = k.episode_id
        left join rebuild.episode n on n.episode_id = k.episode_id
        """
}

/// Rows of scoring, as the service writes them.
struct ScoredRows {
    private var episodes: [(id: EpisodeID, site: SiteID, scoring: EpisodeScoring)] = []
    private var courses: [(id: EpisodeID, site: SiteID, key: CourseKey, version: Int64, trajectory: Trajectory)] = []

    mutating func add(_ id: EpisodeID, site: SiteID, _ scoring: EpisodeScoring, _ touched: [CourseKey: Int64]) throws {
        guard scoring.version > 0 else { return }
        episodes.append((id, site, scoring))
        for (key, course) in scoring.courses.sorted(by: { $0.key < $1.key }) {
            guard let version = touched[key] else { continue }
            courses.append((id, site, key, version, course.trajectory))
        }
    }

    /// Into the tables beside.
    func insert(on connection: Connection) throws {
        try connection.run(
            """
            insert into rebuild.episode (episode_id, site, version, participants)
            select * from unnest($1::uuid[], $2::text[], $3::bigint[], $4::bytea[])
            """,
            [
                .ids(episodes.map(\.id)), .texts(episodes.map(\.site.text)), .int64s(episodes.map(\.scoring.version)),
                .byteArrays(try episodes.map { try TrajectoryCodec.encode($0.scoring.participants) }),
            ])
        try connection.run(
            """
            insert into rebuild.trajectory
                (episode_id, participant_id, instrument, instrument_version, site, point_count, state, version, body)
            select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::smallint[],
                                 $8::bigint[], $9::bytea[])
            """,
            [
                .ids(courses.map(\.id)), .ids(courses.map(\.key.participant)),
                .texts(courses.map(\.key.instrument.id.text)), .texts(courses.map(\.key.instrument.version)),
                .texts(courses.map(\.site.text)), .int32s(courses.map { Int32($0.trajectory.points.count) }),
                .int16s(courses.map(\.trajectory.storedState)), .int64s(courses.map(\.version)),
                .byteArrays(try courses.map { try CourseCodec.encode($0.trajectory) }),
            ])
    }
}
