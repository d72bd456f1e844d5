import CRdKafka
import Contracts
import Messaging
import Testing

@Suite struct ConsumerLoopTests {
    @Test func everyRecordIsHandledOnceAndInOrderPerKey() async throws {
        let bench = try Bench()
        let producer = try bench.producer()
        let records = Bench.records(1000)
        let loop = bench.loop("a")
        try producer.publish(Array(records[..<600]), deadline: Bench.longEnough)
        loop.start()
        #expect(await bench.store.reaches { $0.applied.count >= 600 })
        try producer.publish(Array(records[600...]), deadline: Bench.longEnough)
        #expect(await bench.store.reaches { $0.appliedOnceInOrder(records) })
        #expect(await loop.stop(within: Bench.longEnough))
        #expect(bench.store.now.failures.isEmpty)
    }

    @Test func aBatchKeepsToItsLimits() async throws {
        let bench = try Bench(partitions: 1)
        try bench.producer().publish(Bench.records(100), deadline: Bench.longEnough)
        let loop = bench.loop("a") { $0.batchLimits = BatchLimits(maxRecords: 7, maxWait: .milliseconds(20)) }
        loop.start()
        #expect(await bench.store.reaches { $0.applied.count == 100 })
        let sizes = bench.store.now.history.compactMap { if case .attempted(_, let size) = $0 { size } else { nil } }
        #expect(sizes.allSatisfy { $0 <= 7 })
        #expect(await loop.stop(within: Bench.longEnough))
    }

    @Test func aCrashBeforeTheEffectHandsTheBatchToTheNextOwner() async throws {
        let bench = try Bench()
        let records = Bench.records(300)
        try bench.producer().publish(records, deadline: Bench.longEnough)
        let batches = Countdown(2)
        let crashing = bench.loop(
            "a",
            behaviour: .init(beforeApply: { _ in if !batches.tick() { throw InjectedFailure.lasting } })
        ) { $0.batchLimits.maxRecords = 50 }
        crashing.start()
        #expect(await bench.store.reaches { $0.failures.count == 1 })
        #expect(bench.store.now.applied.count < 300)
        let next = bench.loop("b")
        next.start()
        #expect(await bench.store.reaches { $0.appliedOnceInOrder(records) })
        #expect(await next.stop(within: Bench.longEnough))
    }

    @Test func aCrashAfterTheEffectAndBeforeKafkaKnowsDoesNotRepeatIt() async throws {
        let bench = try Bench()
        let records = Bench.records(300)
        try bench.producer().publish(records, deadline: Bench.longEnough)
        let crashing = bench.loop("a", behaviour: .init(afterApply: { _ in throw InjectedFailure.lasting })) {
            $0.batchLimits.maxRecords = 50
        }
        crashing.start()
        #expect(await bench.store.reaches { $0.failures.count == 1 })
        let next = bench.loop("b")
        next.start()
        #expect(await bench.store.reaches { $0.applied.count >= 300 })
        #expect(await next.stop(within: Bench.longEnough))
        #expect(bench.store.now.appliedOnceInOrder(records))
    }

    @Test func aPassingFailureRepeatsTheSameBatchAndLosesNothing() async throws {
        let bench = try Bench()
        let records = Bench.records(400)
        try bench.producer().publish(records, deadline: Bench.longEnough)
        let failures = Countdown(4)
        let loop = bench.loop(
            "a", behaviour: .init(beforeApply: { _ in if failures.tick() { throw InjectedFailure.passing } })
        ) { $0.batchLimits.maxRecords = 40 }
        loop.start()
        #expect(await bench.store.reaches { $0.appliedOnceInOrder(records) })
        let sizes = bench.store.now.history.compactMap { if case .attempted(_, let size) = $0 { size } else { nil } }
        #expect(sizes.count >= 5 && Set(sizes.prefix(5)).count == 1)
        #expect(loop.status.retryingSince == nil)
        #expect(await loop.stop(within: Bench.longEnough))
        #expect(bench.store.now.failures.isEmpty)
    }

    @Test func stoppingDoesNotWaitForABatchThatKeepsFailing() async throws {
        let bench = try Bench()
        try bench.producer().publish(Bench.records(10), deadline: Bench.longEnough)
        let loop = bench.loop("a", behaviour: .init(beforeApply: { _ in throw InjectedFailure.passing }))
        loop.start()
        #expect(await bench.store.reaches { $0.count { if case .attempted = $0 { true } else { false } } >= 2 })
        #expect(await loop.stop(within: Bench.longEnough))
        #expect(bench.store.now.applied.isEmpty)
    }

    @Test func aLastingFailureEndsTheLoopAndIsToldOnce() async throws {
        let bench = try Bench()
        try bench.producer().publish(Bench.records(10), deadline: Bench.longEnough)
        let loop = bench.loop("a", behaviour: .init(beforeApply: { _ in throw InjectedFailure.lasting }))
        loop.start()
        #expect(await bench.store.reaches { $0.failures.count == 1 })
        #expect(await loop.stop(within: Bench.longEnough))
        guard case .failed(.consumer) = loop.status.state else {
            Issue.record("unexpected: \(loop.status.state)")
            return
        }
        #expect(bench.store.now.failures.count == 1)
    }

    @Test func aStuckThreadIsNoticed() async throws {
        let bench = try Bench()
        try bench.producer().publish(Bench.records(1), deadline: Bench.longEnough)
        let store = bench.store
        let loop = bench.loop(
            "a", behaviour: .init(beforeApply: { _ in store.block { !$0.failures.isEmpty } })
        ) { $0.stallLimit = .seconds(5) }
        loop.start()
        #expect(await store.reaches { $0.failures.count == 1 })
        guard case .failed(.stalled) = loop.status.state else {
            Issue.record("unexpected: \(loop.status.state)")
            return
        }
        #expect(await loop.stop(within: Bench.longEnough))
    }

    @Test func timersAreServedWithoutRecordsAndTheirPassingFailuresAreSurvived() async throws {
        let bench = try Bench()
        let failures = Countdown(2)
        let loop = bench.loop(
            "a", behaviour: .init(onIdle: { if failures.tick() { throw InjectedFailure.passing } }))
        loop.start()
        #expect(await bench.store.reaches { $0.count { $0 == .idle("a") } >= 4 })
        #expect(await loop.stop(within: Bench.longEnough))
        #expect(bench.store.now.failures.isEmpty)
    }

    @Test func aServiceMayBeStartedBeforeItsTopics() async throws {
        let bench = try Bench(partitions: 0)
        let loop = bench.loop("a")
        loop.start()
        // Whatever has been asked for by now was not there.
        #expect(throws: MessagingError.self) {
            try bench.producer().publish(Bench.records(1), deadline: Bench.longEnough)
        }
        try bench.cluster.createTopic(Bench.topic, partitions: 4)
        let records = Bench.records(100)
        try bench.producer().publish(records, deadline: Bench.longEnough)
        #expect(await bench.store.reaches { $0.appliedOnceInOrder(records) })
        #expect(await loop.stop(within: Bench.longEnough))
    }

    @Test func aPositionThatIsNotInTheTopicEndsTheLoopInsteadOfSkipping() async throws {
        let bench = try Bench(partitions: 1)
        try bench.producer().publish(Bench.records(10), deadline: Bench.longEnough)
        let partition = TopicPartition(topic: Bench.topic, partition: 0)
        bench.store.change { $0.next[partition] = 5000 }
        let loop = bench.loop("a")
        loop.start()
        #expect(await bench.store.reaches { $0.failures.count == 1 })
        guard case .failed(.positionOutOfRange(partition, _)) = loop.status.state else {
            Issue.record("unexpected: \(loop.status.state)")
            return
        }
        #expect(bench.store.now.applied.isEmpty)
        #expect(await loop.stop(within: Bench.longEnough))
    }

    @Test func aNegativeStartPositionIsRefused() async throws {
        let bench = try Bench(partitions: 1)
        bench.store.change { $0.next[TopicPartition(topic: Bench.topic, partition: 0)] = -1 }
        let loop = bench.loop("a")
        loop.start()
        #expect(await bench.store.reaches { $0.failures.count == 1 })
        #expect(await loop.stop(within: Bench.longEnough))
    }

    @Test func theStatusKnowsPositionsAndLag() async throws {
        let bench = try Bench(partitions: 1)
        try bench.producer().publish(Bench.records(30), deadline: Bench.longEnough)
        let store = bench.store
        let loop = bench.loop(
            "a", behaviour: .init(beforeApply: { _ in store.block { $0.history.contains(.mark("go on")) } })
        ) { $0.batchLimits.maxRecords = 10 }
        loop.start()
        #expect(await store.reaches { $0.count { if case .attempted = $0 { true } else { false } } == 1 })
        #expect(loop.status.assigned.map(\.id) == [TopicPartition(topic: Bench.topic, partition: 0)])
        store.note(.mark("go on"))
        let seen = await store.reaches { _ in
            loop.status.assigned.first?.nextOffset == 30 && loop.status.assigned.first?.lag == 0
        }
        #expect(seen)
        #expect(await loop.stop(within: Bench.longEnough))
    }

    @Test func aHundredThousandRecordsArriveWithoutLoss() async throws {
        let bench = try Bench()
        let loop = bench.loop("a")
        loop.start()
        let producer = try bench.producer()
        let records = Bench.records(100_000, keys: 500)
        for chunk in stride(from: 0, to: records.count, by: 1000) {
            try producer.publish(Array(records[chunk..<chunk + 1000]), deadline: Bench.longEnough)
        }
        #expect(await bench.store.reaches { $0.applied.count >= 100_000 })
        #expect(bench.store.now.appliedOnceInOrder(records))
        #expect(await loop.stop(within: Bench.longEnough))
    }
}
