import Channels
import Synchronization

/// A receiver as the network sees it: what is down, is down for all its deliveries.
enum Endpoint: Hashable, Sendable {
    case mailServer
    case webhook(url: String)
    /// Kept in our own database: always there.
    case inbox

    init(_ address: Recipient.Address) {
        self =
            switch address {
            case .email: .mailServer
            case .webhook(let target): .webhook(url: target.url)
            case .inbox: .inbox
            }
    }
}

/// Sees to it that a receiver that does not answer holds up its own deliveries only.
///
/// One worker always stays free of any single endpoint, and of all those together that did not answer
/// last time. After a failure to reach it, an endpoint rests, longer each time, and is then tried with one
/// delivery before others follow; while it rests no attempts are spent on it: a circuit breaker.
final class EndpointBoard: Sendable {
    /// Closed: used freely. Open: it rests. Half-open: it has rested, and one delivery tries it.
    enum Circuit: Int, Sendable {
        case closed = 0
        case halfOpen = 1
        case open = 2
    }

    /// An endpoint did not answer, or answers again.
    struct Change: Hashable, Sendable {
        let endpoint: Endpoint
        /// One after another; 0: it answers again.
        let failures: Int
    }

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

    private let report: @Sendable (Endpoint, Circuit) -> Void

    /// - Parameters:
    ///   - now: the clock; a test gives its own.
    ///   - report: hears of every change of a circuit.
    init(
        workers: Int, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        report: @escaping @Sendable (Endpoint, Circuit) -> Void = { _, _ in }
    ) {
        share = max(1, workers - 1)
        self.now = now
        self.report = report
    }

    func circuit(of endpoint: Endpoint) -> Circuit {
        let now = now()
        return entries.withLock { entries in
            guard let entry = entries[endpoint], entry.failures > 0 else { return .closed }
            return entry.inFlight == 0 && (entry.restsUntil ?? now) > now ? .open : .halfOpen
        }
    }

    /// Picks the next attempt, one worker at a time, so that the limits hold.
    ///
    /// - Parameter pick: given the endpoints that may not be used now.
    func pick(_ pick: (Set<Endpoint>) throws -> DeliveryAttempt?) throws -> DeliveryAttempt? {
        try picking.withLock { _ in
            let attempt = try pick(blocked())
            if let attempt {
                let endpoint = Endpoint(attempt.contact.address)
                let isProbe = entries.withLock { entries in
                    entries[endpoint, default: Entry()].inFlight += 1
                    return (entries[endpoint]?.failures ?? 0) > 0
                }
                if isProbe { report(endpoint, .halfOpen) }
            }
            return attempt
        }
    }

    /// The attempt has ended.
    /// - Parameter wasReached: false when the endpoint did not answer at all.
    /// - Returns: nil for one that answered before as well.
    @discardableResult
    func finished(_ endpoint: Endpoint, wasReached: Bool) -> Change? {
        let now = now()
        let (before, after) = entries.withLock { entries in
            var entry = entries[endpoint] ?? Entry()
            let before = entry.failures
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
            return (before, entry.failures)
        }
        guard before > 0 || after > 0 else { return nil }
        report(endpoint, after > 0 ? .open : .closed)
        return Change(endpoint: endpoint, failures: after)
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
