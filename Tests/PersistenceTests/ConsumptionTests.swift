import Contracts
import Dispatch
import Foundation
import Logging
@testable import Persistence
import TestSupport
import Testing

@Suite struct ConsumptionTests {
    private let database: TestDatabase
    private let positions = ConsumerPositions(.scoring)
    private let quarantine = Quarantine(.scoring)
    private let connection: Connection
    private let zero = TopicPartition(topic: "attune.episode-events.v1", partition: 0)
    private let one = TopicPartition(topic: "attune.episode-events.v1", partition: 1)

    init() throws {
        database = try TestDatabase.make()
        connection = try database.connect(role: "attune_scoring")
    }

    private func claim(_ partitions: [TopicPartition], cluster: String = "k1") throws -> [TopicPartition: ConsumerPositions.Claim] {
        let claims = try positions.claim(partitions, clusterID: cluster, owner: "me", on: connection)
        return Dictionary(uniqueKeysWithValues: claims.map { ($0.partition, $0) })
    }

    @Test func everyServiceKeepsItsPositionsInItsOwnSchema() throws {
        for schema in ServiceSchema.allCases {
            let own = try database.connect(role: schema.role)
            let claims = try ConsumerPositions(schema).claim([zero], clusterID: "k1", owner: "me", on: own)
            #expect(claims.map(\.nextOffset) == [ConsumerPositions.beginning])
            for other in ServiceSchema.allCases where other != schema {
                let error = #expect(throws: DatabaseError.self) {
                    try ConsumerPositions(other).claim([zero], clusterID: "k1", owner: "me", on: own)
                }
                #expect(error?.kind == .permissionDenied)
            }
        }
    }

    @Test func aClaimRaisesTheEpochAndGoesOnWhereTheLastOneStopped() throws {
        let first = try #require(try claim([zero, one])[zero])
        #expect(first.nextOffset == -2)
        let lost = try positions.advance(
            [.init(partition: zero, first: 17, next: 42, epoch: first.epoch)], clusterID: "k1", on: connection)
        #expect(lost.isEmpty)
        let second = try claim([one, zero, zero])
        #expect(second[zero]?.nextOffset == 42)
        #expect(second[zero]?.epoch == first.epoch + 1)
        #expect(second[one]?.nextOffset == -2)
    }

    @Test func anotherClusterStartsAnew() throws {
        let first = try #require(try claim([zero])[zero])
        _ = try positions.advance(
            [.init(partition: zero, first: 0, next: 9, epoch: first.epoch)], clusterID: "k1", on: connection)
        #expect(try claim([zero], cluster: "k2")[zero]?.nextOffset == -2)
    }

    @Test func aZombieMovesNothingAndIsToldWhichPartitionsItLost() throws {
        let old = try claim([zero, one])
        let new = try #require(try claim([zero])[zero])
        let zombie = try database.connect(role: "attune_scoring")
        struct Lost: Error { let partitions: [TopicPartition] }
        let moves = try [zero, one].map {
            ConsumerPositions.Move(partition: $0, first: 0, next: 10, epoch: try #require(old[$0]).epoch)
        }
        let error = #expect(throws: Lost.self) {
            try zombie.transaction { zombie in
                let lost = try positions.advance(moves, clusterID: "k1", on: zombie)
                if !lost.isEmpty { throw Lost(partitions: lost) }
            }
        }
        #expect(error?.partitions == [zero])
        // The whole batch is undone, the partition still owned included.
        #expect(try claim([one])[one]?.nextOffset == -2)
        let moved = try positions.advance(
            [.init(partition: zero, first: 0, next: 5, epoch: new.epoch)], clusterID: "k1", on: connection)
        #expect(moved.isEmpty)
    }

    @Test func aClaimWaitsForTheBatchOfTheFormerOwnerAndSeesItsPosition() async throws {
        let old = try #require(try claim([zero])[zero])
        let pool = ConnectionPool(
            database.settings(role: "attune_scoring"), size: 2, acquireTimeout: .seconds(60),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        let (positions, zero) = (positions, zero)
        let (gate, moved) = (DispatchSemaphore(value: 0), AsyncStream<Void>.makeStream())
        async let batch: Void = pool.with { former in
            try former.transaction { former in
                _ = try positions.advance(
                    [.init(partition: zero, first: 0, next: 30, epoch: old.epoch)], clusterID: "k1", on: former)
                moved.continuation.yield()
                gate.wait()
            }
        }
        for await _ in moved.stream { break }
        async let claims = pool.with { try positions.claim([zero], clusterID: "k1", owner: "successor", on: $0) }
        let observer = try database.connect()
        try await eventually {
            try observer.run(
                """
                select count(*) from pg_stat_activity
                where datname = current_database() and wait_event_type = 'Lock'
                """
            ).only().int64(0) == 1
        }
        gate.signal()
        try await batch
        #expect(try await claims.map(\.nextOffset) == [30])
        await pool.shutdown()
    }

    @Test func aBatchThatBeginsBeforeThePositionMovesNothing() throws {
        let claim = try #require(try claim([zero])[zero])
        let batch = ConsumerPositions.Move(partition: zero, first: 5, next: 10, epoch: claim.epoch)
        #expect(try positions.advance([batch], clusterID: "k1", on: connection).isEmpty)
        #expect(try positions.advance([batch], clusterID: "k1", on: connection) == [zero])
        // Offsets may have gaps: compaction and transaction markers.
        let later = ConsumerPositions.Move(partition: zero, first: 20, next: 21, epoch: claim.epoch)
        #expect(try positions.advance([later], clusterID: "k1", on: connection).isEmpty)
    }

    private func record(
        _ offset: Int64, key: [UInt8], headers: [(name: String, value: [UInt8]?)] = [], reason: String = "not a message"
    ) -> Quarantine.Record {
        Quarantine.Record(
            partition: zero, offset: offset, key: key, headers: headers, payload: offset == 3 ? nil : [0, 1],
            state: offset == 1 ? .failed : .waiting, reasonCode: "undecodable", reason: reason)
    }

    @Test func aParkedRecordHoldsItsKeyOpenUntilItIsSettled() throws {
        let (poisoned, healthy) = ([1, 0, 2] as [UInt8], [9] as [UInt8])
        #expect(try quarantine.openKeys(among: [poisoned, healthy], on: connection).isEmpty)
        #expect(try quarantine.openKeys(among: [], on: connection).isEmpty)
        let records = [record(1, key: poisoned), record(2, key: poisoned), record(3, key: poisoned)]
        #expect(try quarantine.park(records, clusterID: "k1", on: connection) == 3)
        #expect(try quarantine.park(records, clusterID: "k1", on: connection) == 0)
        #expect(try quarantine.openKeys(among: [poisoned, healthy, poisoned], on: connection) == [poisoned])
        let rows = try connection.run(#"select "offset", state from scoring.quarantine order by quarantine_id"#)
        #expect(try rows.map { try $0.int64(0) } == [1, 2, 3])
        #expect(try rows.map { try $0.text(1) } == ["failed", "waiting", "waiting"])
        try connection.run("update scoring.quarantine set state = 'discarded', settled_at = now()")
        #expect(try quarantine.openKeys(among: [poisoned], on: connection).isEmpty)
    }

    @Test func nothingAboutARecordIsTooStrangeToPark() throws {
        let headers: [(name: String, value: [UInt8]?)] = [
            ("ce_id", Array("a\"b\\c\n".utf8)), ("ce_id", nil), ("zero", [0]), ("bytes", [0xFF, 0xFE]),
            ("na\0me", Array("x".utf8)),
        ]
        try quarantine.park([record(1, key: [], headers: headers, reason: "a\0b")], clusterID: "k1", on: connection)
        let row = try connection.run(
            """
            select headers -> 0 ->> 'text', headers -> 1 ->> 'text', headers -> 2 ->> 'base64',
                   headers -> 3 ->> 'base64', headers -> 4 ->> 'nameBase64', reason from scoring.quarantine
            """
        ).only()
        #expect(try row.text(0) == "a\"b\\c\n")
        #expect(try row.isNull(1))
        #expect(try row.text(2) == "AA==")
        #expect(try row.text(3) == "//4=")
        #expect(try row.text(4) == "bmEAbWU=")
        #expect(try row.text(5) == "a b")
    }

    @Test func theOperatorSeesWhyAndNotWhose() throws {
        try quarantine.park([record(1, key: [7])], clusterID: "k1", on: connection)
        let rows = try database.connect(role: "attune_operator").run(
            "select *, to_jsonb(q)::text ~* 'key[^_]|payload[^_]|ce_subject' from published.quarantine q")
        #expect(try rows.only().text(0) == "attune-scoring")
        #expect(rows[0].columnCount == 20)
        #expect(try !rows[0].bool(19), "neither key nor payload nor the header that names the key")
    }
}
