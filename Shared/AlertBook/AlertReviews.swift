public import Contracts
public import Domain
public import Persistence
public import ServiceKit

/// The support review of an alert: what is asked next, what was answered and chosen, and that it was talked about with
/// the client. Its entries are events of the alert; nothing but their count is kept beside.
public enum AlertReviews {
    /// Enters something. The first entry starts the review and acknowledges the alert.
    public static func enter(
        _ entry: ReviewEntry, in id: AlertID, by caller: Caller, on connection: Connection
    ) throws -> (alert: Alert, life: AlertLife) {
        var told: AlertLife?
        let alert = try AlertAnswers.answer(id, .review, by: caller, on: connection) { alert, now in
            guard alert.status.isOpen else { throw AlertRefusal.closed(alert) }
            guard alert.rating != nil else { throw AlertRefusal.nothingToReview }
            // A day may have begun at the site before it has in UTC.
            if case .discussed(let day) = entry, day > now.day.advanced(byDays: 1) {
                throw AlertRefusal.dayInFuture
            }
            var life = try life(of: alert, on: connection)
            // Clocks may be set back; entries stand in the order in which they were made.
            if let last = life.review.map({ $0.events.last?.at ?? $0.opening.at }) { now = max(now, last) }
            var entries = [entry]
            if life.review == nil { entries.insert(.started(tree: SupportTree.standard.version), at: 0) }
            var steps: [AlertStep] = []
            for entry in entries {
                let step = AlertStep.reviewEntered(number: life.reviewEntries + 1, actor: caller.subject, entry)
                do throws(AlertStepOutOfTurn) {
                    try life.take(step, at: now)
                } catch {
                    throw error.refusal.map(AlertRefusal.review) ?? AlertRefusal.closed(alert)
                }
                steps.append(step)
            }
            alert.follow(life)
            told = life
            return steps
        }
        guard let told else { throw UnreadableAlert() }
        return (alert, told)
    }

    /// An alert with its review; nil for none within the scope of the transaction.
    public static func find(_ id: AlertID, on connection: Connection) throws -> (alert: Alert, life: AlertLife)? {
        guard let alert = try AlertStore.find(id, on: connection) else { return nil }
        return (alert, try life(of: alert, on: connection))
    }

    private static func life(of alert: Alert, on connection: Connection) throws -> AlertLife {
        var life: AlertLife?
        let stream = Ledger.StreamRange(stream: alert.episode, firstVersion: 1, lastVersion: .max)
        for record in try Ledger.events(in: [stream], category: .alert, reach: .scoped, on: connection) {
            guard let type = EventType(rawValue: record.type) else { continue }
            let event = try AlertEventCodec.decode(record.payload, type: type)
            guard event.alert == alert.id else { continue }
            let time = event.at ?? record.recordedAt
            if case .raised(let raising) = event.step {
                life = AlertLife(event.alert, event.kind, raising, at: time)
            } else {
                try life?.take(event.step, at: time)
            }
        }
        guard let life else { throw UnreadableAlert() }
        return life
    }
}

extension Alert {
    /// Takes over what a review changes of an alert.
    fileprivate mutating func follow(_ life: AlertLife) {
        status = life.status
        acknowledgement = acknowledgement ?? life.acknowledgement
        reviewEntries = life.reviewEntries
        reviewedAt = life.review?.completedAt
    }
}
