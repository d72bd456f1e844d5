import AlertBook
import Contracts
import Domain
import Logging
import Persistence

/// Passes on alerts that nobody has acknowledged in time, up the ladder of their site.
///
/// The schedule is the alert's own row, so no timer is lost with a process; row locks let any number of
/// processes work on it without one alert being escalated twice.
struct Escalation {
    /// Most alerts of one transaction.
    static let usualBatch = 500
    /// Most transactions of one turn: the consumer, which raises alerts on the same thread, waits no longer than these.
    static let turn = 4

    let policy: (SiteID) -> AlertPolicy
    let logger: Logger
    var batch = usualBatch

    /// - Returns: how many were passed on; more may be due where the turn was full.
    @discardableResult
    func run(on connection: Connection) throws -> Int {
        var count = 0
        for _ in 0..<Self.turn {
            let passed = try escalate(on: connection)
            count += passed
            if passed < batch { break }
        }
        if count > 0 { logger.warning("alerts were not answered in time and have been passed on", metadata: ["count": "\(count)"]) }
        return count
    }

    private func escalate(on connection: Connection) throws -> Int {
        try connection.transaction { connection in
            let now = try DatabaseClock.now(on: connection)
            var alerts = try AlertStore.due(at: now, limit: batch, on: connection)
            guard !alerts.isEmpty else { return 0 }
            var ledger = AlertLedger()
            for index in alerts.indices {
                let step = alerts[index].escalate(by: policy(alerts[index].site), at: now)
                try ledger.add(step, of: alerts[index], at: now, following: alerts[index].cause)
                AlertMetrics.count(step, alerts[index].kind)
            }
            try AlertStore.update(alerts, on: connection)
            try ledger.append(on: connection)
            return alerts.count
        }
    }
}

extension Alert {
    fileprivate mutating func escalate(by policy: AlertPolicy, at now: Timestamp) -> AlertStep {
        let wasDue = dueAt
        let next = policy.nextAudience(for: kind, level: escalationLevel + 1, at: now)
        escalationLevel += 1
        (dueAt, audience, isLadderEnded) = (next.dueAt, next.audience, next.isLast)
        return .escalated(
            level: escalationLevel, wasDueAt: wasDue, dueAt: next.dueAt, audience: next.audience, isLast: next.isLast)
    }
}
