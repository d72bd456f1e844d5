import Contracts
import Domain
import Foundation
import Logging
import Messaging
import Persistence
import Synchronization

/// The floor of ingestion: rows of the ledger's size, inserted by unnest arrays, one commit a batch.
struct BareInsert {
    let connection: Connection

    func rowsPerSecond(rows: Int, batch: Int) throws -> Double {
        try connection.script(
            "create table if not exists public.bench_event (id uuid primary key, stream uuid, site text, payload bytea); truncate public.bench_event")
        let payload = [UInt8](repeating: 7, count: 96)
        let start = ContinuousClock.now
        for _ in stride(from: 0, to: rows, by: batch) {
            let ids: [EventID] = (0..<batch).map { _ in TimeOrderedIdentity.make(at: Timestamp(microseconds: 1_700_000_000_000_000)) }
            try connection.run(
                "insert into public.bench_event select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[])",
                [
                    .ids(ids), .ids(ids), .texts(Array(repeating: "north", count: batch)),
                    .byteArrays(Array(repeating: payload, count: batch)),
                ])
        }
        let taken = Bench.seconds(start.duration(to: .now))
        try connection.script("drop table public.bench_event")
        return Double(rows) / taken
    }
}

/// The floor of the pipeline: the same client libraries read the same topic and write as many rows in the same
/// batches into the same tables' likes, with no logic.
struct PipelineFloor {
    /// What is written for each rating.
    enum Rows {
        /// Three rows by upsert (episode, trajectory and the course that alerting keeps) and two by insert (leaves), and
        /// as many alerts and notifications as the pipeline had.
        case pipeline(alertsPerThousand: Double)
        /// Episode and trajectory, by upsert.
        case scoring
    }

    let kafka: String
    let database: String
    let records: Int
    let rows: Rows

    func recordsPerSecond() throws -> Double {
        let tally = FloorTally()
        let settings = DatabaseSettings(url: database, applicationName: "attune bench floor")
        let setup = try Connection(settings)
        try setup.script(
            """
            create schema bench;
            create table bench.episode (like scoring.episode including all) with (fillfactor = 70);
            create table bench.trajectory (like scoring.trajectory including all) with (fillfactor = 60);
            create table bench.course (like alerting.course including all) with (fillfactor = 70);
            create table bench.leaf (like audit.leaf including all);
            """ + NoticeFloor.tables)
        let loop = ConsumerLoop(
            KafkaSettings(bootstrapServers: kafka, clientID: "attune-bench-floor", fetchWait: .milliseconds(10)),
            ConsumerSettings(group: "attune-bench-floor", topics: [Topic.episodeEvents.name], sessionTimeout: .seconds(6)),
            logger: OperatorEnvironment.logger("bench"), onFailure: { _ in }
        ) {
            FloorConsumer(connection: try Connection(settings), tally: tally, rows: rows)
        }
        loop.start()
        while tally.count < records { Pause.seconds(0.02) }
        loop.stop(within: .seconds(10))
        try setup.script("drop schema bench cascade")
        return tally.rate
    }
}

/// How many records have been written, from the first batch on.
final class FloorTally: Sendable {
    private let state = Mutex((count: 0, first: 0, start: ContinuousClock.now, end: ContinuousClock.now))

    var count: Int { state.withLock { $0.count } }
    var rate: Double { state.withLock { Double($0.count - $0.first) / max(0.001, Bench.seconds($0.start.duration(to: $0.end))) } }

    func add(_ records: Int) {
        state.withLock {
            if $0.count == 0 {
                $0.start = .now
                $0.first = records
            }
            $0.count += records
            $0.end = .now
        }
    }
}

private final class FloorConsumer: RecordConsumer {
    private let connection: Connection
    private let tally: FloorTally
    private var leaves: Int64 = 0
    private let body = [UInt8](repeating: 5, count: 500)
    private let digest = [UInt8](repeating: 9, count: 32)
    /// Nil where scoring alone is the matter.
    private var notices: NoticeFloor?

    init(connection: Connection, tally: FloorTally, rows: PipelineFloor.Rows) {
        self.connection = connection
        self.tally = tally
        if case .pipeline(let alertsPerThousand) = rows {
            notices = NoticeFloor(connection: connection, alertsPerThousand: alertsPerThousand)
        }
    }

    func assigned(_ partitions: [TopicPartition], clusterID: String) throws -> [StartPosition] {
        partitions.map { StartPosition($0, .beginning) }
    }

    func handle(_ batch: [ConsumedRecord]) throws -> BatchOutcome {
        let episodes = Set(batch.map(\.key)).compactMap { EpisodeID(bytes: $0) }.sorted()
        let deliveries: [DeliveryID] = try connection.transaction { connection in
            try writeEpisodes(episodes, on: connection)
            try writeTrajectories(episodes, on: connection)
            guard notices != nil else { return [] }
            try writeCourses(episodes, on: connection)
            try writeLeaves(of: batch, on: connection)
            return try notices?.raise(for: batch.count) ?? []
        }
        try notices?.deliver(deliveries)
        tally.add(batch.count)
        return .done
    }

    private func writeEpisodes(_ episodes: [EpisodeID], on connection: Connection) throws {
        try connection.run(
            """
            insert into bench.episode as e (episode_id, site, version, participants)
            select * from unnest($1::uuid[], $2::text[], $3::bigint[], $4::bytea[])
            on conflict (episode_id) do update set version = excluded.version, participants = excluded.participants
            """,
            [
                .ids(episodes), .texts(episodes.map { _ in "north" }), .int64s(episodes.map { _ in leaves }),
                .byteArrays(episodes.map { _ in digest }),
            ])
    }

    private func names(_ episodes: [EpisodeID]) -> [Parameter] {
        [.ids(episodes), .ids(episodes), .texts(episodes.map { _ in "phq-9" }), .texts(episodes.map { _ in "2001" })]
    }

    private func writeTrajectories(_ episodes: [EpisodeID], on connection: Connection) throws {
        try connection.run(
            """
            insert into bench.trajectory as t
                (episode_id, participant_id, instrument, instrument_version, site, point_count, state, version, body)
            select episode_id, participant_id, instrument, instrument_version, 'north', 7, 3::smallint, version, body
            from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::bytea[])
                as c (episode_id, participant_id, instrument, instrument_version, version, body)
            on conflict (episode_id, participant_id, instrument, instrument_version)
            do update set version = excluded.version, body = excluded.body
            """, names(episodes) + [.int64s(episodes.map { _ in leaves }), .byteArrays(episodes.map { _ in body })])
    }

    private func writeCourses(_ episodes: [EpisodeID], on connection: Connection) throws {
        try connection.run(
            """
            insert into bench.course as c (episode_id, participant_id, instrument, instrument_version, version, signals)
            select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::bytea[])
            on conflict (episode_id, participant_id, instrument, instrument_version)
            do update set version = excluded.version, signals = excluded.signals
            """, names(episodes) + [.int64s(episodes.map { _ in leaves }), .byteArrays(episodes.map { _ in [] })])
    }

    /// Two for each record: the event itself and the trajectory that would follow.
    private func writeLeaves(of batch: [ConsumedRecord], on connection: Connection) throws {
        let count = batch.count * 2
        let now = Timestamp(microseconds: 1_700_000_000_000_000)
        let ids: [EventID] = (0..<count).map { _ in TimeOrderedIdentity.make(at: now) }
        let keys = batch.compactMap { EpisodeID(bytes: $0.key) }
        try connection.run(
            """
            insert into bench.leaf
                (leaf_index, event_id, topic, type, episode_id, sequence, site, event_time, source, payload_digest)
            select leaf_index, event_id, 'attune.episode-events.v1', 'attune.episode.rating-recorded.v1', episode_id,
                   leaf_index, 'north', now(), '/attune/ingestion', digest
            from unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::bytea[]) as l (leaf_index, event_id, episode_id, digest)
            """,
            [
                .int64s((0..<count).map { leaves + Int64($0) + 1 }), .ids(ids), .ids(keys + keys),
                .byteArrays(ids.map { _ in digest }),
            ])
        leaves += Int64(count)
    }
}
