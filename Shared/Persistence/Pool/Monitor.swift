import Glibc

/// State behind a mutex, with conditions on which threads wait for it to change.
///
/// For threads that block; code in tasks only ever holds the mutex for a moment.
///
/// Unchecked because the compiler cannot see that `state` is touched only while `mutex` is held.
final class Monitor<State>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let conditions: UnsafeMutableBufferPointer<pthread_cond_t>
    private var state: State

    init(_ state: sending State, conditions count: Int = 1) {
        self.state = state
        mutex = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        conditions = .allocate(capacity: count)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        // A wall clock that is set back must not make anybody wait longer.
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        for index in 0..<count { pthread_cond_init(&conditions[index], &attributes) }
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        for index in conditions.indices { pthread_cond_destroy(&conditions[index]) }
        conditions.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    func withLock<R>(_ body: (inout State) throws -> R) rethrows -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&state)
    }

    /// Blocks until `ready` gives a value; nil when `deadline` has passed without one. The deadline may be
    /// computed anew at each look at the state; nil waits for ever.
    func wait<R>(
        on condition: Int = 0, until deadline: (State) -> ContinuousClock.Instant?, _ ready: (inout State) -> R?
    ) -> R? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let value = ready(&state) { return value }
            guard let deadline = deadline(state) else {
                pthread_cond_wait(&conditions[condition], mutex)
                continue
            }
            let rest = deadline - .now
            guard rest > .zero else { return nil }
            var time = Self.monotonicTime(after: rest)
            pthread_cond_timedwait(&conditions[condition], mutex, &time)
        }
    }

    func signal(_ condition: Int = 0) { pthread_cond_signal(&conditions[condition]) }

    func broadcast() { for index in conditions.indices { pthread_cond_broadcast(&conditions[index]) } }

    private static func monotonicTime(after duration: Duration) -> timespec {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let nanoseconds = Int64(time.tv_nsec) + duration.components.attoseconds / 1_000_000_000
        time.tv_sec += Int(duration.components.seconds + nanoseconds / 1_000_000_000)
        time.tv_nsec = Int(nanoseconds % 1_000_000_000)
        return time
    }
}
