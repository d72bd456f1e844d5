import Contracts
import Dispatch
import Domain
import Foundation
import Messaging
import Persistence
import ServiceKit
import Testing

/// Resuming beside the worker that goes on reading the same partition.
@Suite struct ResumptionRaceTests {
    private let ill: EpisodeID = TimeOrderedIdentity.make(at: .now)

    private func bench() throws -> (bench: ConsumptionBench, failed: ConsumedRecord) {
        let bench = try ConsumptionBench()
        let failed = bench.record(of: ill)
        bench.handler.fail([try failed.event]) { PoisonEvent(index: $0, code: "unknown_instrument", reason: "") }
        #expect(try bench.consumer.handle([failed]) == .done)
        bench.handler.before = { _, _, _ in }
        _ = try bench.askForRetry([1])
        return (bench, failed)
    }

    @Test func `A record that comes while its episode is being resumed waits for it and is not stranded behind it`() throws {
        let (bench, failed) = try bench()
        let later = bench.record(of: ill)
        let resumer = RecordingHandler()
        var batch: Background?
        resumer.before = { _, _, _ in
            // The owner of the partition meets the next record of the episode in the middle of the resumption.
            batch = Background { () throws in #expect(try bench.consumer.handle([later]) == .done) }
            try bench.awaitLockedSession()
        }
        try ConsumptionBench.consumer(bench.database, resumer).idle()
        try #require(batch).end()
        #expect(try bench.effects() == [failed, later].map { try $0.event })
        #expect(try bench.quarantine() == [.init(offset: 0, state: "released", code: "unknown_instrument")])
    }

    @Test func `A resumption that begins while a record is being parked behind takes that one along`() throws {
        let (bench, failed) = try bench()
        let (later, other) = (bench.record(of: ill), bench.record())
        let resumer = try ConsumptionBench.consumer(bench.database, RecordingHandler())
        var resumption: Background?
        bench.handler.before = { event, _, _ in
            guard event.id == (try other.event) else { return }
            // The batch has parked the later record, and has not committed.
            resumption = Background { try resumer.idle() }
            try bench.awaitLockedSession()
        }
        #expect(try bench.consumer.handle([later, other]) == .done)
        try #require(resumption).end()
        // A commit gives up row locks before advisory locks: who waited for the rows may still find the key taken, and
        // then leaves it for the next idle time.
        try resumer.idle()
        #expect(try bench.effects() == [other, failed, later].map { try $0.event })
        #expect(try bench.quarantine().map(\.state) == ["released", "released"])
    }

    @Test func `Two workers never resume the same episode at once`() throws {
        let (bench, failed) = try bench()
        let second = RecordingHandler()
        let (one, other) = (bench.consumer, try ConsumptionBench.consumer(bench.database, second))
        bench.handler.before = { _, _, _ in try other.idle() }
        try one.idle()
        #expect(try bench.effects() == [failed].map { try $0.event })
        #expect(second.calls.isEmpty)
    }

    @Test func `A discard waits for the resumption, and finds nothing left to discard`() throws {
        let (bench, failed) = try bench()
        var discard: Background?
        bench.handler.before = { _, _, _ in
            discard = Background { () throws in #expect(try bench.discard([1]).isEmpty) }
            try bench.awaitLockedSession()
        }
        try bench.consumer.idle()
        try #require(discard).end()
        #expect(try bench.effects() == [failed].map { try $0.event })
        #expect(try bench.quarantine().map(\.state) == ["released"])
    }

    @Test func `A batch that began before its episode was parked elsewhere ends before the episode is resumed`() throws {
        let bench = try ConsumptionBench(assigned: [zero])
        let handler = RecordingHandler()
        let elsewhere = try ConsumptionBench.consumer(bench.database, handler)
        _ = try elsewhere.assigned([one], clusterID: "cluster")
        let (running, failed) = (bench.record(of: ill, in: zero), bench.record(of: ill, in: one))
        handler.fail([try failed.event]) { PoisonEvent(index: $0, code: "unknown_instrument", reason: "") }
        var resumption: Background?
        bench.handler.before = { _, _, _ in
            #expect(try elsewhere.handle([failed]) == .done)
            _ = try bench.askForRetry([1])
            handler.before = { _, _, _ in }
            resumption = Background { try elsewhere.idle() }
            try bench.awaitLockedSession()
            #expect(handler.calls.count == 1, "nothing is resumed beside the running batch")
        }
        #expect(try bench.consumer.handle([running]) == .done)
        try #require(resumption).end()
        #expect(try bench.effects() == [running, failed].map { try $0.event })
    }
}

/// Work on a thread of its own.
private final class Background: @unchecked Sendable {
    // Safe to share: `failure` is written before the signal and read behind it.
    private let done = DispatchSemaphore(value: 0)
    private var failure: (any Error)?

    init(_ work: @escaping () throws -> Void) {
        nonisolated(unsafe) let work = work
        Thread.detachNewThread { [self] in
            do { try work() } catch { failure = error }
            done.signal()
        }
    }

    func end() throws {
        #expect(done.wait(timeout: .now() + .seconds(120)) == .success)
        if let failure { throw failure }
    }
}

extension ConsumptionBench {
    /// Returns when a session of this database waits for a lock.
    fileprivate func awaitLockedSession() throws {
        for _ in 0..<1000 {
            let waiting = try observer.run(
                "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
            if !waiting.isEmpty { return }
            try observer.run("select pg_sleep(0.01)")
        }
        Issue.record("no session waits")
    }
}
