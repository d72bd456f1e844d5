import Synchronization

/// Something that ends once, and that tasks can wait for with a limit.
final class Completion: Sendable {
    private struct State {
        var isFinished = false
        var nextTicket: UInt64 = 0
        var waiters: [UInt64: CheckedContinuation<Bool, Never>] = [:]
    }

    private let state = Mutex(State())

    var isFinished: Bool { state.withLock { $0.isFinished } }

    func finish() {
        let waiters = state.withLock { state in
            state.isFinished = true
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume(returning: true) }
    }

    /// Whether it has ended within `limit`; nil waits for ever.
    func wait(upTo limit: Duration? = nil) async -> Bool {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        let timer = limit.map { limit in
            Task {
                // A cancelled sleep means that nobody waits any more.
                if (try? await Task.sleep(for: limit)) != nil { giveUp(ticket) }
            }
        }
        defer { timer?.cancel() }
        return await withCheckedContinuation { continuation in
            let isFinished = state.withLock { state in
                if !state.isFinished { state.waiters[ticket] = continuation }
                return state.isFinished
            }
            if isFinished { continuation.resume(returning: true) }
        }
    }

    private func giveUp(_ ticket: UInt64) {
        let waiter = state.withLock { $0.waiters.removeValue(forKey: ticket) }
        waiter?.resume(returning: false)
    }
}
