import Synchronization

/// A receiver as the network sees it: what is down, is down for all its deliveries.
enum Endpoint: Hashable, Sendable {
    case mailServer
    case webhook(url: String)

    init(_ address: Recipient.Address) {
        self =
            switch address {
            case .email: .mailServer
            case .webhook(let target): .webhook(url: target.url)
            }
    }
}

/// Sees to it that a receiver that does not answer holds up its own deliveries only.
///
/// One worker always stays free of any single endpoint, and of all those together that did not answer
/// last time. After a failure to reach it, an endpoint rests, longer each time, and is then tried with one
/// delivery before others follow; while it rests no attempts are spent on it.
final class EndpointBoard: Sendable {
    private struct Entry {
        var inFlight = 0
        /// Failures to reach it, one after another.
        var failures = 0
        var restsUntil: ContinuousClock.Instant?
    }

    static let firstRest = Duration.seconds(1)
    static let longestRest = Duration.seconds(60)

    /// Most deliveries under way to one endpoint, and to all doubtful ones together.
    private let share: Int
    private let now: @Sendable () -> ContinuousClock.Instant
    private let entries = Mutex<[Endpoint: Entry]>([:])
    private let picking = Mutex<Void>(())

    /// - Parameter now: the clock; a test gives its own.
    init(workers: Int, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        share = max(1, workers - 1)
        self.now = now
    }

    /// Picks the next attempt, one worker at a time, so that the limits hold.
    ///
    /// - Parameter pick: given the endpoints that may not be used now.
    func pick(_ pick: (Set<Endpoint>) throws -> DeliveryAttempt?) throws -> DeliveryAttempt? {
        try picking.withLock { _ in
            let attempt = try pick(blocked())
            if let attempt {
                entries.withLock { $0[Endpoint(attempt.address), default: Entry()].inFlight += 1 }
            }
            return attempt
        }
    }

    /// The attempt has ended.
    /// - Parameter wasReached: false when the endpoint did not answer at all.
    func finished(_ endpoint: Endpoint, wasReached: Bool) {
        let now = now()
        entries.withLock { entries in
            var entry = entries[endpoint] ?? Entry()
            entry.inFlight = max(0, entry.inFlight - 1)
            if wasReached {
                entry.failures = 0
                entry.restsUntil = nil
            } else {
                entry.failures += 1
                let rest = Self.firstRest * (1 << min(entry.failures - 1, 10))
                entry.restsUntil = now + min(rest, Self.longestRest)
            }
            entries[endpoint] = entry
        }
    }

    private func blocked() -> Set<Endpoint> {
        let now = now()
        return entries.withLock { entries in
            let doubtfulInFlight = entries.values.filter { $0.failures > 0 }.reduce(0) { $0 + $1.inFlight }
            let blocked = entries.filter { _, entry in
                if entry.inFlight >= share { return true }
                guard entry.failures > 0 else { return false }
                return entry.inFlight > 0 || doubtfulInFlight >= share || (entry.restsUntil ?? now) > now
            }
            return Set(blocked.keys)
        }
    }
}
