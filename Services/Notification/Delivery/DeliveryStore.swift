import Contracts
import Domain
import Persistence

/// Deliveries and attempts in schema `notification`. Each call is one transaction on the connection it is given.
///
/// Lock order: the delivery, its attempt, then the ledger's streams and lane.
struct DeliveryStore: Sendable {
    let routes: Routes
    let schedule: RetrySchedule
    /// After so long without a result the process that sends is taken for dead; longer than any sending takes.
    let sendingLimit: Duration

    /// Begins the next attempt that is due. It is committed before anything is sent: whatever happens then,
    /// the attempt is on record.
    ///
    /// - Parameter blocked: endpoints that may not be used now.
    /// - Returns: nil if nothing is due.
    func beginNext(avoiding blocked: Set<Endpoint>, on connection: Connection) throws -> DeliveryAttempt? {
        let isMailBlocked = blocked.contains(.mailServer)
        let webhooks = blocked.flatMap { endpoint -> [String] in
            switch endpoint {
            case .mailServer: []
            case .webhook(let url): routes.webhookRecipients(of: url)
            }
        }
        while true {
            let step = try connection.transaction { connection -> Step in
                let rows = try connection.run(Self.selectDue, [.bool(isMailBlocked), .texts(webhooks)])
                guard let row = rows.first else { return .nothingDue }
                return try begin(Due(row), on: connection)
            }
            switch step {
            case .nothingDue: return nil
            case .attempt(let attempt): return attempt
            case .gaveUp: continue
            }
        }
    }

    /// Records what came of an attempt and, if that ends the delivery, appends the result to the ledger.
    ///
    /// - Returns: false if the attempt is not under way any more: its result was recorded before, or it was
    ///   taken for cut off and another has followed.
    func finish(_ attempt: DeliveryAttempt, _ outcome: AttemptOutcome, on connection: Connection) throws -> Bool {
        let delivery = attempt.delivery
        return try connection.transaction { connection in
            let mine = try connection.run(Self.lockMine, [.id(delivery.id), .int32(Int32(attempt.number))])
            guard mine.count == 1 else { return false }
            try connection.run(
                Self.endAttempt,
                [
                    .id(delivery.id), .int32(Int32(attempt.number)), .optional(outcome.reply.map(Int32.init(clamping:))),
                    .text(outcome.word), .optional(outcome.reason),
                ])
            switch outcome {
            case .delivered(let reply, let template):
                try end(
                    delivery, .delivered, .delivered(attempt: attempt.number, template: template, reply: reply),
                    on: connection)
            case .permanent(let reply, let reason):
                try end(
                    delivery, .failed, .failed(attempts: attempt.number, reply: reply, reason: reason), on: connection)
            case .transient(let reply, let reason, _) where attempt.number >= schedule.maxAttempts:
                try end(
                    delivery, .failed, .failed(attempts: attempt.number, reply: reply, reason: reason), on: connection)
            case .transient(_, _, let retryAfter):
                let pause = schedule.pause(after: attempt.number, of: delivery.id, retryAfter: retryAfter)
                try connection.run(Self.postpone, [.id(delivery.id), .int64(pause.microseconds)])
            }
            return true
        }
    }

    private enum Step {
        case nothingDue
        case attempt(DeliveryAttempt)
        /// The delivery ended without another attempt.
        case gaveUp
    }

    private struct Due {
        let delivery: Delivery
        let attempts: Int
        /// Its last attempt has been under way for longer than sending takes.
        let wasCutOff: Bool

        init(_ row: Row) throws {
            delivery = try Delivery(row)
            attempts = Int(try row.int32(12))
            wasCutOff = try row.text(13) == Status.sending.rawValue
        }
    }

    private enum Status: String {
        case pending, sending, delivered, failed
    }

    private func begin(_ due: Due, on connection: Connection) throws -> Step {
        let delivery = due.delivery
        if due.wasCutOff {
            try connection.run(
                Self.endAttempt,
                [
                    .id(delivery.id), .int32(Int32(due.attempts)), .null, .text("unknown"),
                    .text("the process ended while it was sending"),
                ])
            NotificationMetrics.count(delivery.recipient.channel, "unknown")
        }
        guard let address = routes.address(of: delivery.recipient) else {
            try giveUp(due, "the recipient is not in the routes any more", on: connection)
            return .gaveUp
        }
        guard due.attempts < schedule.maxAttempts else {
            try giveUp(due, "the last attempt was cut off", on: connection)
            return .gaveUp
        }
        let number = due.attempts + 1
        try connection.run(
            Self.markSending, [.id(delivery.id), .int32(Int32(number)), .int64(sendingLimit.microseconds)])
        try connection.run(Self.insertAttempt, [.id(delivery.id), .int32(Int32(number))])
        return .attempt(DeliveryAttempt(delivery: delivery, number: number, address: address))
    }

    private func giveUp(_ due: Due, _ reason: String, on connection: Connection) throws {
        try end(due.delivery, .failed, .failed(attempts: due.attempts, reply: nil, reason: reason), on: connection)
        NotificationMetrics.count(due.delivery.recipient.channel, "permanent")
    }

    private func end(
        _ delivery: Delivery, _ status: Status, _ result: NotificationResult, on connection: Connection
    ) throws {
        try connection.run(Self.endDelivery, [.id(delivery.id), .text(status.rawValue)])
        let (id, event) = delivery.event(result)
        _ = try Ledger.append(
            [
                NewEvent(
                    id: id, stream: delivery.episode, site: delivery.site, type: event.type.rawValue,
                    traceparent: delivery.traceparent, payload: try NotificationEventCodec.encode(event))
            ], to: .notification, on: connection)
    }

    /// Due are those whose time has come, and those that are being sent but should have ended.
    private static let selectDue: Statement = """
        select delivery_id, alert_id, episode_id, site, cause_event_id, kind, escalation_level, due_at, recipient,
               channel, traceparent, created_at, attempts, status
        from notification.delivery
        where status in ('pending', 'sending') and next_attempt_at <= now()
          and not (channel = 'email' and $1) and not (channel = 'webhook' and recipient = any($2))
        order by urgency, next_attempt_at limit 1 for update skip locked
        """
    private static let markSending: Statement = """
        update notification.delivery
        set status = 'sending', attempts = $2, next_attempt_at = clock_timestamp() + $3 * interval '1 microsecond'
        where delivery_id = $1
        """
    private static let insertAttempt: Statement =
        "insert into notification.attempt (delivery_id, attempt, started_at) values ($1, $2, clock_timestamp())"
    private static let lockMine: Statement = """
        select from notification.delivery where delivery_id = $1 and attempts = $2 and status = 'sending' for update
        """
    private static let endAttempt: Statement = """
        update notification.attempt set ended_at = clock_timestamp(), reply = $3, outcome = $4, reason = $5
        where delivery_id = $1 and attempt = $2 and outcome is null
        """
    private static let postpone: Statement = """
        update notification.delivery
        set status = 'pending', next_attempt_at = clock_timestamp() + $2 * interval '1 microsecond'
        where delivery_id = $1
        """
    private static let endDelivery: Statement = """
        update notification.delivery set status = $2, finished_at = clock_timestamp() where delivery_id = $1
        """
}

extension Delivery {
    fileprivate init(_ row: Row) throws {
        guard let kind = AlertKind(number: try row.int16(5)), let channel = NotificationChannel(rawValue: try row.text(9))
        else { throw UnreadableDelivery() }
        self.init(
            id: try row.id(0), alert: try row.id(1), episode: try row.id(2), site: SiteID(unchecked: try row.text(3)),
            cause: try row.id(4), kind: kind, escalationLevel: Int(try row.int32(6)), dueAt: try row.timestamp(7),
            recipient: RecipientPlace(id: try row.text(8), channel: channel), traceparent: try row.optionalText(10),
            createdAt: try row.timestamp(11))
    }
}

/// A stored delivery that this version cannot read: a fault of the deployment.
struct UnreadableDelivery: Error {}

extension Duration {
    var microseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}
