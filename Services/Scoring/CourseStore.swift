import Catalogue
import Contracts
import Domain
import Persistence
import ServiceKit

/// Episodes and courses in schema `scoring`: read for a batch, written once per row and batch.
enum CourseStore {
    static func load(
        _ ids: Set<EpisodeID>, catalogue: Catalogue, on connection: Connection
    ) throws -> [EpisodeID: ScoredEpisode] {
        let wanted = Parameter.ids(ids.sorted())
        var courses: [EpisodeID: [CourseKey: Trajectory]] = [:]
        for row in try connection.run(selectCourses, [wanted]) {
            let instrument = InstrumentReference(id: InstrumentID(unchecked: try row.text(2)), version: try row.text(3))
            let key = CourseKey(participant: try row.id(1), instrument: instrument)
            courses[try row.id(0), default: [:]][key] = try TrajectoryCodec.decodeCourse(try row.bytes(4))
        }
        var episodes: [EpisodeID: ScoredEpisode] = [:]
        for row in try connection.run(selectEpisodes, [wanted]) {
            let id: EpisodeID = try row.id(0)
            let participants = try TrajectoryCodec.decodeParticipants(try row.bytes(3))
            let restored = try restore(courses[id] ?? [:], of: participants, catalogue: catalogue)
            episodes[id] = ScoredEpisode(
                id: id, site: SiteID(unchecked: try row.text(1)),
                scoring: EpisodeScoring(version: try row.int64(2), participants: participants, courses: restored))
        }
        return episodes
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
                .int16s(rows.map { $0.trajectory.points.isEmpty ? 0 : $0.trajectory.state.number }),
                .int64s(rows.map(\.version)),
                .byteArrays(try rows.map { try TrajectoryCodec.encode($0.trajectory) }),
            ])
    }

    private static func restore(
        _ stored: [CourseKey: Trajectory], of participants: [Participant], catalogue: Catalogue
    ) throws -> [CourseKey: Course] {
        var courses: [CourseKey: Course] = [:]
        for (key, trajectory) in stored {
            guard let rater = participants.first(where: { $0.id == key.participant }),
                let basis = catalogue.basis(for: key.instrument, role: rater.role, ageBand: rater.ageBand)
            else { throw CatalogueLacksInstrument(reference: key.instrument) }
            courses[key] = Course(restoring: trajectory, on: basis)
        }
        return courses
    }

    private static let selectEpisodes: Statement =
        "select episode_id, site, version, participants from scoring.episode where episode_id = any($1)"

    private static let selectCourses: Statement = """
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

/// A course was scored with an instrument that the catalogue has lost: a fault of the deployment, not of
/// an event, so the service stops.
struct CatalogueLacksInstrument: Error, CustomStringConvertible {
    let reference: InstrumentReference
    var description: String {
        "courses were scored with \(reference), which the catalogue no longer holds; put its definition back"
    }
}
