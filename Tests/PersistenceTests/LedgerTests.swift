import Domain
import Foundation
import Logging
import Persistence
import TestSupport
import Testing

@Suite struct LedgerTests {
    private let database: TestDatabase
    private let connection: Connection

    init() throws {
        database = try TestDatabase.make()
        connection = try database.connect(role: "attune_ingestion")
    }

    @Test func aBatchComesBackInItsOrderWithVersionsOfEachStream() throws {
        let (a, b) = (EpisodeID(rawValue: UUID()), EpisodeID(rawValue: UUID()))
        let first = [NewEvent.sample(stream: b), .sample(stream: a), .sample(stream: b), .sample(stream: b)]
        let appended = try Ledger.append(first, to: .episode, on: connection)
        #expect(appended.map(\.id) == first.map(\.id))
        #expect(appended.map(\.version) == [1, 1, 2, 3])
        #expect(appended.map(\.position) == appended.map(\.position).sorted())
        // A backfill of the same episode continues the same stream.
        let next = try Ledger.append([.sample(stream: b), .sample(stream: a)], to: .episodeBackfill, on: connection)
        #expect(next.map(\.version) == [4, 2])
        #expect(try Ledger.append([], to: .episode, on: connection).isEmpty)
    }

    @Test func anEventIsReadBackWhole() throws {
        let event = NewEvent(
            id: EventID(rawValue: UUID()), stream: EpisodeID(rawValue: UUID()), site: SiteID(unchecked: "north"),
            type: "EpisodeOpened", traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            payload: [0, 255, 0])
        let appended = try #require(Ledger.append([event], to: .episodeBackfill, on: connection).first)
        let read = try #require(Ledger.page(of: .episodeBackfill, after: 0, limit: 5, on: connection).first)
        #expect(read.id == event.id)
        #expect(read.stream == event.stream)
        #expect(read.site == event.site)
        #expect(read.type == event.type)
        #expect(read.traceparent == event.traceparent)
        #expect(read.payload == event.payload)
        #expect(read.lane == .episodeBackfill)
        #expect(read.position == appended.position)
        #expect(read.recordedAt == appended.recordedAt)
        #expect(try Ledger.page(of: .episode, after: 0, limit: 5, on: connection).isEmpty)
    }

    @Test func theSameEventTwiceIsRefusedAndTakesTheWholeBatchWithIt() throws {
        let event = NewEvent.sample()
        _ = try Ledger.append([event], to: .episode, on: connection)
        let error = #expect(throws: DatabaseError.self) {
            try Ledger.append([.sample(), event], to: .episode, on: connection)
        }
        #expect(error?.kind == .uniqueViolation(constraint: "event_0_event_id_key"))
        #expect(try Ledger.page(of: .episode, after: 0, limit: 5, on: connection).count == 1)
        let next = try Ledger.append([.sample(stream: event.stream)], to: .episode, on: connection)
        #expect(next.map(\.version) == [2])
    }

    @Test func aConsumerHealsItsGapsFromTheStreams() throws {
        let streams = (0..<3).map { _ in EpisodeID(rawValue: UUID()) }.sorted { $0.description < $1.description }
        let batch = (0..<4).flatMap { _ in streams.map { NewEvent.sample(stream: $0) } }
        _ = try Ledger.append(batch, to: .episode, on: connection)
        let scoring = try database.connect(role: "attune_scoring")
        let healed = try Ledger.events(
            in: [
                .init(stream: streams[0], firstVersion: 2, lastVersion: 3),
                .init(stream: streams[2], firstVersion: 4, lastVersion: 9),
            ], category: .episode, on: scoring)
        #expect(healed.map(\.stream) == [streams[0], streams[0], streams[2]])
        #expect(healed.map(\.version) == [2, 3, 4])
        let whole = try Ledger.events(stream: streams[1], category: .episode, on: scoring)
        #expect(whole.map(\.version) == [1, 2, 3, 4])
        #expect(try Ledger.events(stream: streams[1], category: .alert, on: scoring).isEmpty)
    }

    /// Positions are drawn before the commit; without the lane's lock a reader passes those that commit late.
    @Test func aReaderThatFollowsPositionsMissesNothingOfEightWriters() async throws {
        let (writers, batches, size) = (8, 25, 4)
        let database = database
        let streams = (0..<6).map { _ in EpisodeID(rawValue: UUID()) }
        let pool = ConnectionPool(
            database.settings(role: "attune_ingestion"), size: writers, acquireTimeout: .seconds(60),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        async let appended = withThrowingTaskGroup(of: [AppendedEvent].self) { group in
            for _ in 0..<writers * batches {
                group.addTask {
                    let events = (0..<size).map { _ in NewEvent.sample(stream: streams.randomElement() ?? streams[0]) }
                    return try await pool.with { connection in
                        try connection.transaction { connection in
                            defer { _ = try? connection.run("select pg_sleep(random() * 0.003)") }
                            return try Ledger.append(events, to: .episode, on: connection)
                        }
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        async let followed = Self.follow(database, until: writers * batches * size)
        let (written, read) = try await (appended, followed)
        await pool.shutdown()

        #expect(read.map(\.position) == written.map(\.position).sorted())
        for stream in streams {
            let versions = read.filter { $0.stream == stream }.map(\.version)
            #expect(versions == (0..<versions.count).map { Int64($0 + 1) })
        }
    }

    /// Reads behind its own cursor only, as the relay does. Ends when all are written and none is left behind the
    /// cursor, whether all were seen or not.
    private static func follow(_ database: TestDatabase, until count: Int) async throws -> [LedgerEvent] {
        let reader = try database.connect(role: "attune_ingestion")
        var events: [LedgerEvent] = []
        while events.count < count {
            let page = try Ledger.page(of: .episode, after: events.last?.position ?? 0, limit: 50, on: reader)
            events += page
            if page.isEmpty {
                let written = try reader.run("select count(*) from ledger.event").only().int64(0)
                let later = try Ledger.page(of: .episode, after: events.last?.position ?? 0, limit: 1, on: reader)
                if written == count, later.isEmpty { break }
            }
            await Task.yield()
        }
        return events
    }
}
