import Channels
import Contracts
import Domain
import Logging
import Metrics
import Persistence
import ServiceKit

/// Makes deliveries of alerts that were raised or passed on, and takes back those of alerts that were
/// superseded before anybody was told, or answered while the message waited for its time.
final class NotificationHandler: EventHandler {
    private let routes: Routes
    private let logger: Logger
    private let wakeUp: @Sendable () -> Void
    private var hasNewDeliveries = false

    /// - Parameter wakeUp: called when new deliveries have been committed.
    init(routes: Routes, logger: Logger, wakeUp: @escaping @Sendable () -> Void) {
        self.routes = routes
        self.logger = logger
        self.wakeUp = wakeUp
    }

    func handle(_ events: [ConsumedEvent], on connection: Connection) throws {
        var calls: [DeliveryIntake.Call] = []
        var superseded: [AlertID] = []
        var answered: [AlertID] = []
        for (index, event) in events.enumerated() {
            do throws(MalformedEvent) {
                try read(event.envelope, into: &calls, &superseded, &answered)
            } catch {
                throw PoisonEvent(index: index, code: "malformed", reason: error.description)
            }
        }
        let new = try DeliveryIntake.claim(calls.map(\.event), on: connection)
        // An event may stand in a batch twice; its deliveries are the same and are written once.
        let routed = calls.filter { new.contains($0.event) }.map { ($0, recipients(of: $0)) }
        try DeliveryIntake.insert(routed, on: connection)
        // Behind the insertions: an alert can be raised and superseded within one batch.
        let withdrawn = try DeliveryIntake.withdraw(superseded, on: connection)
            + DeliveryIntake.withdrawHeld(answered, on: connection)
        for channel in withdrawn {
            NotificationMetrics.count(channel, "withdrawn")
        }
        hasNewDeliveries = !routed.isEmpty
    }

    func willRetry() { hasNewDeliveries = false }

    func didCommit() {
        if hasNewDeliveries { wakeUp() }
        hasNewDeliveries = false
    }

    func idle(on connection: Connection) throws {
        NotificationMetrics.pending(try DeliveryIntake.pendingCount(on: connection))
    }

    private func read(
        _ event: EventEnvelope, into calls: inout [DeliveryIntake.Call], _ superseded: inout [AlertID],
        _ answered: inout [AlertID]
    ) throws(MalformedEvent) {
        let alert = try AlertEventCodec.decode(event.payload, type: event.type)
        func call(level: Int, dueAt: Timestamp) -> DeliveryIntake.Call {
            DeliveryIntake.Call(
                event: event.id, alert: alert.alert, episode: event.episode, site: event.site, kind: alert.kind,
                escalationLevel: level, dueAt: dueAt, trace: event.trace)
        }
        switch alert.step {
        case .raised(let raising): calls.append(call(level: 0, dueAt: raising.dueAt))
        case .escalated(let level, _, let dueAt): calls.append(call(level: level, dueAt: dueAt))
        case .superseded: superseded.append(alert.alert)
        // Who was told keeps what was sent, and who is being told is told: an answer is no reason to leave the others in
        // the dark. But what only waits for the morning would say what is no longer so.
        case .acknowledged, .resolved: answered.append(alert.alert)
        }
    }

    private func recipients(of call: DeliveryIntake.Call) -> [RecipientPlace] {
        let recipients = routes.recipients(of: call.kind, isEscalation: call.escalationLevel > 0, at: call.site)
        if recipients.isEmpty {
            logger.notice(
                "alert is routed to nobody",
                metadata: [
                    "alert_id": "\(call.alert)", LogKey.site: "\(call.site)", "level": "\(call.escalationLevel)",
                ])
        }
        return recipients.map(\.place)
    }
}
