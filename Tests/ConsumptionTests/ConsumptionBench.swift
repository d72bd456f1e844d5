import Contracts
import Domain
import Foundation
import Logging
import Messaging
import Persistence
import ServiceKit
import TestSupport
import Testing

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
let zero = TopicPartition(topic: Topic.episodeEvents.name, partition: 0)
let one = TopicPartition(topic: Topic.episodeEvents.name, partition: 1)

/// A consumer in the role of scoring over a database of its own; its handler keeps a table of what it has done.
final class ConsumptionBench {
    let database: TestDatabase
    /// Another session, which sees only what has been committed.
    let observer: Connection
    let handler = RecordingHandler()
    let consumer: LedgeredConsumer
    private var nextOffsets: [TopicPartition: Int64] = [:]

    init(assigned partitions: [TopicPartition] = [zero], logger: Logger = quiet) throws {
        database = try TestDatabase.make()
        observer = try database.connect()
        try observer.script(
            """
            create table scoring.effect (nth bigserial, event_id uuid not null, weight int not null default 1
                constraint weight_is_small check (weight < 10));
            grant select, insert on scoring.effect to attune_scoring;
            grant usage on scoring.effect_nth_seq to attune_scoring
            """)
        consumer = try Self.consumer(database, handler, logger: logger)
        if !partitions.isEmpty { _ = try consumer.assigned(partitions, clusterID: "cluster") }
    }

    static func consumer(
        _ database: TestDatabase, _ handler: any EventHandler, logger: Logger = quiet
    ) throws -> LedgeredConsumer {
        LedgeredConsumer(
            connection: try database.connect(role: "attune_scoring"), schema: .scoring, owner: "test", handler: handler,
            logger: logger)
    }

    /// The next record of a partition: a sound event of an episode.
    func record(
        of episode: EpisodeID = TimeOrderedIdentity.make(at: .now), in partition: TopicPartition = zero,
        trace: TraceContext? = nil
    ) -> ConsumedRecord {
        let event = EventEnvelope(
            id: TimeOrderedIdentity.make(at: .now), type: .sessionHeld, source: "/attune/ingestion", episode: episode,
            site: SiteID("north")!, sequence: 1, time: .now, trace: trace, payload: [1, 2, 3])
        return record(
            key: episode.bytes,
            headers: CloudEventsBinding.headers(of: event),
            value: event.payload, in: partition)
    }

    func record(
        key: [UInt8], headers: [RecordHeader] = [], value: [UInt8]?, in partition: TopicPartition = zero
    ) -> ConsumedRecord {
        let offset = nextOffsets[partition, default: 0]
        nextOffsets[partition] = offset + 1
        return ConsumedRecord(
            topic: partition.topic, partition: partition.partition, offset: offset, key: key, headers: headers,
            value: value, timestampMilliseconds: 0)
    }

    /// Ids of the events that have had their effect, in order.
    func effects() throws -> [EventID] {
        try observer.run("select event_id from scoring.effect order by nth").map { try $0.id(0) }
    }

    func position(of partition: TopicPartition = zero) throws -> Int64? {
        try observer.run(
            "select next_offset from scoring.consumer_offset where topic = $1 and partition = $2",
            [.text(partition.topic), .int32(partition.partition)]
        ).first.map { try $0.int64(0) }
    }

    struct Parked: Equatable {
        var partition = zero.partition
        var offset: Int64
        var state: String
        var code: String
    }

    func quarantine() throws -> [Parked] {
        try observer.run(
            #"select partition, "offset", state, reason_code from scoring.quarantine order by partition, "offset""#
        ).map { Parked(partition: try $0.int32(0), offset: try $0.int64(1), state: try $0.text(2), code: try $0.text(3)) }
    }
}

/// Writes down each event, unless it is told to fail.
final class RecordingHandler: EventHandler {
    /// Called for each event before its effect, with its place in the batch.
    var before: (EventEnvelope, Int, Connection) throws -> Void = { _, _, _ in }
    var atIdle: (Connection) throws -> Void = { _ in }
    private(set) var calls: [[EventID]] = []
    private(set) var retries = 0
    private(set) var commits = 0

    func handle(_ events: [ConsumedEvent], on connection: Connection) throws {
        calls.append(events.map(\.envelope.id))
        for (index, event) in events.enumerated() {
            try before(event.envelope, index, connection)
            try connection.run("insert into scoring.effect (event_id) values ($1)", [.id(event.envelope.id)])
        }
    }

    func willRetry() { retries += 1 }
    func didCommit() { commits += 1 }
    func idle(on connection: Connection) throws { try atIdle(connection) }

    /// From now on these events fail.
    func fail(_ ids: [EventID], _ error: @escaping (Int) -> any Error) {
        before = { event, index, _ in if ids.contains(event.id) { throw error(index) } }
    }
}

extension ConsumedRecord {
    /// The id of the event that the record holds.
    var event: EventID {
        get throws {
            try CloudEventsBinding.event(
                key: key, headers: headers, value: value).id
        }
    }
}

/// A fault that nobody foresaw.
struct Surprise: Error {}
