import Contracts
import Messaging
import Testing

@Suite struct RecordSearchTests {
    private func find(
        _ bench: Bench, _ key: String, limit: Int = 1000, topic: String = Bench.topic
    ) throws -> [ConsumedRecord] {
        try RecordSearch(bench.settings("search"), logger: Bench.quiet).records(
            of: Array(key.utf8), in: topic, fromMilliseconds: 0, limit: limit, timeout: Bench.longEnough)
    }

    @Test func `The records of a key are found where the producer has put them, in their order`() throws {
        let bench = try Bench(partitions: 4)
        let records = Bench.records(200, keys: 10)
        try bench.producer().publish(records, deadline: Bench.longEnough)
        var partitions: Set<Int32> = []
        for key in 0..<10 {
            let found = try find(bench, "key-\(key)")
            #expect(found.map(\.value) == records.filter { $0.key == Array("key-\(key)".utf8) }.map(\.value))
            #expect(Set(found.map(\.partition)).count == 1)
            partitions.formUnion(found.map(\.partition))
        }
        #expect(partitions.count > 1, "several partitions have been looked at")
    }

    @Test func `Of a long partition only the last records are looked through where no time is known`() throws {
        let bench = try Bench(partitions: 1)
        let producer = try bench.producer()
        // Each publication is a batch of its own: a fetch from the middle of a batch begins at its first record.
        for number in 0..<30 {
            try producer.publish(Bench.records(1, keys: 1, from: number), deadline: Bench.longEnough)
        }
        let found = try find(bench, "key-0", limit: 10)
        #expect(found.map(\.offset) == Array(20..<30))
    }

    @Test func `An empty partition holds nothing, and a topic that does not exist is named`() throws {
        let bench = try Bench(partitions: 2)
        #expect(try find(bench, "key-0").isEmpty)
        #expect(throws: MessagingError.self) { try find(bench, "key-0", topic: "nowhere") }
    }

    @Test func `Nothing of a search is left behind: no group, no position`() async throws {
        let bench = try Bench(partitions: 1)
        let records = Bench.records(5, keys: 1)
        try bench.producer().publish(records, deadline: Bench.longEnough)
        let search = try RecordSearch(bench.settings("search"), logger: Bench.quiet)
        for _ in 0..<2 {
            // Again: the same answer from the same search, and a consumer reads everything afterwards.
            let found = try search.records(
                of: Array("key-0".utf8), in: Bench.topic, fromMilliseconds: 0, limit: 1000, timeout: Bench.longEnough)
            #expect(found.count == 5)
        }
        let loop = bench.loop("reader")
        loop.start()
        #expect(await bench.store.reaches { $0.appliedOnceInOrder(records) })
        #expect(await loop.stop(within: Bench.longEnough))
    }
}
