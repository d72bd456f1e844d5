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
    private let bounces: BounceIntake?
    private let logger: Logger
    private let wakeUp: @Sendable () -> Void
    private var hasNewDeliveries = false

    /// - Parameters:
    ///   - contacts: of those whom the routes name by role or id; nil where they name nobody so.
    ///   - bounces: reads reports of messages that came back; nil where none are kept.
    ///   - wakeUp: called when new deliveries have been committed.
    init(
        routes: Routes, contacts: ContactBook? = nil, bounces: BounceIntake? = nil, logger: Logger,
        wakeUp: @escaping @Sendable () -> Void
    ) {
        self.routes = routes
        self.bounces = bounces
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
        let routed = try ToldBefore(routes: routes).withhold(try route(told, on: connection), on: connection)
        let withheld = try DeliveryIntake.insert(routed, on: connection)
        // Behind the insertions: an alert can be raised and superseded within one batch.
        let withdrawn = try DeliveryIntake.withdraw(superseded, on: connection)
            + DeliveryIntake.withdrawHeld(answered, on: connection)
            + takeBack(told, on: connection)
        for channel in withdrawn {
            NotificationMetrics.count(channel, "withdrawn")
        }
        // Last: it locks the lane until the commit.
        _ = try Ledger.append(withheld, to: .notification, on: connection)
        hasNewDeliveries = routed.contains { $0.told == nil }
    }

    func willRetry() { hasNewDeliveries = false }

    func didCommit() {
        if hasNewDeliveries { wakeUp() }
        hasNewDeliveries = false
    }

    func idle(on connection: Connection) throws {
        if try bounces?.collect(on: connection) == true { wakeUp() }
    }

    private func read(
        _ event: EventEnvelope, into calls: inout [DeliveryIntake.Call], _ superseded: inout [AlertID],
        _ answered: inout [AlertID]
    ) throws(MalformedEvent) {
        let alert = try AlertEventCodec.decode(event.payload, type: event.type)
        func call(
            _ telling: Telling, level: Int = 0, dueAt: Timestamp, owner: String? = nil, urgency: AlertUrgency? = nil,
            formerOwner: String? = nil
        ) -> DeliveryIntake.Call {
            DeliveryIntake.Call(
                event: event.id, alert: alert.alert, episode: event.episode, site: event.site, kind: alert.kind,
                telling: telling, escalationLevel: level, dueAt: dueAt, owner: owner, urgency: urgency,
                formerOwner: formerOwner, trace: event.trace)
        }
        switch alert.step {
        case .raised(let raising):
            calls.append(
                call(.raised, dueAt: raising.dueAt, owner: raising.clinician, urgency: raising.urgency))
        case .escalated(let level, _, let dueAt, let audience, _):
            calls.append(call(.passedOn(to: audience), level: level, dueAt: dueAt))
        case .assigned(let assignment):
            calls.append(call(.assigned, dueAt: event.time, owner: assignment.to, formerOwner: assignment.from))
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
    ) throws -> [DeliveryIntake.Wish] {
        let choices = calls.map { ($0, routes.choice(of: $0.kind, $0.telling, at: $0.site)) }
        let wishes = choices.flatMap { call, choice in
            choice.people.map {
                DirectoryResolver.Wish(episode: call.episode, site: call.site, owner: call.owner, target: $0)
            }
        }
        var findings = try resolver.resolve(wishes, on: connection)[...]
        return choices.flatMap { call, choice in
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
            return places.filter { seen.insert($0).inserted }.map { DeliveryIntake.Wish(call: call, place: $0) }
        }
    }

    /// Takes back what still waits for those who answered for an alert that was given to somebody else, unless they are
    /// told for another reason as well: as supervisor of the new one, as duty desk, by name.
    /// - Returns: the channels of what was taken back.
    private func takeBack(_ calls: [DeliveryIntake.Call], on connection: Connection) throws -> [NotificationChannel] {
        let given = calls.compactMap { call in call.formerOwner.flatMap { PersonID($0) }.map { (call, $0) } }
        let others = given.flatMap { call, _ in
            routes.choice(of: call.kind, .raised, at: call.site).people.filter { $0 != .clinician }.map {
                DirectoryResolver.Wish(episode: call.episode, site: call.site, owner: call.owner, target: $0)
            }
        }
        var stillTold: [EpisodeID: Set<String>] = [:]
        for (wish, finding) in zip(others, try resolver.resolve(others, on: connection)) {
            guard case .found(let place) = finding else { continue }
            stillTold[wish.episode, default: []].insert(place.id)
        }
        let gone = given.filter { call, person in
            stillTold[call.episode]?.contains(ContactBook.recipient(person)) != true && person.text != call.owner
        }
        return try DeliveryIntake.takeBack(
            gone.map { (alert: $0.alert, recipient: ContactBook.recipient($1)) }, on: connection)
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
        var fields: Logger.Metadata = [
            "alert_id": "\(call.alert)", LogKey.site: "\(call.site)", "level": "\(call.escalationLevel)",
        ]
        fields[LogKey.trace] = call.trace.map { "\($0.traceIDText)" }
        return fields
    }
}
