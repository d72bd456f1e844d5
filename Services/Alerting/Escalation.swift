import Contracts
import Domain
import Logging
import Persistence

/// Passes on alerts that nobody has acknowledged in time.
///
/// The schedule is the alert's own row, so no timer is lost with a process; row locks let any number of
/// processes work on it without one alert being escalated twice.
struct Escalation {
    /// Most alerts of one transaction.
    static let batch = 100

    let policy: (SiteID) -> AlertPolicy
    let logger: Logger

    func run(on connection: Connection) throws {
        while try escalate(on: connection) == Self.batch {}
    }

    private func escalate(on connection: Connection) throws -> Int {
        try connection.transaction { connection in
            let now = try DatabaseClock.now(on: connection)
            var alerts = try AlertStore.overdue(at: now, limit: Self.batch, on: connection)
            var ledger = AlertLedger()
            for index in alerts.indices {
                let wasDue = alerts[index].dueAt
                alerts[index].escalationLevel += 1
                alerts[index].dueAt = policy(alerts[index].site).dueTime(for: alerts[index].kind, escalatedAt: now)
                let level = alerts[index].escalationLevel
                let step = AlertStep.escalated(level: level, wasDueAt: wasDue, dueAt: alerts[index].dueAt)
                try ledger.add(step, of: alerts[index], at: now, following: alerts[index].cause)
                AlertMetrics.count(step, alerts[index].kind)
                logger.warning(
                    "alert not answered in time",
                    metadata: [
                        "alert_id": "\(alerts[index].id)", "kind": "\(alerts[index].kind.rawValue)",
                        "site": "\(alerts[index].site)", "level": "\(level)",
                    ])
            }
            try AlertStore.update(alerts, on: connection)
            try ledger.append(on: connection)
            return alerts.count
        }
    }
}
