import Contracts
import Domain
import Persistence

/// What speaks on each course of some episodes, as of the last trajectory event applied.
struct CourseSignals {
    private var episodes: [EpisodeID: EpisodeAlerting] = [:]
    private var changed: [EpisodeID: Set<CourseKey>] = [:]

    init(of episodes: Set<EpisodeID>, on connection: Connection) throws {
        for row in try connection.run(Self.select, [.ids(episodes.sorted())]) {
            let instrument = InstrumentReference(id: InstrumentID(unchecked: try row.text(2)), version: try row.text(3))
            let key = CourseKey(participant: try row.id(1), instrument: instrument)
            let standing = EpisodeAlerting.Standing(
                version: try row.int64(4), signals: try TrajectoryCodec.decodeSignals(try row.bytes(5)))
            self.episodes[try row.id(0), default: EpisodeAlerting()].restore(standing, of: key)
        }
    }

    /// What a course said last.
    func spoken(on course: CourseKey, of episode: EpisodeID) -> [Signal] {
        episodes[episode]?.standing(of: course).signals ?? []
    }

    /// Takes in a trajectory event.
    /// - Returns: nil where a newer one of the course is known already.
    mutating func follow(
        _ update: TrajectoryUpdate, _ event: EventEnvelope, _ surroundings: Surroundings
    ) -> [AlertDecision]? {
        let decisions = episodes[event.episode, default: EpisodeAlerting()].follow(
            update.key, version: event.sequence, saying: update.signals, open: surroundings.open,
            episodeIsOpen: surroundings.episodeIsOpen, raisedKinds: surroundings.raisedKinds)
        if decisions != nil { changed[event.episode, default: []].insert(update.key) }
        return decisions
    }

    /// Writes each changed course once, in key order.
    func save(on connection: Connection) throws {
        var rows: [(episode: EpisodeID, key: CourseKey, standing: EpisodeAlerting.Standing)] = []
        for episode in changed.keys.sorted() {
            for key in (changed[episode] ?? []).sorted() {
                if let standing = episodes[episode]?.standing(of: key) { rows.append((episode, key, standing)) }
            }
        }
        guard !rows.isEmpty else { return }
        try connection.run(
            Self.upsert,
            [
                .ids(rows.map(\.episode)), .ids(rows.map(\.key.participant)), .texts(rows.map(\.key.instrument.id.text)),
                .texts(rows.map(\.key.instrument.version)), .int64s(rows.map(\.standing.version)),
                .byteArrays(try rows.map { try TrajectoryCodec.encode($0.standing.signals) }),
            ])
    }

    private static let select: Statement = """
        select episode_id, participant_id, instrument, instrument_version, version, signals
        from alerting.course where episode_id = any($1)
        """

    private static let upsert: Statement = """
        insert into alerting.course as c
            (episode_id, participant_id, instrument, instrument_version, version, signals)
        select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::bytea[])
        on conflict (episode_id, participant_id, instrument, instrument_version) do update
        set version = excluded.version, signals = excluded.signals
        """
}
