import Contracts
import Testing

@testable import Messaging

@Suite struct DrainEstimateTests {
    private let start = ContinuousClock.now

    private func time(_ seconds: Double) -> ContinuousClock.Instant { start + .milliseconds(Int64(seconds * 1000)) }

    @Test func `What waits is divided by the rate at which it is handled`() {
        var drain = DrainEstimate(at: start)
        #expect(drain.observe(handled: 100, waiting: 1000, at: time(1)) == 10)
        for second in 2...10 {
            let seconds = drain.observe(handled: 100, waiting: 1000, at: time(Double(second)))
            #expect(abs(seconds - 10) < 1e-9)
        }
        #expect(drain.observe(handled: 100, waiting: 0, at: time(11)) == 0)
    }

    @Test func `The rate follows a change within about half a minute, and not at once`() {
        var drain = DrainEstimate(at: start)
        for second in 1...60 { _ = drain.observe(handled: 100, waiting: 1000, at: time(Double(second))) }
        // Twice as fast from now on: 10 seconds become 5.
        var seconds: [Double] = []
        for second in 61...180 { seconds.append(drain.observe(handled: 200, waiting: 1000, at: time(Double(second)))) }
        #expect(seconds[0] > 9)
        #expect((5.7...6.3).contains(seconds[29]), "after 30 s: \(seconds[29])")
        #expect((4.99...5.2).contains(seconds[119]))
        #expect(zip(seconds, seconds.dropFirst()).allSatisfy { $0 >= $1 })
    }

    @Test func `Idle times do not slow the rate down: what comes after them is no alarm`() {
        var drain = DrainEstimate(at: start)
        _ = drain.observe(handled: 100, waiting: 10, at: time(1))
        for second in 2...3600 { #expect(drain.observe(handled: 0, waiting: 0, at: time(Double(second))) == 0) }
        #expect(abs(drain.observe(handled: 0, waiting: 50, at: time(3600.5)) - 1) < 1e-9)
    }

    @Test func `While it is stuck it grows with the clock, from what it was`() {
        var drain = DrainEstimate(at: start)
        let before = drain.observe(handled: 100, waiting: 500, at: time(1))
        #expect(before == 5)
        var last = before
        for second in 2...7200 {
            let seconds = drain.observe(handled: 0, waiting: 500, at: time(Double(second)))
            #expect(seconds.isFinite && abs(seconds - (last + 1)) < 1e-6)
            last = seconds
        }
        #expect(abs(last - (5 + 7199)) < 1e-6)
        // It moves again: the time that was lost counts as slowness, which passes.
        let after = drain.observe(handled: 100, waiting: 400, at: time(7201))
        #expect(after.isFinite && after > 5)
        var seconds = after
        for second in 7202...7500 { seconds = drain.observe(handled: 100, waiting: 400, at: time(Double(second))) }
        #expect((4...4.1).contains(seconds))
    }

    @Test func `Before anything has been handled it is the time that work has waited`() {
        var drain = DrainEstimate(at: start)
        #expect(drain.observe(handled: 0, waiting: 0, at: time(100)) == 0)
        #expect(drain.observe(handled: 0, waiting: 7, at: time(101)) == 1)
        #expect(drain.observe(handled: 0, waiting: 7, at: time(160)) == 60)
    }

    @Test func `No observation makes it anything but a number`() {
        var drain = DrainEstimate(at: start)
        var moment = 0.0
        var random = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            // Also twice at the same moment, and with a clock that seems to go back.
            moment += [-0.5, 0, 0, 1, 1, 1, 60].randomElement(using: &random) ?? 0
            let seconds = drain.observe(
                handled: [0, 0, 1, 500, .max / 4].randomElement(using: &random) ?? 0,
                waiting: [0, 1, 100_000, .max / 4].randomElement(using: &random) ?? 0, at: time(moment))
            #expect(seconds.isFinite && seconds >= 0)
        }
    }

    @Test func `Topics are judged each on their own partitions, from where each of them was first seen`() {
        var drains = DrainEstimates()
        func observe(_ partitions: [(String, Int32, Int64?, Int64?)], _ second: Double) -> [String: Double] {
            drains.observe(
                partitions.map {
                    .init(id: TopicPartition(topic: $0.0, partition: $0.1), next: $0.2, waiting: $0.3)
                }, at: time(second))
        }
        // The first offsets are no work done, and a partition of which nothing is known says nothing.
        #expect(observe([("a", 0, 5000, 100), ("a", 1, nil, 100), ("b", 0, 70, nil)], 0) == ["a": 0])
        #expect(observe([("a", 0, 5010, 90), ("a", 1, 9000, 90), ("b", 0, 80, nil)], 1) == ["a": 18])
        #expect(observe([("a", 0, 5020, 0), ("a", 1, 9010, 0), ("b", 0, 80, 5)], 2) == ["a": 0, "b": 0])
        drains.forget()
        #expect(observe([("a", 0, 6000, 100)], 3) == ["a": 0])
    }

    @Test func `Records are counted by topic`() {
        #expect(MessagingConvention.counts(["a", "a", "b", "a"]) == ["a": 3, "b": 1])
        #expect(MessagingConvention.counts([String]()) == [:])
        #expect(MessagingConvention.only(["a": 2]) == "a")
        #expect(MessagingConvention.only(["a": 2, "b": 1]) == nil)
    }
}
