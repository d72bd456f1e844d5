import Contracts
import Messaging
import Testing

/// Records of a topic that gives way wait for all others, however many of them were fetched before.
@Suite struct DeferredReadingTests {
    private static let old = "imports"

    private static func records(_ count: Int) -> [OutgoingRecord] {
        Bench.records(count).map {
            OutgoingRecord(topic: old, key: Array("old-".utf8) + $0.key, headers: [], value: Array("old-".utf8) + $0.value)
        }
    }

    private func bench() throws -> Bench {
        let bench = try Bench()
        try bench.cluster.createTopic(Self.old, partitions: 4)
        return bench
    }

    private func reading(_ settings: inout ConsumerSettings) {
        settings.topics = [Bench.topic, Self.old]
        settings.deferredTopics = [Self.old]
        settings.deferredBatch = 100
        settings.batchLimits.maxRecords = 100
    }

    @Test func `A record of today overtakes thousands that were fetched before it`() async throws {
        let bench = try bench()
        let store = bench.store
        let old = Self.records(4000)
        let today = Bench.records(2)
        let producer = try bench.producer()
        let settings = bench.settings("other")
        // From the tenth batch on each one takes a way to the broker and back, so that what is fetched meanwhile comes.
        let loop = bench.loop(
            "a",
            behaviour: .init(beforeApply: { _ in
                let batches = store.now.count { if case .attempted = $0 { true } else { false } }
                guard batches >= 10 else { return }
                store.note(.mark("fetched"))
                store.block { $0.history.contains(.mark("published")) }
                let cluster = try TopicAdministration(settings, logger: Bench.quiet)
                _ = try cluster.describeCluster(timeout: Bench.longEnough)
            }), adjust: reading)
        loop.start()
        // Both topics are being read: a first fetch may be put off for half a second.
        try producer.publish([today[0]], deadline: Bench.longEnough)
        #expect(await store.reaches { $0.applied.count == 1 })
        try producer.publish(old, deadline: Bench.longEnough)
        #expect(await store.reaches { $0.history.contains(.mark("fetched")) })
        try producer.publish([today[1]], deadline: Bench.longEnough)
        store.note(.mark("published"))
        #expect(await store.reaches { $0.applied.count == old.count + today.count })
        let values = store.now.values
        let place = try #require(values.firstIndex(of: Bench.values(today)[1]))
        #expect(place < old.count / 2, "it was applied behind \(place) others")
        #expect(store.now.appliedOnceInOrder(old + today))
        #expect(await loop.stop(within: Bench.longEnough))
    }

    @Test func `What gives way is read in full, across a second member that comes and goes`() async throws {
        let bench = try bench()
        let store = bench.store
        let producer = try bench.producer()
        let (old, today) = (Self.records(600), Bench.records(600))
        let a = bench.loop("a", adjust: reading)
        let b = bench.loop("b", adjust: reading)
        a.start()
        try producer.publish(Array(old[..<200] + today[..<200]), deadline: Bench.longEnough)
        #expect(await store.reaches { $0.applied.count == 400 })
        b.start()
        #expect(await store.reaches { $0.held(by: "a").count == 4 && $0.held(by: "b").count == 4 })
        try producer.publish(Array(old[200..<400] + today[200..<400]), deadline: Bench.longEnough)
        #expect(await store.reaches { $0.applied.count == 800 })
        #expect(await b.stop(within: Bench.longEnough))
        try producer.publish(Array(old[400...] + today[400...]), deadline: Bench.longEnough)
        #expect(await store.reaches { $0.appliedOnceInOrder(old + today) })
        #expect(await a.stop(within: Bench.longEnough))
        #expect(store.now.failures.isEmpty)
    }
}
