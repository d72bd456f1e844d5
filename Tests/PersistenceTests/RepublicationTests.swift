import Domain
import Foundation
import Logging
@testable import Persistence
import Synchronization
import TestSupport
import Testing

@Suite struct RepublicationTests {
    private let database: TestDatabase
    private let connection: Connection
    /// In the role that operators have: its grants are part of what is tested.
    private let operating: Connection

    init() throws {
        database = try TestDatabase.make()
        connection = try database.connect()
        operating = try database.connect(role: "attune_operator")
    }

    private func relay(_ publisher: MemoryPublisher, lease: Duration = .seconds(600)) -> Relay {
        Relay(
            database.settings(role: "attune_ingestion"), leaseDuration: lease, publisher: publisher, onNewCluster: .halt,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    @discardableResult
    private func append(_ count: Int, to lane: Lane = .episode) throws -> [AppendedEvent] {
        try Ledger.append((0..<count).map { _ in .sample() }, to: lane, on: connection)
    }

    private func cursor(_ lane: Lane = .episode) throws -> Int64 {
        try Republication.plan(lane, after: 0, on: operating).cursor
    }

    /// With a lease of ten minutes, so that it is not the end of the lease that has the relay look again.
    @Test func anIdleRelayPublishesAgainWhatALaneWasSetBackBy() async throws {
        let positions = try append(5).map(\.position)
        let publisher = MemoryPublisher()
        let relay = relay(publisher)
        relay.start()
        _ = await publisher.published(5)
        try await eventually { try cursor() == positions.last }
        let done = try Republication.carryOut(.episode, after: positions[1], newCluster: false, on: operating)
        #expect(done.events == 3)
        #expect(done.cursor == positions[4])
        #expect(done.newCursor == positions[1])
        #expect(done.clusterID == "k1")
        try await eventually { publisher.events.count >= 8 }
        try await eventually { try cursor() == positions.last }
        #expect(publisher.events.map(\.position) == positions + positions[2...])
        #expect(await relay.stop(within: .seconds(60)))
    }

    /// The page in flight was read from the very cursor that the lane is set back to, so that the cursor alone
    /// would not show that anything happened.
    @Test func aPageInFlightDoesNotCountForALaneSetBackToWhereItBegan() async throws {
        let expected = try append(3).map(\.position)
        let database = database
        let isFirst = Atomic(true)
        let publisher = MemoryPublisher { _ in
            guard isFirst.exchange(false, ordering: .relaxed) else { return }
            try Republication.carryOut(
                .episode, after: 0, newCluster: true, on: database.connect(role: "attune_operator"))
        }
        let relay = relay(publisher)
        relay.start()
        try await eventually { publisher.events.count >= 6 }
        try await eventually { try cursor() == expected.last }
        #expect(publisher.events.map(\.position) == expected + expected)
        #expect(await relay.stop(within: .seconds(60)))
    }

    @Test func aLaneIsNeverSetForward() throws {
        let positions = try append(4).map(\.position)
        try connection.run("update ledger.lane set cursor = $1 where category = 1 and not backfill", [.int64(positions[1])])
        let done = try Republication.carryOut(.episode, after: positions[3], newCluster: false, on: operating)
        #expect(done.events == 0)
        #expect(done.newCursor == positions[1])
        #expect(try cursor() == positions[1])
    }

    @Test func aPlanChangesNothing() throws {
        let positions = try append(4).map(\.position)
        try connection.run("update ledger.lane set cursor = $1, term = 7", [.int64(positions[3])])
        let plan = try Republication.plan(.episode, after: positions[0], on: operating)
        #expect(plan.events == 3)
        let row = try connection.run("select cursor, term from ledger.lane where category = 1 and not backfill").only()
        #expect(try row.int64(0) == positions[3])
        #expect(try row.int64(1) == 7)
    }

    /// Positions of a lane have gaps, and other lanes stand between.
    @Test func aTimeLeadsToTheLastPositionBeforeIt() throws {
        var events: [AppendedEvent] = []
        for _ in 0..<9 {
            events += try append(1)
            try append(2, to: .alert)
        }
        func position(_ time: Timestamp) throws -> Int64 {
            try Republication.position(of: .episode, before: time, on: operating)
        }
        #expect(try position(events[0].recordedAt) == 0)
        for index in 1..<9 {
            // All that was recorded at that very time is published again.
            let found = try position(events[index].recordedAt)
            #expect(events.filter { $0.position <= found }.count == index)
        }
        let later = events[8].recordedAt.advanced(bySeconds: 1)
        #expect(try position(later) == events[8].position)
        #expect(try Republication.position(of: .access, before: later, on: operating) == 0)
    }
}
