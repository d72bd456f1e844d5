import Contracts
import Domain
import Persistence

/// Episodes and courses in schema `scoring`: read for a batch, written once per row and batch.
enum CourseStore {
    /// The episodes that are stored, without their courses.
    static func episodes(_ ids: Set<EpisodeID>, on connection: Connection) throws -> [EpisodeID: ScoredEpisode] {
        var episodes: [EpisodeID: ScoredEpisode] = [:]
        for row in try connection.run(selectEpisodes, [.ids(ids.sorted())]) {
            let id: EpisodeID = try row.id(0)
            let scoring = EpisodeScoring(
                version: try row.int64(2), participants: try TrajectoryCodec.decodeParticipants(try row.bytes(3)))
            episodes[id] = ScoredEpisode(id: id, site: SiteID(unchecked: try row.text(1)), scoring: scoring)
        }
        return episodes
    }

    /// The stored courses among those needed, with their episodes.
    static func courses(
        _ needs: CourseNeeds, on connection: Connection
    ) throws -> [(place: CourseNeeds.Place, trajectory: Trajectory)] {
        var courses: [(place: CourseNeeds.Place, trajectory: Trajectory)] = []
        if !needs.courses.isEmpty {
            let places = Array(needs.courses)
            courses += try read(
                connection.run(
                    selectCourses,
                    [
                        .ids(places.map(\.episode)), .ids(places.map(\.course.participant)),
                        .texts(places.map(\.course.instrument.id.text)), .texts(places.map(\.course.instrument.version)),
                    ]))
        }
        if !needs.episodes.isEmpty {
            courses += try read(connection.run(selectCoursesOfEpisodes, [.ids(needs.episodes.sorted())]))
        }
        return courses
    }

    private static func read(_ rows: Rows) throws -> [(place: CourseNeeds.Place, trajectory: Trajectory)] {
        try rows.map { row in
            let instrument = InstrumentReference(id: InstrumentID(unchecked: try row.text(2)), version: try row.text(3))
            let key = CourseKey(participant: try row.id(1), instrument: instrument)
            let place = CourseNeeds.Place(episode: try row.id(0), course: key)
            let body = try row.bytes(4)
            do throws(MalformedEvent) {
                return (place, try CourseCodec.decode(body))
            } catch {
                throw UnreadableCourse.undecodable(error)
            }
        }
    }

    static func save(_ episodes: [ScoredEpisode], on connection: Connection) throws {
        guard !episodes.isEmpty else { return }
        try connection.run(
            upsertEpisodes,
            [
                .ids(episodes.map(\.id)), .texts(episodes.map(\.site.text)), .int64s(episodes.map(\.scoring.version)),
                .byteArrays(try episodes.map { try TrajectoryCodec.encode($0.scoring.participants) }),
            ])
        var rows: [(episode: ScoredEpisode, key: CourseKey, version: Int64, trajectory: Trajectory)] = []
        for episode in episodes {
            for (key, version) in episode.touched.sorted(by: { $0.key < $1.key }) {
                guard let course = episode.scoring.courses[key] else { continue }
                rows.append((episode, key, version, course.trajectory))
            }
        }
        guard !rows.isEmpty else { return }
        try connection.run(
            upsertCourses,
            [
                .ids(rows.map(\.episode.id)), .ids(rows.map(\.key.participant)),
                .texts(rows.map(\.key.instrument.id.text)), .texts(rows.map(\.key.instrument.version)),
                .texts(rows.map(\.episode.site.text)), .int32s(rows.map { Int32($0.trajectory.points.count) }),
                .int16s(rows.map(\.trajectory.storedState)),
                .int64s(rows.map(\.version)),
                .byteArrays(try rows.map { try CourseCodec.encode($0.trajectory) }),
            ])
    }

    private static let selectEpisodes: Statement =
        "select episode_id, site, version, participants from scoring.episode where episode_id = any($1)"

    // A lookup for each course, and never a join that the planner may turn into a walk over the whole table.
    private static let selectCourses: Statement = """
        select t.episode_id, t.participant_id, t.instrument, t.instrument_version, t.body
        from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[])
            as k (episode_id, participant_id, instrument, instrument_version)
        cross join lateral (
            select * from scoring.trajectory n
            where n.episode_id = k.episode_id and n.participant_id = k.participant_id
              and n.instrument = k.instrument and n.instrument_version = k.instrument_version
            limit 1
        ) t
        """

    private static let selectCoursesOfEpisodes: Statement = """
        select episode_id, participant_id, instrument, instrument_version, body
        from scoring.trajectory where episode_id = any($1)
        """

    // Sorted by key, so that two workers never lock the same rows crosswise.

    private static let upsertEpisodes: Statement = """
        insert into scoring.episode as e (episode_id, site, version, participants)
        select * from unnest($1::uuid[], $2::text[], $3::bigint[], $4::bytea[])
        on conflict (episode_id) do update set version = excluded.version, participants = excluded.participants
        """

    private static let upsertCourses: Statement = """
        insert into scoring.trajectory as t
            (episode_id, participant_id, instrument, instrument_version, site, point_count, state, version, body)
        select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::smallint[],
                             $8::bigint[], $9::bytea[])
        on conflict (episode_id, participant_id, instrument, instrument_version) do update
        set point_count = excluded.point_count, state = excluded.state, version = excluded.version, body = excluded.body
        """
}
