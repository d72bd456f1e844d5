import Dispatch
import Domain
import Foundation
import Logging
@testable import Persistence
import Synchronization
import TestSupport
import Testing

@Suite struct RelayTests {
    private let database: TestDatabase
    private let connection: Connection

    init() throws {
        database = try TestDatabase.make()
        connection = try database.connect()
    }

    private func relay(
        _ publisher: MemoryPublisher, batchSize: Int = 1000, lease: Duration = .seconds(30),
        onNewCluster: NewClusterPolicy = .republish, onFailure: @escaping @Sendable (RelayFailure) -> Void = { _ in }
    ) -> Relay {
        Relay(
            database.settings(role: "attune_ingestion"), batchSize: batchSize, leaseDuration: lease,
            publisher: publisher, onNewCluster: onNewCluster,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), onFailure: onFailure)
    }

    @discardableResult
    private func append(_ count: Int, to lane: Lane = .episode) throws -> [AppendedEvent] {
        try Ledger.append((0..<count).map { _ in .sample() }, to: lane, on: connection)
    }

    private func lane(_ lane: Lane = .episode) throws -> (cursor: Int64, term: Int64, owner: String?, cluster: String?) {
        let row = try connection.run(
            "select cursor, term, owner, cluster_id from ledger.lane where category = $1 and backfill = $2",
            [.int16(lane.category.rawValue), .bool(lane.backfill)]
        ).only()
        return (try row.int64(0), try row.int64(1), try row.optionalText(2), try row.optionalText(3))
    }

    @Test func everyLaneIsPublishedInOrderAndItsCursorFollows() async throws {
        var expected: [Lane: [Int64]] = [:]
        for _ in 0..<3 { for lane in Lane.all { expected[lane, default: []] += try append(7, to: lane).map(\.position) } }
        let publisher = MemoryPublisher()
        let relay = relay(publisher, batchSize: 4)
        relay.start()
        let events = await publisher.published(3 * 7 * 5)
        #expect(await relay.stop(within: .seconds(60)))
        for lane in Lane.all {
            #expect(events.filter { $0.lane == lane }.map(\.position) == expected[lane])
            let row = try self.lane(lane)
            #expect(row.cursor == expected[lane]?.last)
            #expect(row.owner == nil)
            #expect(row.cluster == "k1")
        }
        #expect(relay.status.published == 105)
        #expect(relay.status.condition == .stopped)
    }

    @Test func anIdleRelayIsWokenAndPublishesWhatComes() async throws {
        let publisher = MemoryPublisher()
        let relay = relay(publisher)
        relay.start()
        try await eventually { relay.status.condition == .relaying }
        for count in 1...5 {
            try append(1)
            #expect(await publisher.published(count).count == count)
        }
        #expect(relay.status.isHealthy)
        #expect(await relay.stop(within: .seconds(60)))
    }

    @Test func whileTheClusterIsAwayTheRelayTriesAgainAndLosesNothing() async throws {
        let refusals = Atomic(0)
        let publisher = MemoryPublisher { _ in
            if refusals.add(1, ordering: .relaxed).newValue <= 3 { throw MemoryPublisher.Refused() }
        }
        let expected = try append(5).map(\.id)
        let relay = relay(publisher)
        relay.start()
        try await eventually { if case .failing = relay.status.condition { true } else { !publisher.events.isEmpty } }
        #expect(await publisher.published(5).map(\.id) == expected)
        let attempts = refusals.load(ordering: .relaxed)
        #expect(attempts == 4)
        #expect(await relay.stop(within: .seconds(60)))
    }

    @Test func aRelayWhoseSessionIsKilledGoesOn() async throws {
        let publisher = MemoryPublisher()
        let relay = relay(publisher)
        relay.start()
        try append(1)
        #expect(await publisher.published(1).count == 1)
        try connection.run(
            """
            select pg_terminate_backend(pid, 10000) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()
            """)
        try append(1)
        #expect(Set(await publisher.published(2).map(\.position)).count == 2)
        #expect(await relay.stop(within: .seconds(60)))
    }

    @Test func aLeaseOfADeadOwnerRunsOutAndAnotherTakesOver() async throws {
        try append(3)
        try connection.script(
            """
            update ledger.lane set owner = 'dead', term = 41, cluster_id = 'k1',
                                   lease_until = clock_timestamp() + interval '500 ms'
            """)
        let publisher = MemoryPublisher()
        let relay = relay(publisher, lease: .seconds(2))
        relay.start()
        #expect(await publisher.published(3).count == 3)
        #expect(try lane().term == 42)
        let taken = try connection.run("select clock_timestamp() > lease_until from ledger.lane where owner = 'dead'")
        #expect(taken.isEmpty)
        #expect(await relay.stop(within: .seconds(60)))
    }

    @Test func aLeaseThatRunsIsRespected() async throws {
        try append(3)
        try connection.script("update ledger.lane set owner = 'other', lease_until = now() + interval '1 hour'")
        let publisher = MemoryPublisher()
        let relay = relay(publisher)
        relay.start()
        try await eventually { relay.status.condition == .standby && !relay.status.lanes.isEmpty }
        #expect(relay.status.lanes.first { $0.lane == .episode }?.lag == 3)
        #expect(relay.status.isHealthy)
        #expect(await relay.stop(within: .seconds(60)))
        #expect(publisher.events.isEmpty)
        #expect(try lane().owner == "other")
    }

    @Test func aStalledOwnerIsReplacedAndMovesNothingWhenItWakes() async throws {
        let expected = try append(6).map(\.position)
        let (gate, stalled) = (DispatchSemaphore(value: 0), AsyncStream<Void>.makeStream())
        let sleeper = MemoryPublisher { _ in
            stalled.continuation.yield()
            gate.wait()
        }
        let first = relay(sleeper, lease: .milliseconds(400))
        first.start()
        for await _ in stalled.stream { break }

        let publisher = MemoryPublisher()
        let second = relay(publisher, lease: .milliseconds(400))
        second.start()
        #expect(await publisher.published(6).map(\.position) == expected)
        try await eventually { try lane().cursor == expected.last }
        let stop = Task { await first.stop(within: .seconds(60)) }
        gate.signal()
        #expect(await stop.value)
        #expect(first.status.published == 0)
        #expect(try lane().cursor == expected.last)

        let more = try append(1).map(\.position)
        #expect(await publisher.published(7).map(\.position).last == more.last)
        #expect(await second.stop(within: .seconds(60)))
    }

    @Test func aRelayWhoseTermWasTakenPublishesNothingFurtherAndMovesNoCursor() async throws {
        try append(1)
        let database = database
        let publisher = MemoryPublisher { _ in
            let thief = try database.connect()
            try thief.script(
                "update ledger.lane set owner = 'thief', term = term + 1, lease_until = now() + interval '1 hour'")
            _ = try Ledger.append([.sample()], to: .episode, on: thief)
        }
        let relay = relay(publisher)
        relay.start()
        _ = await publisher.published(1)
        try await eventually { relay.status.condition == .standby }
        #expect(await relay.stop(within: .seconds(60)))
        #expect(publisher.events.count == 1)
        #expect(relay.status.published == 0)
        let row = try lane()
        #expect(row.cursor == 0)
        #expect(row.owner == "thief")
    }

    @Test func aNewClusterGetsEverythingFromTheBeginning() async throws {
        let expected = try append(4).map(\.position)
        let old = MemoryPublisher(cluster: "k1")
        let before = relay(old)
        before.start()
        _ = await old.published(4)
        #expect(await before.stop(within: .seconds(60)))

        let new = MemoryPublisher(cluster: "k2")
        let after = relay(new)
        after.start()
        #expect(await new.published(4).map(\.position) == expected)
        #expect(await after.stop(within: .seconds(60)))
        #expect(try lane().cluster == "k2")
        #expect(try lane().cursor == expected.last)
    }

    @Test func onANewClusterTheRelayHaltsIfToldToUntilAnOperatorDecides() async throws {
        try append(2)
        try connection.script("update ledger.lane set cluster_id = 'lost', cursor = 1000000")
        let publisher = MemoryPublisher(cluster: "k2")
        let failures = AsyncStream<RelayFailure>.makeStream()
        let figures = Figures()
        func conditions() -> [String] {
            RelayStatus.Condition.Kind.allCases.map(\.rawValue).filter {
                figures["attune_relay_condition{condition=\"\($0)\"}"] != 0
            }
        }
        let relay = figures.measuring { self.relay(publisher, onNewCluster: .halt) { failures.continuation.yield($0) } }
        relay.start()
        for await failure in failures.stream {
            guard case .newCluster(_, "lost", "k2") = failure else {
                Issue.record("another failure: \(failure)")
                break
            }
            break
        }
        #expect(!relay.status.isHealthy)
        #expect(conditions() == ["halted"])
        #expect(publisher.events.isEmpty)
        for lane in Lane.all { try Republication.carryOut(lane, after: 0, newCluster: true, on: connection) }
        #expect(await publisher.published(2).count == 2)
        try await eventually { relay.status.condition == .relaying }
        #expect(conditions() == ["relaying"])
        #expect(await relay.stop(within: .seconds(60)))
        #expect(conditions() == ["stopped"])
        #expect(try lane().cluster == "k2")
    }

    /// The page in flight must not carry the cursor over the mark that the operator has just set.
    @Test func aLaneSetBackWhileItIsPublishedIsPublishedAgain() async throws {
        let expected = try append(3).map(\.position)
        let database = database
        let isFirst = Atomic(true)
        let publisher = MemoryPublisher { _ in
            guard isFirst.exchange(false, ordering: .relaxed) else { return }
            try Republication.carryOut(.episode, after: 0, newCluster: true, on: database.connect())
        }
        try connection.run(
            "update ledger.lane set cursor = $1, cluster_id = 'k1' where category = 1 and not backfill",
            [.int64(expected[0])])
        let relay = relay(publisher)
        relay.start()
        let events = await publisher.published(3)
        #expect(events.map(\.position) == Array(expected.dropFirst()) + expected)
        #expect(await relay.stop(within: .seconds(60)))
        #expect(try lane().cursor == expected.last)
        // A cursor without its cluster would count for any later one.
        #expect(try lane().cluster == "k1")
    }
}
