package import Contracts
public import Domain
public import Persistence
public import ServiceKit

/// What people do with alerts. Each answer is one transaction: the alert's row and its events.
///
/// Row-level security keeps everybody to the alerts of their sites: an alert of another is not found, and that somebody
/// wanted to answer it is recorded. Whether somebody may answer at all is asked by who calls. Refusals are thrown as
/// ``AlertRefusal``.
public enum AlertAnswers {
    /// The role in whose sessions alerts are answered, and which the policies bind.
    public static let role = "attune_alert_answers"

    /// What somebody wants to do, as the record of a refusal names it.
    enum Action: String {
        case open, acknowledge, assign, review, resolve, withdraw
    }

    /// Only the first look is recorded: later ones change nothing.
    public static func open(_ id: AlertID, by caller: Caller, on connection: Connection) throws -> Alert {
        try answer(id, .open, by: caller, on: connection) { alert, now in
            guard alert.status == .raised else { return [] }
            alert.status = .opened
            alert.opening = Alert.Answer(actor: caller.subject, at: now)
            return [.opened(actor: caller.subject)]
        }
    }

    /// The first acknowledgement stands; a later one changes nothing and is told who was first.
    public static func acknowledge(_ id: AlertID, by caller: Caller, on connection: Connection) throws -> Alert {
        try answer(id, .acknowledge, by: caller, on: connection) { alert, now in
            guard alert.status.isUnanswered else { return [] }
            alert.status = .acknowledged
            alert.acknowledgement = Alert.Answer(actor: caller.subject, at: now)
            return [.acknowledged(actor: caller.subject)]
        }
    }

    /// Resolving also acknowledges. The same outcome again changes nothing.
    /// - Parameter reason: one of the site's.
    public static func resolve(
        _ id: AlertID, for reason: String, under policy: @Sendable (SiteID) -> AlertPolicy, by caller: Caller,
        on connection: Connection
    ) throws -> Alert {
        try answer(id, .resolve, by: caller, on: connection) { alert, now in
            let handling = policy(alert.site).handling
            guard let chosen = handling.reason(reason) else { throw AlertRefusal.unknownReason(handling.reasons) }
            // An outcome that goes by its own name says it all.
            let reason = chosen.id.text == chosen.outcome.rawValue ? nil : chosen.id
            if alert.status == .resolved, alert.closing?.outcome == chosen.outcome.rawValue,
                alert.closing?.reason == reason
            {
                return []
            }
            guard alert.status.isOpen else { throw AlertRefusal.closed(alert) }
            if handling.reviewedKinds.contains(alert.kind), alert.reviewedAt == nil {
                throw AlertRefusal.reviewMissing(alert)
            }
            alert.status = .resolved
            alert.acknowledgement = alert.acknowledgement ?? Alert.Answer(actor: caller.subject, at: now)
            alert.closing = Alert.Closing(
                actor: caller.subject, at: now, outcome: chosen.outcome.rawValue, reason: reason)
            return [.resolved(actor: caller.subject, chosen.outcome, reason: reason)]
        }
    }

    /// For alerts that should never have been raised.
    public static func withdraw(
        _ id: AlertID, for reason: WithdrawalOfAlert, by caller: Caller, on connection: Connection
    ) throws -> Alert {
        try answer(id, .withdraw, by: caller, on: connection) { alert, now in
            if alert.status == .withdrawn, alert.closing?.outcome == reason.rawValue { return [] }
            guard alert.status.isOpen else { throw AlertRefusal.closed(alert) }
            alert.status = .withdrawn
            alert.closing = Alert.Closing(actor: caller.subject, at: now, outcome: reason.rawValue)
            return [.withdrawn(actor: caller.subject, reason)]
        }
    }

    /// Gives an alert to another clinician. Its due time stands.
    public static func assign(
        _ id: AlertID, to clinician: String, by caller: Caller, on connection: Connection
    ) throws -> Alert {
        try answer(id, .assign, by: caller, on: connection) { alert, _ in
            guard alert.status.isOpen else { throw AlertRefusal.closed(alert) }
            return alert.assign(to: clinician, by: caller.subject, .handedOver).map { [.assigned($0)] } ?? []
        }
    }

    /// Carries out one answer. The caller's right to the alert comes first; a refusal for want of it is recorded.
    /// - Parameter change: changes the alert, at a time that it may put later, and returns what is recorded of it;
    ///   nothing for an answer given before.
    static func answer(
        _ id: AlertID, _ action: Action, by caller: Caller, on connection: Connection,
        _ change: (inout Alert, inout Timestamp) throws -> [AlertStep]
    ) throws -> Alert {
        let answered: Result<Alert, AlertRefusal> = try connection.transaction { connection in
            try Scope(caller).apply(on: connection)
            guard var alert = try AlertStore.locked(id, on: connection) else {
                try RefusedAnswer(alert: id, action: action, caller: caller).record(on: connection)
                return .failure(caller.sites == .all ? .unknown : .notAtYourSites)
            }
            if alert.status == .superseded { throw try AlertRefusal.answering(superseded: alert, on: connection) }
            if alert.status == .withdrawn, action != .withdraw { throw AlertRefusal.closed(alert) }
            var now = try DatabaseClock.now(on: connection)
            let steps = try change(&alert, &now)
            guard !steps.isEmpty else { return .success(alert) }
            try AlertStore.update([alert], on: connection)
            var ledger = AlertLedger()
            for step in steps { try ledger.add(step, of: alert, at: now, following: alert.cause) }
            try ledger.append(on: connection)
            for step in steps { AlertMetrics.count(step, alert.kind) }
            return .success(alert)
        }
        return try answered.get()
    }
}

extension Alert {
    /// - Returns: what is recorded of it; nil where the alert is theirs already.
    package mutating func assign(
        to clinician: String, by actor: String?, _ reason: AssignmentReason, transfer: EventID? = nil
    ) -> AlertAssignment? {
        guard clinician != self.clinician else { return nil }
        let assignment = AlertAssignment(
            number: assignments + 1, from: self.clinician, to: clinician, actor: actor, reason: reason, transfer: transfer)
        assignments += 1
        self.clinician = clinician
        return assignment
    }
}

/// Somebody of another site wanted to answer an alert: an access event of the alert's episode, so that the site can see
/// who tried. Nothing where there is no such alert.
struct RefusedAnswer {
    let alert: AlertID
    let action: AlertAnswers.Action
    let caller: Caller

    func record(on connection: Connection) throws {
        guard let place = try connection.run(Self.place, [.id(alert)]).first else { return }
        let event = AccessEvent(
            accessedBy: caller.subject, reason: "", body: .alertAnswerRefused(alert, action: action.rawValue))
        let record = NewEvent(
            id: TimeOrderedIdentity.make(at: try DatabaseClock.now(on: connection)), stream: try place.id(0),
            site: SiteID(unchecked: try place.text(1)), type: event.type.rawValue, traceparent: nil,
            payload: try AccessEventCodec.encode(event))
        _ = try Ledger.append([record], to: .access, on: connection)
    }

    private static let place: Statement = "select episode_id, site from published.place_of_alert($1)"
}
