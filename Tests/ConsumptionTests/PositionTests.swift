import Contracts
import Domain
import Messaging
import Persistence
import ServiceKit
import TestSupport
import Testing

@Suite struct PositionTests {
    @Test func `Effect and position are committed together, and neither is seen before`() throws {
        let bench = try ConsumptionBench()
        let batch = [bench.record(), bench.record(), bench.record()]
        var seen: [Int64?] = []
        bench.handler.before = { _, index, connection in
            guard index == 2 else { return }
            seen.append(try bench.position())
            seen.append(Int64(try bench.effects().count))
            // The transaction itself has moved on already.
            seen.append(try connection.run("select next_offset from scoring.consumer_offset").only().int64(0))
        }
        #expect(try bench.consumer.handle(batch) == .done)
        #expect(seen == [ConsumerPositions.beginning, 0, 3])
        #expect(try bench.effects() == batch.map { try $0.event })
        #expect(try bench.position() == 3)
        #expect(bench.handler.commits == 1)
        #expect(bench.handler.retries == 0)
    }

    @Test func `Reading begins at the beginning and goes on behind the last batch, gaps in offsets included`() throws {
        let bench = try ConsumptionBench(assigned: [])
        #expect(try bench.consumer.assigned([zero], clusterID: "cluster") == [StartPosition(zero, .beginning)])
        let batch = [bench.record(), bench.record(), bench.record()]
        #expect(try bench.consumer.handle([batch[0], batch[2]]) == .done)
        let next = try ConsumptionBench.consumer(bench.database, RecordingHandler())
        #expect(try next.assigned([zero], clusterID: "cluster") == [StartPosition(zero, .offset(3))])
        #expect(try next.assigned([zero], clusterID: "another") == [StartPosition(zero, .beginning)])
    }

    @Test func `Each partition of a batch moves by its own records`() throws {
        let bench = try ConsumptionBench(assigned: [zero, one])
        let batch = [
            bench.record(in: one), bench.record(in: zero), bench.record(in: one), bench.record(in: one),
        ]
        #expect(try bench.consumer.handle(batch) == .done)
        #expect(try bench.position(of: zero) == 1)
        #expect(try bench.position(of: one) == 3)
        #expect(try bench.effects() == batch.map { try $0.event })
    }

    @Test func `A consumer whose partition somebody else has claimed writes nothing, not even what it would park`() throws {
        let bench = try ConsumptionBench(assigned: [zero, one])
        let other = try ConsumptionBench.consumer(bench.database, RecordingHandler())
        _ = try other.assigned([one], clusterID: "cluster")
        let batch = [
            bench.record(in: zero), bench.record(key: [1], value: nil, in: one), bench.record(in: one),
        ]
        #expect(try bench.consumer.handle(batch) == .lostPartitions([one]))
        #expect(bench.handler.calls.isEmpty)
        #expect(bench.handler.retries == 1)
        #expect(try bench.effects().isEmpty)
        #expect(try bench.quarantine().isEmpty)
        #expect(try bench.position(of: zero) == ConsumerPositions.beginning)
        #expect(try bench.position(of: one) == ConsumerPositions.beginning)
        // What remains of the batch is its own.
        #expect(try bench.consumer.handle([batch[0]]) == .done)
        #expect(try bench.position(of: zero) == 1)
    }

    @Test func `A partition that was revoked or never assigned is lost`() throws {
        let bench = try ConsumptionBench()
        let stray = bench.record(in: one)
        #expect(try bench.consumer.handle([stray]) == .lostPartitions([one]))
        bench.consumer.revoked([zero])
        #expect(try bench.consumer.handle([bench.record()]) == .lostPartitions([zero]))
        #expect(try bench.effects().isEmpty)
    }

    @Test func `A batch that begins before the position has no effect`() throws {
        let bench = try ConsumptionBench()
        let batch = [bench.record(), bench.record()]
        #expect(try bench.consumer.handle(batch) == .done)
        #expect(try bench.consumer.handle(batch) == .lostPartitions([zero]))
        #expect(try bench.effects().count == 2)
        #expect(try bench.position() == 2)
    }

    @Test func `Idle time reaches the handler outside a transaction`() throws {
        let bench = try ConsumptionBench()
        bench.handler.atIdle = { connection in
            // A transaction inside a transaction would be refused.
            try connection.transaction { _ = try $0.run("insert into scoring.effect (event_id) values (gen_random_uuid())") }
        }
        try bench.consumer.idle()
        #expect(try bench.effects().count == 1)
    }
}
