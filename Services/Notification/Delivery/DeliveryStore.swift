import Channels
import Contracts
import Domain
import Persistence
import ServiceKit

/// Deliveries and attempts in schema `notification`. Each call is one transaction on the connection it is given.
///
/// Lock order: deliveries and their attempts, then the ledger's streams and lane. Nobody waits for a delivery that
/// another is at: one that is due is skipped while it is locked.
struct DeliveryStore: Sendable {
    let routes: Routes
    /// Of people of the directory; nil where routes name none.
    var contacts: ContactBook? = nil
    let schedule: RetrySchedule
    /// After so long without a result the process that sends is taken for dead; longer than any sending takes.
    let sendingLimit: Duration
    /// The clock that quiet hours and digests go by: nil for the database's; a test gives its own.
    var now: (@Sendable () -> Timestamp)?

    enum Status: String {
        case pending, sending, delivered, failed
    }

    /// Begins the next attempt that is due. It is committed before anything is sent: whatever happens then,
    /// the attempt is on record.
    ///
    /// - Parameter blocked: endpoints that may not be used now.
    /// - Returns: nil if nothing is due.
    func begin(avoiding blocked: Set<Endpoint>, on connection: Connection) throws -> DeliveryAttempt? {
        try connection.transaction { connection in
            var results: [NewEvent] = []
            let attempt = try begin(avoiding: blocked, &results, on: connection)
            _ = try Ledger.append(results, to: .notification, on: connection)
            return attempt
        }
    }

    /// Records what came of an attempt and, if that ends the delivery, appends the result to the ledger; begins the
    /// next attempt in the same transaction, since half of a delivery's cost is its commits.
    ///
    /// - Parameter blocked: endpoints that may not be used now; nil: no other attempt is wanted.
    /// - Returns: whether the result counts. It does not if the attempt is not under way any more: its result was
    ///   recorded before, or it was taken for cut off and another has followed.
    func finish(
        _ attempt: DeliveryAttempt, _ outcome: AttemptOutcome, thenBeginAvoiding blocked: Set<Endpoint>? = nil,
        on connection: Connection
    ) throws -> (isRecorded: Bool, next: DeliveryAttempt?) {
        try connection.transaction { connection in
            var results: [NewEvent] = []
            let isRecorded = try record(outcome, of: attempt, &results, on: connection)
            let next = try blocked.flatMap { try begin(avoiding: $0, &results, on: connection) }
            // Once, and last: it locks the lane until the commit.
            _ = try Ledger.append(results, to: .notification, on: connection)
            return (isRecorded, next)
        }
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

        var next: DeliveryAttempt.Part { .init(delivery: delivery, number: attempts + 1) }
    }

    /// Deliveries that cannot be attempted any more end on the way, with their results; those that are to wait are set
    /// to a later time.
    private func begin(
        avoiding blocked: Set<Endpoint>, _ results: inout [NewEvent], on connection: Connection
    ) throws -> DeliveryAttempt? {
        let isMailBlocked = blocked.contains(.mailServer)
        let webhooks = blocked.flatMap { endpoint -> [String] in
            switch endpoint {
            case .mailServer, .inbox: []
            case .webhook(let url): webhookRecipients(of: url)
            }
        }
        while let row = try connection.run(Self.selectDue, [.bool(isMailBlocked), .texts(webhooks)]).first {
            if let attempt = try begin(Due(row), &results, on: connection) { return attempt }
        }
        return nil
    }

    private func begin(_ due: Due, _ results: inout [NewEvent], on connection: Connection) throws -> DeliveryAttempt? {
        let delivery = due.delivery
        if due.wasCutOff {
            try connection.run(Self.cutOffAttempt, [.id(delivery.id), .int32(Int32(due.attempts))])
            NotificationMetrics.count(delivery.recipient.channel, "unknown")
        }
        let usual = routes.times(of: delivery.recipient, at: delivery.site)
        guard let contact = try contact(of: delivery.recipient, usual, on: connection) else {
            results.append(try giveUp(due, "the recipient is in neither routes nor directory any more", on: connection))
            return nil
        }
        guard due.attempts < schedule.maxAttempts else {
            results.append(try giveUp(due, "the last attempt was cut off", on: connection))
            return nil
        }
        let times = contact.times ?? usual
        if let wait = try wait(of: delivery, times, on: connection) {
            try hold(delivery, wait, on: connection)
            return nil
        }
        let gathered = delivery.canWait && times?.digest != nil ? try gather(with: delivery, on: connection) : nil
        let attempt = DeliveryAttempt(
            delivery: delivery, number: due.next.number, contact: contact, times: times, gathered: gathered)
        try connection.run(
            Self.beginAttempt,
            [
                .ids(attempt.parts.map(\.delivery.id)), .int64(sendingLimit.microseconds),
                .optional(attempt.digest?.rawValue),
            ])
        return attempt
    }

    /// Nil for whom neither the routes nor the directory hold any more.
    private func contact(
        of place: RecipientPlace, _ times: MessageTimes?, on connection: Connection
    ) throws -> Recipient.Contact? {
        try routes.contact(of: place) ?? contacts?.contact(of: place, at: times, on: connection)
    }

    /// Recipients that a webhook of this URL serves.
    private func webhookRecipients(of url: String) -> [String] {
        routes.webhookRecipients(of: url) + (contacts?.webhookRecipients(of: url) ?? [])
    }

    /// What an endpoint is called in metrics and tables: a webhook by whom it serves, since its URL is a secret.
    func name(of endpoint: Endpoint) -> String {
        switch endpoint {
        case .mailServer: "mail-server"
        case .webhook(let url): "webhook:" + webhookRecipients(of: url).joined(separator: ",")
        case .inbox: "inbox"
        }
    }

    /// What waits for the same recipient and may be told of in the same message.
    private func gather(with delivery: Delivery, on connection: Connection) throws -> [DeliveryAttempt.Part] {
        try connection.run(
            Self.selectGathered,
            [
                .text(delivery.recipient.id), .text(delivery.recipient.channel.rawValue), .text(delivery.site.text),
                .id(delivery.id), .int32(Int32(clamping: schedule.maxAttempts)),
            ]
        ).map { try Due($0).next }
    }

    private func giveUp(_ due: Due, _ reason: String, on connection: Connection) throws -> NewEvent {
        try connection.run(Self.endDelivery, [.id(due.delivery.id), .text(Status.failed.rawValue)])
        NotificationMetrics.count(due.delivery.recipient.channel, "permanent")
        try goOn(without: due.delivery, on: connection)
        return try due.delivery.newEvent(.failed(attempts: due.attempts, reply: nil, reason: reason))
    }

    /// As `Delivery` reads them.
    static let columns = """
        delivery_id, alert_id, episode_id, site, cause_event_id, kind, escalation_level, due_at, recipient,
        channel, traceparent, created_at, attempts, status, urgency
        """
    /// Due are those whose time has come, and those that are being sent but should have ended.
    private static let selectDue = Statement(
        """
        select \(columns)
        from notification.delivery
        where status in ('pending', 'sending') and next_attempt_at <= now()
          and not (channel = 'email' and $1) and not (channel = 'webhook' and recipient = any($2))
        order by urgency, next_attempt_at limit 1 for update skip locked
        """)
    /// One mail is not to grow without end: what is beyond it makes another.
    private static let selectGathered = Statement(
        """
        select \(columns)
        from notification.delivery
        where recipient = $1 and channel = $2 and status = 'pending' and next_attempt_at <= now() and site = $3
          and delivery_id <> $4 and attempts < $5 and urgency = 3 and escalation_level = 0
        order by next_attempt_at limit 200 for update skip locked
        """)
    private static let beginAttempt: Statement = """
        with begun as (
            update notification.delivery
            set status = 'sending', attempts = attempts + 1, held_for = null, told_in = $3,
                next_attempt_at = clock_timestamp() + $2 * interval '1 microsecond'
            where delivery_id = any($1) returning delivery_id, attempts
        )
        insert into notification.attempt (delivery_id, attempt, started_at)
        select delivery_id, attempts, clock_timestamp() from begun
        """
    private static let cutOffAttempt: Statement = """
        update notification.attempt
        set ended_at = clock_timestamp(), outcome = 'unknown', reason = 'the process ended while it was sending'
        where delivery_id = $1 and attempt = $2 and outcome is null
        """
    private static let endDelivery: Statement = """
        update notification.delivery set status = $2, finished_at = clock_timestamp() where delivery_id = $1
        """
}

extension Delivery {
    func newEvent(_ result: NotificationResult) throws -> NewEvent {
        let (id, event) = event(result)
        return NewEvent(
            id: id, stream: episode, site: site, type: event.type.rawValue, traceparent: traceparent,
            payload: try NotificationEventCodec.encode(event))
    }

    init(_ row: Row) throws {
        guard let kind = AlertKind(number: try row.int16(5)), let channel = NotificationChannel(rawValue: try row.text(9)),
            let urgency = Urgency(rawValue: try row.int16(14))
        else { throw UnreadableDelivery() }
        self.init(
            id: try row.id(0), alert: try row.id(1), episode: try row.id(2), site: SiteID(unchecked: try row.text(3)),
            cause: try row.id(4), kind: kind, urgency: urgency, escalationLevel: Int(try row.int32(6)),
            dueAt: try row.timestamp(7),
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
