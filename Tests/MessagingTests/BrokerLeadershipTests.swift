import Contracts
import Testing

@testable import Messaging

/// One broker of several is lost, and comes back.
@Suite struct BrokerLeadershipTests {
    @Test func `What a lost broker led goes to those that are left, and nothing else moves`() {
        var leadership = BrokerLeadership(brokers: 3)
        var leaders: [BrokerLeadership.Led: Int32] = [:]
        for move in leadership.place(topic: "a", partitions: 6) + leadership.place(group: "g") {
            leaders[move.what] = move.leader
        }
        #expect(leaders.count == 7 && Set(leaders.values) == [1, 2, 3])
        let moved = leadership.lose(2)
        #expect(Set(moved.map(\.what)) == Set(leaders.filter { $0.value == 2 }.keys))
        #expect(moved.allSatisfy { $0.leader != 2 })
        leadership.regain(2)
        #expect(leadership.lose(1).contains { $0.leader == 2 }, "it takes its turn again")
    }

    @Test func `Without a broker left nothing moves, and a single one is left alone`() {
        var leadership = BrokerLeadership(brokers: 2)
        #expect(leadership.place(topic: "a", partitions: 2).map(\.leader) == [1, 2])
        #expect(leadership.lose(1).map(\.leader) == [2])
        #expect(leadership.lose(2).isEmpty)
        var single = BrokerLeadership(brokers: 1)
        #expect(single.place(topic: "a", partitions: 2).isEmpty && single.lose(1).isEmpty)
    }

    @Test(arguments: [Int32(1), 2, 3])
    func `Producer and group go on without one of three brokers`(broker: Int32) async throws {
        let bench = try Bench(partitions: 6, brokers: 3)
        try bench.cluster.placeGroup("scoring")
        let producer = try bench.producer()
        let records = Bench.records(200)
        let loop = bench.loop("a")
        loop.start()
        try producer.publish(Array(records[..<100]), deadline: Bench.longEnough)
        #expect(await bench.store.reaches { $0.applied.count == 100 })
        try bench.cluster.takeDown(broker: broker)
        try producer.publish(Array(records[100...]), deadline: Bench.longEnough)
        #expect(await bench.store.reaches { $0.applied.count >= 200 })
        #expect(bench.store.now.appliedOnceInOrder(records))
        #expect(await loop.stop(within: Bench.longEnough))
        #expect(bench.store.now.failures.isEmpty)
    }
}
