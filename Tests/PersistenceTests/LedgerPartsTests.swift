import Domain
import Foundation
import TestSupport
import Testing

@testable import Persistence

/// The ledger's events lie in parts by position, which nobody notices who reads or appends.
@Suite struct LedgerPartsTests {
    private let database: TestDatabase
    private let owner: Connection
    private let connection: Connection

    init() throws {
        database = try TestDatabase.make()
        owner = try database.connect()
        connection = try database.connect(role: "attune_ingestion")
    }

    private func append(_ events: [NewEvent]) throws -> [AppendedEvent] {
        try Ledger.append(events, to: .episode, on: connection)
    }

    private func eventsOfParts() throws -> [Int64] {
        try ["event_0", "event_2"].map { try owner.run(Statement("select count(*) from ledger.\($0)")).only().int64(0) }
    }

    @Test func `A batch across the end of a part goes into both, and streams and lanes read on`() throws {
        let streams = (0..<3).map { _ in EpisodeID(rawValue: UUID()) }
        let first = try append(streams.map { .sample(stream: $0) })
        try owner.leaveFirstPart(free: 2)
        let second = try append(streams.map { .sample(stream: $0) })
        #expect(try eventsOfParts() == [5, 1])
        #expect(second.map(\.version) == [2, 2, 2])
        #expect(second.map(\.position) == [199_999_998, 199_999_999, 200_000_000])
        let page = try Ledger.page(of: .episode, after: 0, limit: 10, on: connection)
        #expect(page.map(\.id) == (first + second).map(\.id))
        let stream = try Ledger.events(stream: streams[2], category: .episode, on: connection)
        #expect(stream.map(\.version) == [1, 2])
        #expect(try owner.run("select head from published.lane where category = 1 and not backfill").only().int64(0) == 200_000_000)
    }

    @Test func `The same event is refused in another part as well`() throws {
        let event = NewEvent.sample()
        _ = try append([event])
        try owner.leaveFirstPart()
        let error = #expect(throws: DatabaseError.self) { try append([.sample(), event]) }
        #expect(error?.kind == .uniqueViolation(constraint: "event_event_id"))
        #expect(try eventsOfParts() == [1, 0])
    }

    @Test func `No event of any part is changed or removed, and nobody reads a part by itself`() throws {
        _ = try append([.sample()])
        try owner.leaveFirstPart()
        _ = try append([.sample()])
        for part in ["event_0", "event_2"] {
            for sql in ["update ledger.\(part) set payload = ''", "delete from ledger.\(part)", "truncate ledger.\(part)"] {
                try owner.script("set session_replication_role = replica")
                let error = #expect(throws: DatabaseError.self) { try owner.script(sql) }
                #expect(error?.kind == .integrityViolation, "\(sql)")
            }
            for role in ["ingestion", "portal", "reader", "alert_answers", "audit"] {
                let stranger = try database.connect(role: "attune_\(role)")
                #expect(throws: DatabaseError.self) { try stranger.script("select from ledger.\(part)") }
            }
        }
        #expect(try eventsOfParts() == [1, 1])
    }

    @Test func `Two parts are kept empty ahead, by whichever process comes first`() throws {
        let other = try database.connect(role: "attune_ingestion")
        let room = try Ledger.extend(on: connection)
        #expect(room >= 200_000_000)
        #expect(try Ledger.extend(on: other) == room)
        try owner.leaveFirstPart()
        _ = try append([.sample()])
        // A reader in the middle of a long transaction, and a writer who has not committed.
        try other.script("begin; select count(*) from ledger.event")
        try connection.script("begin")
        _ = try append([.sample()])
        let third = try database.connect(role: "attune_ingestion")
        try third.script("set lock_timeout = '5s'")
        #expect(try Ledger.extend(on: third) == 299_999_999)
        try connection.script("commit")
        let parts = try owner.run("select from_position, until_position from ledger.event_part order by 1").map {
            try $0.int64(0)...(try $0.int64(1))
        }
        #expect(
            parts == [0...200_000_000, 200_000_000...300_000_000, 300_000_000...400_000_000, 400_000_000...500_000_000])
    }

    @Test func `A ledger that was filled before there were parts becomes the first, and ends where its events may`() throws {
        let older = try TestDatabase.make(isMigrated: false)
        let admin = try older.connect()
        _ = try Migrations.apply(Migration.all.filter { $0.number < 26 }, on: admin)
        let stream = EpisodeID(rawValue: UUID())
        try admin.script("select setval('ledger.event_position', 730000000)")
        let before = try Ledger.append([.sample(stream: stream)], to: .episode, on: admin)
        let file = try admin.run("select pg_relation_filenode('ledger.event')::bigint").only().int64(0)
        try Migrations.apply(on: admin)
        #expect(try admin.run("select pg_relation_filenode('ledger.event_0')::bigint").only().int64(0) == file, "not copied")
        let after = try Ledger.append([.sample(stream: stream)], to: .episode, on: admin)
        #expect(before.map(\.version) + after.map(\.version) == [1, 2])
        let bounds = try admin.run("select until_position from ledger.event_part order by 1").map { try $0.int64(0) }
        #expect(bounds == [900_000_000, 1_000_000_000])
        #expect(try Ledger.events(stream: stream, category: .episode, on: admin).map(\.version) == [1, 2])
    }
}

extension Connection {
    /// Goes on in the next part of the ledger, but for so many events. For a superuser.
    func leaveFirstPart(free: Int64 = 0) throws {
        try run(
            "select setval('ledger.event_position', (select min(until_position) - 1 - $1 from ledger.event_part))", [.int64(free)])
    }
}
