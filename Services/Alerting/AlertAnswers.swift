import Contracts
import Domain
import Persistence
import ServiceKit

/// What people do with alerts. Each answer is one transaction: the alert's row and its event.
enum AlertAnswers {
    /// The first acknowledgement stands; a later one changes nothing and is told who was first.
    static func acknowledge(_ id: AlertID, by caller: Caller, on connection: Connection) throws -> Alert {
        try answer(id, by: caller, on: connection) { alert, now in
            guard alert.status == .raised else { return nil }
            alert.status = .acknowledged
            alert.acknowledgement = Alert.Answer(actor: caller.subject, at: now)
            return .acknowledged(actor: caller.subject)
        }
    }

    /// Resolving also acknowledges. The same outcome again changes nothing.
    static func resolve(
        _ id: AlertID, as outcome: AlertOutcome, by caller: Caller, on connection: Connection
    ) throws -> Alert {
        try answer(id, by: caller, on: connection) { alert, now in
            if alert.status == .resolved, alert.closing?.outcome == outcome.rawValue { return nil }
            guard alert.status.isOpen else { throw AlertProblems.closed(alert) }
            alert.status = .resolved
            alert.acknowledgement = alert.acknowledgement ?? Alert.Answer(actor: caller.subject, at: now)
            alert.closing = Alert.Closing(actor: caller.subject, at: now, outcome: outcome.rawValue)
            return .resolved(actor: caller.subject, outcome)
        }
    }

    private static func answer(
        _ id: AlertID, by caller: Caller, on connection: Connection,
        _ change: (inout Alert, Timestamp) throws -> AlertStep?
    ) throws -> Alert {
        try connection.transaction { connection in
            guard var alert = try AlertStore.locked(id, on: connection), caller.sites.includes(alert.site) else {
                throw Problem.notFound
            }
            if alert.status == .superseded { throw AlertProblems.closed(alert) }
            let now = try DatabaseClock.now(on: connection)
            guard let step = try change(&alert, now) else { return alert }
            try AlertStore.update([alert], on: connection)
            var ledger = AlertLedger()
            try ledger.add(step, of: alert, at: now, following: alert.cause)
            try ledger.append(on: connection)
            AlertMetrics.count(step, alert.kind)
            return alert
        }
    }
}

enum AlertProblems {
    static func closed(_ alert: Alert) -> Problem {
        .conflict(
            "alert-closed", title: "The alert is closed",
            detail: "It was \(alert.status.rawValue) (\(alert.closing?.outcome ?? "")); list the open alerts of the episode.")
    }
}
