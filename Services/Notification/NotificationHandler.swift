import Channels
import Contracts
import Directory
import Domain
import Logging
import Metrics
import Persistence
import ServiceKit

/// Makes deliveries of alerts that were raised, passed on or given to another clinician, and takes back those of alerts
/// that were superseded or withdrawn before anybody was told, or answered while the message waited for its time.
final class NotificationHandler: EventHandler {
    private let routes: Routes
    private let resolver: DirectoryResolver
    private let logger: Logger
    private let wakeUp: @Sendable () -> Void
    private var hasNewDeliveries = false

    /// - Parameters:
    ///   - contacts: of those whom the routes name by role or id; nil where they name nobody so.
    ///   - wakeUp: called when new deliveries have been committed.
    init(
        routes: Routes, contacts: ContactBook? = nil, logger: Logger, wakeUp: @escaping @Sendable () -> Void
    ) {
        self.routes = routes
        resolver = DirectoryResolver(contacts: contacts)
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
        let told = try DeliveryIntake.complete(calls.filter { new.contains($0.event) }, on: connection)
        let routed = try route(told, on: connection)
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
        func call(
            _ telling: Telling, level: Int = 0, dueAt: Timestamp, owner: String? = nil, urgency: AlertUrgency? = nil
        ) -> DeliveryIntake.Call {
            DeliveryIntake.Call(
                event: event.id, alert: alert.alert, episode: event.episode, site: event.site, kind: alert.kind,
                telling: telling, escalationLevel: level, dueAt: dueAt, owner: owner, urgency: urgency,
                trace: event.trace)
        }
        switch alert.step {
        case .raised(let raising):
            calls.append(
                call(.raised, dueAt: raising.dueAt, owner: raising.clinician, urgency: raising.urgency))
        case .escalated(let level, _, let dueAt, let audience, _):
            calls.append(call(.passedOn(to: audience), level: level, dueAt: dueAt))
        case .assigned(let assignment):
            calls.append(call(.assigned, dueAt: event.time, owner: assignment.to))
        case .superseded, .withdrawn: superseded.append(alert.alert)
        // Who was told keeps what was sent, and who is being told is told: an answer is no reason to leave the others in
        // the dark. But what only waits for the morning would say what is no longer so.
        case .acknowledged, .reviewEntered, .resolved: answered.append(alert.alert)
        case .opened, .followedUp: break
        }
    }

    /// Who is told of each call. Somebody of the directory who cannot be told is replaced by the last resort.
    private func route(
        _ calls: [DeliveryIntake.Call], on connection: Connection
    ) throws -> [(call: DeliveryIntake.Call, recipients: [RecipientPlace])] {
        let choices = calls.map { ($0, routes.choice(of: $0.kind, $0.telling, at: $0.site)) }
        let wishes = choices.flatMap { call, choice in
            choice.people.map {
                DirectoryResolver.Wish(episode: call.episode, site: call.site, owner: call.owner, target: $0)
            }
        }
        var findings = try resolver.resolve(wishes, on: connection)[...]
        return choices.map { call, choice in
            var places = choice.named.map(\.place)
            for (target, finding) in zip(choice.people, findings.prefix(choice.people.count)) {
                switch finding {
                case .found(let place): places.append(place)
                case .nobody(let reason, let person):
                    places += routes.lastResort(of: call.kind, isEscalation: call.telling.isEscalation).map(\.place)
                    NotificationMetrics.unresolved(target.word, reason.rawValue)
                    logReplaced(target, reason, person, call)
                }
            }
            findings = findings.dropFirst(choice.people.count)
            if places.isEmpty, call.telling != .assigned { logger.notice("alert is routed to nobody", metadata: fields(of: call)) }
            // The same person may be clinician and duty desk.
            var seen: Set<RecipientPlace> = []
            return (call, places.filter { seen.insert($0).inserted })
        }
    }

    private func logReplaced(
        _ target: DirectoryRoutes.Target, _ reason: DirectoryResolver.Reason, _ person: PersonID?,
        _ call: DeliveryIntake.Call
    ) {
        var metadata = fields(of: call)
        metadata["target"] = "\(target.word)"
        metadata["reason"] = "\(reason.rawValue)"
        metadata["person"] = person.map { "\($0)" }
        logger.warning("somebody of the directory cannot be told; the last resort is told instead", metadata: metadata)
    }

    private func fields(of call: DeliveryIntake.Call) -> Logger.Metadata {
        ["alert_id": "\(call.alert)", LogKey.site: "\(call.site)", "level": "\(call.escalationLevel)"]
    }
}
