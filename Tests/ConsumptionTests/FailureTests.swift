import Contracts
import Domain
import Messaging
import Persistence
import ServiceKit
import Testing

@Suite struct FailureTests {
    /// Raises an error of the server's, as if the statement had met it.
    private static func raise(_ sqlState: String, on connection: Connection) throws {
        try connection.script("do $$ begin raise exception using errcode = '\(sqlState)', message = 'provoked'; end $$")
    }

    @Test func `An unforeseen failure takes the batch apart: the others pass, the one is tried again and parked`() throws {
        let bench = try ConsumptionBench()
        let batch = (0..<4).map { _ in bench.record() }
        let ids = try batch.map { try $0.event }
        bench.handler.fail([ids[2]]) { _ in Surprise() }
        #expect(try bench.consumer.handle(batch) == .done)
        #expect(bench.handler.calls == [ids, [ids[0]], [ids[1]], [ids[2]], [ids[2]], [ids[2]], [ids[3]]])
        #expect(try bench.effects() == [ids[0], ids[1], ids[3]])
        #expect(try bench.quarantine() == [.init(offset: 2, state: "failed", code: "unhandled")])
        #expect(try bench.observer.run("select reason from scoring.quarantine").only().text(0) == "Surprise")
        #expect(try bench.position() == 4)
    }

    @Test func `What follows of its key waits, though each record is handled on its own`() throws {
        let bench = try ConsumptionBench()
        let episode: EpisodeID = TimeOrderedIdentity.make(at: .now)
        let batch = [bench.record(of: episode), bench.record(), bench.record(of: episode)]
        bench.handler.fail([try batch[0].event]) { _ in Surprise() }
        #expect(try bench.consumer.handle(batch) == .done)
        #expect(try bench.effects() == [batch[1].event])
        #expect(try bench.quarantine().map(\.state) == ["failed", "waiting"])
    }

    @Test func `A failure that does not come again parks nothing`() throws {
        let bench = try ConsumptionBench()
        let record = bench.record()
        var failuresLeft = 2
        bench.handler.before = { _, _, _ in
            failuresLeft -= 1
            if failuresLeft >= 0 { throw Surprise() }
        }
        #expect(try bench.consumer.handle([record]) == .done)
        #expect(try bench.effects() == [record.event])
        #expect(try bench.quarantine().isEmpty)
        #expect(bench.handler.calls.count == 3)
    }

    @Test func `What the database refuses for its content is parked as refused`() throws {
        let bench = try ConsumptionBench()
        let batch = (0..<3).map { _ in bench.record() }
        let heavy = try batch[1].event
        bench.handler.before = { event, _, connection in
            guard event.id == heavy else { return }
            try connection.run("insert into scoring.effect (event_id, weight) values ($1, 11)", [.id(event.id)])
        }
        #expect(try bench.consumer.handle(batch) == .done)
        #expect(try bench.quarantine() == [.init(offset: 1, state: "failed", code: "refused_by_database")])
        #expect(try bench.effects() == [batch[0], batch[2]].map { try $0.event })
    }

    @Test(arguments: ["40001", "40P01", "57014", "53300", "25006"])
    func `A failure of the database that passes is thrown on, and the same batch has its effect later`(sqlState: String) throws {
        let bench = try ConsumptionBench()
        let batch = [bench.record(), bench.record()]
        bench.handler.before = { _, index, connection in
            if index == 1 { try Self.raise(sqlState, on: connection) }
        }
        let error = #expect(throws: DatabaseError.self) { try bench.consumer.handle(batch) }
        #expect(error?.isTransient == true)
        #expect(error?.sqlState == sqlState)
        #expect(try bench.effects().isEmpty)
        #expect(try bench.quarantine().isEmpty)
        #expect(try bench.position() == ConsumerPositions.beginning)
        #expect(bench.handler.retries == 1)
        #expect(bench.handler.commits == 0)
        bench.handler.before = { _, _, _ in }
        #expect(try bench.consumer.handle(batch) == .done)
        #expect(try bench.effects() == batch.map { try $0.event })
        #expect(try bench.position() == 2)
    }

    @Test func `A session that is lost in the middle leaves nothing behind, and the next one goes on`() throws {
        let bench = try ConsumptionBench()
        let batch = [bench.record(), bench.record()]
        bench.handler.before = { _, index, connection in
            guard index == 1 else { return }
            let session = try connection.run("select pg_backend_pid()").only().int32(0)
            try bench.observer.run("select pg_terminate_backend($1, 60000)", [.int32(session)])
        }
        let error = #expect(throws: DatabaseError.self) { try bench.consumer.handle(batch) }
        #expect(error?.isTransient == true)
        #expect(try bench.effects().isEmpty)
        bench.handler.before = { _, _, _ in }
        #expect(try bench.consumer.handle(batch) == .done)
        #expect(try bench.effects().count == 2)
    }

    @Test func `A failure of Kafka is thrown on as it is`() throws {
        let bench = try ConsumptionBench()
        let record = bench.record()
        bench.handler.fail([try record.event]) { _ in MessagingError.timedOut(undelivered: 7) }
        #expect {
            try bench.consumer.handle([record])
        } throws: { error in
            if case .timedOut(undelivered: 7) = error as? MessagingError { true } else { false }
        }
        #expect(try bench.quarantine().isEmpty)
        #expect(try bench.position() == ConsumerPositions.beginning)
    }

    @Test func `A missing grant stops the service and parks no event`() throws {
        let bench = try ConsumptionBench()
        bench.handler.before = { _, _, connection in try connection.run("select from alerting.alert") }
        let error = #expect(throws: DatabaseError.self) { try bench.consumer.handle([bench.record(), bench.record()]) }
        #expect(error?.kind == .permissionDenied)
        #expect(error?.isTransient == false)
        #expect(try bench.quarantine().isEmpty)
        #expect(try bench.position() == ConsumerPositions.beginning)
    }

    @Test func `A batch that was taken apart and interrupted goes on behind what had its effect`() throws {
        let bench = try ConsumptionBench()
        let batch = (0..<4).map { _ in bench.record() }
        let ids = try batch.map { try $0.event }
        var isTakenApart = false
        bench.handler.before = { event, _, connection in
            guard event.id == ids[2] else { return }
            guard isTakenApart else {
                isTakenApart = true
                throw Surprise()
            }
            try Self.raise("40001", on: connection)
        }
        #expect(throws: DatabaseError.self) { try bench.consumer.handle(batch) }
        #expect(try bench.effects() == [ids[0], ids[1]])
        bench.handler.before = { _, _, _ in }
        // The whole batch again begins before the position, so the partition is claimed anew.
        #expect(try bench.consumer.handle(batch) == .lostPartitions([zero]))
        #expect(try bench.consumer.assigned([zero], clusterID: "cluster") == [StartPosition(zero, .offset(2))])
        #expect(try bench.consumer.handle(Array(batch[2...])) == .done)
        #expect(try bench.effects() == ids)
        #expect(try bench.quarantine().isEmpty)
    }
}
