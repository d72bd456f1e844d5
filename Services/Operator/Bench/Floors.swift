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
/// batches, with no logic: per rating three rows by upsert (episode, trajectory, course) and two by insert (leaves).
struct PipelineFloor {
    let kafka: String
    let database: String
    let records: Int

    func recordsPerSecond() throws -> Double {
        let tally = FloorTally()
        let settings = DatabaseSettings(url: database, applicationName: "attune bench floor")
        let setup = try Connection(settings)
        try setup.script(
            """
            create table if not exists public.bench_state (id uuid primary key, version bigint, body bytea) with (fillfactor = 70);
            create table if not exists public.bench_leaf (id bigint generated always as identity primary key, event_id uuid unique, digest bytea);
            """)
        let loop = ConsumerLoop(
            KafkaSettings(bootstrapServers: kafka, clientID: "attune-bench-floor", fetchWait: .milliseconds(10)),
            ConsumerSettings(group: "attune-bench-floor", topics: [Topic.episodeEvents.name], sessionTimeout: .seconds(6)),
            logger: OperatorEnvironment.logger("bench"), onFailure: { _ in }
        ) {
            FloorConsumer(connection: try Connection(settings), tally: tally)
        }
        loop.start()
        while tally.count < records { Pause.seconds(0.02) }
        loop.stop(within: .seconds(10))
        try setup.script("drop table public.bench_state, public.bench_leaf")
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
    private let body = [UInt8](repeating: 5, count: 400)
    private let digest = [UInt8](repeating: 9, count: 32)

    init(connection: Connection, tally: FloorTally) {
        self.connection = connection
        self.tally = tally
    }

    func assigned(_ partitions: [TopicPartition], clusterID: String) throws -> [StartPosition] {
        partitions.map { StartPosition($0, .beginning) }
    }

    func handle(_ batch: [ConsumedRecord]) throws -> BatchOutcome {
        let keys = Set(batch.map(\.key)).compactMap { EventID(bytes: $0) }.sorted()
        let now = Timestamp(microseconds: 1_700_000_000_000_000)
        let state: [EventID] = keys.flatMap { key in [key] + (0..<2).map { DerivedIdentity.following(key, rule: "\($0)") } }
        let leaves: [EventID] = (0..<(batch.count * 2)).map { _ in TimeOrderedIdentity.make(at: now) }
        try connection.transaction { connection in
            try connection.run(
                """
                insert into public.bench_state as s select * from unnest($1::uuid[], $2::bigint[], $3::bytea[])
                on conflict (id) do update set version = excluded.version, body = excluded.body
                """,
                [
                    .ids(state), .int64s(Array(repeating: batch[0].offset, count: state.count)),
                    .byteArrays(Array(repeating: body, count: state.count)),
                ])
            try connection.run(
                "insert into public.bench_leaf (event_id, digest) select * from unnest($1::uuid[], $2::bytea[])",
                [.ids(leaves), .byteArrays(Array(repeating: digest, count: leaves.count))])
        }
        tally.add(batch.count)
        return .done
    }
}
