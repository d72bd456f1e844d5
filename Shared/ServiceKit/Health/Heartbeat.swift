import Synchronization

/// Tells whether a loop still turns: the loop beats, a live check looks at the time of the last beat.
public final class Heartbeat: Sendable {
    private let now: @Sendable () -> ContinuousClock.Instant
    private let last: Mutex<ContinuousClock.Instant>

    /// - Parameter now: the clock; a test gives its own.
    public init(now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }) {
        self.now = now
        last = Mutex(now())
    }

    /// Called by the loop once a turn, also when there was nothing to do.
    public func beat() {
        let instant = now()
        last.withLock { $0 = instant }
    }

    /// Failing if the last beat is longer ago than `limit`.
    public func finding(limit: Duration) -> HealthFinding {
        let age = last.withLock { $0 }.duration(to: now())
        return age <= limit ? .healthy : .failing("no progress for \(age.components.seconds) s")
    }
}
