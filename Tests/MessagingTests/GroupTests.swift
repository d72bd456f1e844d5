import CRdKafka
import Contracts
import Logging
import Messaging
import Testing

private let allPartitions = Set((0..<4).map { TopicPartition(topic: Bench.topic, partition: $0) })

@Suite struct GroupTests {
    @Test func aSecondMemberTakesOverPartitionsAndClaimsThemBeforeItsFirstBatch() async throws {
        let bench = try Bench()
        let records = Bench.records(500)
        let producer = try bench.producer()
        let a = bench.loop("a")
        let b = bench.loop("b")
        a.start()
        try producer.publish(Array(records[..<250]), deadline: Bench.longEnough)
        #expect(await bench.store.reaches { $0.applied.count == 250 })
        b.start()
        #expect(await bench.store.reaches { $0.held(by: "a").count == 2 && $0.held(by: "b").count == 2 })
        try producer.publish(Array(records[250...]), deadline: Bench.longEnough)
        #expect(await bench.store.reaches { $0.appliedOnceInOrder(records) })
        let state = bench.store.now
        #expect(state.held(by: "a").union(state.held(by: "b")) == allPartitions)
        #expect(state.eachBatchWasClaimedBefore)
        #expect(state.history.contains { if case .applied("b", _) = $0 { true } else { false } })
        #expect(await a.stop(within: Bench.longEnough))
        #expect(await b.stop(within: Bench.longEnough))
    }

    @Test func stoppingLeavesTheGroupSoThatAnotherMemberGetsThePartitions() async throws {
        let bench = try Bench()
        let store = bench.store
        // Without leaving, the partitions would move too, only later: so look for the farewell itself.
        let logger = Logger(label: "test") { _ in
            WatchingLog { if $0.contains("Leaving group") { store.note(.mark("farewell")) } }
        }
        let a = bench.loop("a", logger: logger)
        a.start()
        #expect(await store.reaches { $0.held(by: "a") == allPartitions })
        #expect(!store.now.history.contains(.mark("farewell")))
        #expect(await a.stop(within: Bench.longEnough))
        #expect(store.now.history.contains(.mark("farewell")))
        #expect(store.now.held(by: "a").isEmpty)
        let b = bench.loop("b")
        b.start()
        #expect(await store.reaches { $0.held(by: "b") == allPartitions })
        #expect(await b.stop(within: Bench.longEnough))
    }

    @Test func aBatchWaitingForItsNextAttemptIsDroppedWhenItsPartitionsMove() async throws {
        let bench = try Bench()
        let records = Bench.records(200)
        try bench.producer().publish(records, deadline: Bench.longEnough)
        let store = bench.store
        let a = bench.loop(
            "a",
            behaviour: .init(beforeApply: { _ in
                if store.now.held(by: "b").isEmpty { throw InjectedFailure.passing }
            }))
        a.start()
        #expect(await store.reaches { $0.count { if case .attempted("a", _) = $0 { true } else { false } } >= 2 })
        let b = bench.loop("b")
        b.start()
        #expect(await store.reaches { $0.appliedOnceInOrder(records) })
        #expect(!store.now.history.contains { if case .refused = $0 { true } else { false } })
        #expect(await a.stop(within: Bench.longEnough))
        #expect(await b.stop(within: Bench.longEnough))
    }

    @Test func partitionsClaimedByALateZombieAreClaimedBackAndNothingIsDoubled() async throws {
        let bench = try Bench()
        let producer = try bench.producer()
        let records = Bench.records(600)
        let loop = bench.loop("a") { $0.batchLimits.maxRecords = 20 }
        loop.start()
        try producer.publish(Array(records[..<300]), deadline: Bench.longEnough)
        #expect(await bench.store.reaches { $0.applied.count == 300 })
        _ = bench.store.claim([TopicPartition(topic: Bench.topic, partition: 1)], for: "zombie")
        try producer.publish(Array(records[300...]), deadline: Bench.longEnough)
        #expect(await bench.store.reaches { $0.applied.count >= 600 })
        let state = bench.store.now
        #expect(state.appliedOnceInOrder(records))
        #expect(state.history.contains { if case .refused("a", _) = $0 { true } else { false } })
        #expect(await loop.stop(within: Bench.longEnough))
        #expect(bench.store.now.failures.isEmpty)
    }

    @Test func aClaimThatFailsForAPassingReasonIsRepeated() async throws {
        let bench = try Bench()
        let records = Bench.records(100)
        try bench.producer().publish(records, deadline: Bench.longEnough)
        let failures = Countdown(3)
        let loop = bench.loop("a", behaviour: .init(onClaim: { if failures.tick() { throw InjectedFailure.passing } }))
        loop.start()
        #expect(await bench.store.reaches { $0.appliedOnceInOrder(records) })
        #expect(await loop.stop(within: Bench.longEnough))
        #expect(bench.store.now.failures.isEmpty)
    }

    @Test func aClaimThatFailsForGoodEndsTheLoop() async throws {
        let bench = try Bench()
        let loop = bench.loop("a", behaviour: .init(onClaim: { throw InjectedFailure.lasting }))
        loop.start()
        #expect(await bench.store.reaches { $0.failures.count == 1 })
        #expect(await loop.stop(within: Bench.longEnough))
    }

    @Test func afterTheBrokerWasDownReadingGoesOnWhereItStood() async throws {
        let bench = try Bench()
        let producer = try bench.producer()
        let records = Bench.records(200)
        let loop = bench.loop("a")
        loop.start()
        try producer.publish(Array(records[..<100]), deadline: Bench.longEnough)
        #expect(await bench.store.reaches { $0.applied.count == 100 })
        try bench.cluster.takeDown()
        #expect(throws: MessagingError.self) {
            try producer.publish(Array(records[100...]), deadline: .milliseconds(300))
        }
        try bench.cluster.bringUp()
        try producer.publish(Array(records[100...]), deadline: Bench.longEnough)
        #expect(await bench.store.reaches { $0.applied.count >= 200 })
        #expect(bench.store.now.appliedOnceInOrder(records))
        #expect(await loop.stop(within: Bench.longEnough))
        #expect(bench.store.now.failures.isEmpty)
    }

    @Test func aMemberFencedByAnotherWithItsInstanceIDEndsTheLoop() async throws {
        let bench = try Bench()
        bench.cluster.failNext(.joinGroup, with: [RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID.rawValue])
        let store = bench.store
        // It has no group to leave, and must not wait for leave.
        let logger = Logger(label: "test") { _ in
            WatchingLog { if $0.contains("could not leave") { store.note(.mark("stayed")) } }
        }
        let loop = bench.loop("a", logger: logger) { $0.instanceID = "replica-0" }
        loop.start()
        #expect(await bench.store.reaches { $0.failures.count == 1 })
        guard case .failed(.fatal(let reason)) = loop.status.state else {
            Issue.record("unexpected: \(loop.status.state)")
            return
        }
        #expect(reason.code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID.rawValue)
        #expect(await loop.stop(within: Bench.longEnough))
        #expect(!store.now.history.contains(.mark("stayed")))
    }
}

extension MemoryStore.State {
    /// Whether no member had an effect in a partition it had not claimed at that moment.
    var eachBatchWasClaimedBefore: Bool {
        var held: [String: Set<TopicPartition>] = [:]
        for event in history {
            switch event {
            case .claimed(let member, let partitions): held[member, default: []].formUnion(partitions)
            case .revoked(let member, let partitions): held[member, default: []].subtract(partitions)
            case .applied(let member, let partitions):
                guard held[member, default: []].isSuperset(of: partitions) else { return false }
            case .attempted, .refused, .idle, .failed, .mark: break
            }
        }
        return true
    }
}

/// Shows every line to a closure.
private struct WatchingLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace
    let watch: @Sendable (String) -> Void

    init(_ watch: @escaping @Sendable (String) -> Void) { self.watch = watch }

    func log(event: LogEvent) { watch("\(event.message)") }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }
}
