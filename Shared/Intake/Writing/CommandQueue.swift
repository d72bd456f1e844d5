import Dispatch
import Synchronization

/// Commands on their way to the writer's thread: bounded, in the order they came.
final class CommandQueue: Sendable {
    /// What one request sends. Its commands are answered together.
    struct Unit: Sendable {
        let submissions: [Submission]
        let answer: @Sendable ([Outcome]) -> Void
    }

    private struct State {
        var units: [Unit] = []
        var count = 0
        var isClosed = false
    }

    private let limit: Int
    private let state = Mutex(State())
    /// Signalled once for each unit, and at the end.
    private let arrivals = DispatchSemaphore(value: 0)

    /// - Parameter limit: commands that may wait.
    init(limit: Int) { self.limit = limit }

    var isClosed: Bool { state.withLock { $0.isClosed } }
    private var count: Int { state.withLock { $0.count } }

    /// False when the queue is full or closed; then nobody will answer the unit.
    func add(_ unit: Unit) -> Bool {
        let isTaken = state.withLock { state in
            // A unit larger than the queue must still be possible, alone.
            guard !state.isClosed, state.count == 0 || state.count + unit.submissions.count <= limit else {
                return false
            }
            state.units.append(unit)
            state.count += unit.submissions.count
            return true
        }
        if isTaken { arrivals.signal() }
        return isTaken
    }

    /// Takes units of at most `size` commands together, but at least one unit if there is any.
    ///
    /// - Parameters:
    ///   - target: with fewer commands than this, more are waited for, though not longer than `linger`.
    ///   - patience: how long to wait for a first one.
    func take(upTo size: Int, target: Int, linger: Duration, patience: Duration) -> [Unit] {
        let began = ContinuousClock.now
        while count == 0, !isClosed {
            guard wait(until: began + patience) else { return [] }
        }
        let firstSeen = ContinuousClock.now
        while count < min(target, size), !isClosed {
            guard wait(until: firstSeen + linger) else { break }
        }
        return takeWaiting(upTo: size)
    }

    /// Waits, whatever comes, unless the queue is closed.
    func rest(until deadline: ContinuousClock.Instant) {
        while !isClosed, wait(until: deadline) {}
    }

    /// Takes everything that waits.
    func takeAll() -> [Unit] { takeWaiting(upTo: .max) }

    /// Refuses what comes from now on; what waits can still be taken.
    func close() {
        state.withLock { $0.isClosed = true }
        arrivals.signal()
    }

    private func takeWaiting(upTo size: Int) -> [Unit] {
        state.withLock { state in
            var taken = 0
            var number = 0
            for unit in state.units {
                guard number == 0 || taken + unit.submissions.count <= size else { break }
                taken += unit.submissions.count
                number += 1
            }
            let units = Array(state.units.prefix(number))
            state.units.removeFirst(number)
            state.count -= taken
            return units
        }
    }

    /// False when the time is over. Signals of units that have been taken already wake in vain, which is harmless.
    private func wait(until deadline: ContinuousClock.Instant) -> Bool {
        let rest = ContinuousClock.now.duration(to: deadline)
        guard rest > .zero else { return false }
        let nanoseconds = rest.components.seconds * 1_000_000_000 + rest.components.attoseconds / 1_000_000_000
        return arrivals.wait(timeout: .now() + .nanoseconds(Int(nanoseconds))) == .success
    }
}
