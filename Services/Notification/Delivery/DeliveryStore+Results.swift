import Channels
import Contracts
import Domain
import Persistence

/// What becomes of a delivery after an attempt.
extension DeliveryStore {
    /// In the caller's transaction.
    /// - Returns: whether the result counts.
    func record(
        _ outcome: AttemptOutcome, of attempt: DeliveryAttempt, _ results: inout [NewEvent], on connection: Connection
    ) throws -> Bool {
        let parts = attempt.parts
        let endings = parts.map { ending(of: $0, outcome) }
        let recorded = Set<DeliveryID>(
            try connection.run(
                Self.endAttempt,
                [
                    .ids(parts.map(\.delivery.id)), .int32s(parts.map { Int32($0.number) }),
                    .texts(endings.map { Self.status($0).rawValue }),
                    .int64s(parts.map { pause(after: $0, outcome).microseconds }),
                    .optional(outcome.reply.map(Int32.init(clamping:))), .text(outcome.word), .optional(outcome.reason),
                    .optional(outcome.template),
                ]
            ).map { try $0.id(0) })
        for (part, ending) in zip(parts, endings) where recorded.contains(part.delivery.id) {
            guard let ending else { continue }
            results.append(try part.delivery.newEvent(ending))
            switch ending {
            case .delivered: try keep(part.delivery, for: attempt.contact, on: connection)
            case .failed(_, let reply, let reason):
                try markFailing(part.delivery.recipient, reply, reason, on: connection)
                try goOn(without: part.delivery, on: connection)
            case .withheld, .bounced: break
            }
        }
        return recorded.contains(attempt.delivery.id)
    }

    private static func status(_ ending: NotificationResult?) -> Status {
        switch ending {
        case .delivered, .bounced: .delivered
        case .failed: .failed
        case .withheld, nil: .pending
        }
    }

    /// How the outcome ends a delivery; nil if another attempt is to follow.
    private func ending(of part: DeliveryAttempt.Part, _ outcome: AttemptOutcome) -> NotificationResult? {
        switch outcome {
        case .delivered(let reply, let template):
            .delivered(attempt: part.number, template: template, reply: reply)
        case .permanent(let reply, let reason):
            .failed(attempts: part.number, reply: reply, reason: reason)
        case .transient(let reply, let reason, _):
            part.number >= schedule.maxAttempts ? .failed(attempts: part.number, reply: reply, reason: reason) : nil
        }
    }

    private func pause(after part: DeliveryAttempt.Part, _ outcome: AttemptOutcome) -> Duration {
        guard case .transient(_, _, let retryAfter) = outcome else { return .zero }
        return schedule.pause(after: part.number, of: part.delivery.id, retryAfter: retryAfter)
    }

    /// A message of the inbox is there once its delivery is.
    private func keep(_ delivery: Delivery, for contact: Recipient.Contact, on connection: Connection) throws {
        guard case .inbox(let subject) = contact.address else { return }
        try connection.run(
            Self.insertInbox,
            [
                .id(delivery.id), .text(subject), .text(delivery.site.text), .id(delivery.alert),
                .int16(delivery.urgency.rawValue), .bool(delivery.escalationLevel > 0), .timestamp(delivery.dueAt),
            ])
    }

    func markFailing(
        _ place: RecipientPlace, _ reply: Int?, _ reason: String, on connection: Connection
    ) throws {
        try connection.run(
            Self.upsertFailing,
            [
                .text(place.id), .text(place.channel.rawValue), .optional(reply.map(Int32.init(clamping:))),
                .text(reason),
            ])
    }

    /// A message did not arrive: it goes another way, and what was withheld for its sake is sent after all.
    func goOn(without delivery: Delivery, on connection: Connection) throws {
        NotificationMetrics.givenUp(delivery.recipient.channel)
        try replace(delivery, on: connection)
        try connection.run(Self.release, [.id(delivery.id)])
    }

    /// What was given up goes another way: over the recipient's second channel, or, where danger would go unheard, to
    /// those who take every safety alert. Their deliveries follow from the same event as all others, so whoever has one
    /// already gets no second.
    private func replace(_ delivery: Delivery, on connection: Connection) throws {
        let places = try substitutes(for: delivery, on: connection)
        guard !places.isEmpty else { return }
        try connection.run(
            Self.insertSubstitutes,
            [
                .id(delivery.id), .ids(places.map { Delivery.id(following: delivery.cause, to: $0) }),
                .texts(places.map(\.id)), .texts(places.map(\.channel.rawValue)),
            ])
    }

    private func substitutes(for delivery: Delivery, on connection: Connection) throws -> [RecipientPlace] {
        if let second = routes.contact(of: delivery.recipient)?.second {
            return [RecipientPlace(id: delivery.recipient.id, channel: second.channel)]
        }
        if let second = try contacts?.secondPlace(after: delivery.recipient, on: connection) { return [second] }
        guard delivery.kind == .safety else { return [] }
        return routes.fallback(for: .safety, isEscalation: delivery.escalationLevel > 0).map(\.place)
            .filter { $0 != delivery.recipient }
    }

    private static let endAttempt: Statement = """
        with mine as (
            update notification.delivery d
            set status = r.status,
                finished_at = case when r.status <> 'pending' then clock_timestamp() end,
                next_attempt_at = clock_timestamp() + r.pause * interval '1 microsecond'
            from unnest($1::uuid[], $2::int[], $3::text[], $4::bigint[]) as r (delivery_id, attempt, status, pause)
            where d.delivery_id = r.delivery_id and d.attempts = r.attempt and d.status = 'sending'
            returning d.delivery_id, d.attempts, d.recipient, d.channel
        ), cured as (
            delete from notification.failing_contact f using mine
            where $6 = 'delivered' and f.recipient = mine.recipient and f.channel = mine.channel
        )
        update notification.attempt a
        set ended_at = clock_timestamp(), reply = $5, outcome = $6, reason = $7, template = $8
        from mine where a.delivery_id = mine.delivery_id and a.attempt = mine.attempts
        returning a.delivery_id
        """
    private static let insertInbox: Statement = """
        insert into notification.inbox (delivery_id, subject, site, alert_id, urgency, is_overdue, due_at)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing
        """
    private static let upsertFailing: Statement = """
        insert into notification.failing_contact as f (recipient, channel, failing_since, failures, reply, reason)
        values ($1, $2, clock_timestamp(), 1, $3, $4)
        on conflict (recipient, channel)
        do update set failures = f.failures + 1, reply = excluded.reply, reason = excluded.reason
        """
    /// Of alerts that still wait for an answer: what was answered or fell away needs no message any more.
    private static let release: Statement = """
        update notification.delivery d
        set status = 'pending', finished_at = null, next_attempt_at = clock_timestamp()
        where d.withheld_for = $1 and d.status = 'withheld'
          and (select a.status from published.alert a where a.alert_id = d.alert_id) in ('raised', 'opened')
        """
    private static let insertSubstitutes: Statement = """
        insert into notification.delivery (delivery_id, alert_id, episode_id, site, cause_event_id, kind, urgency,
            escalation_level, due_at, recipient, channel, traceparent, status, next_attempt_at, created_at, instead_of)
        select s.delivery_id, d.alert_id, d.episode_id, d.site, d.cause_event_id, d.kind, d.urgency,
               d.escalation_level, d.due_at, s.recipient, s.channel, d.traceparent, 'pending', now(), now(), d.delivery_id
        from notification.delivery d, unnest($2::uuid[], $3::text[], $4::text[]) as s (delivery_id, recipient, channel)
        where d.delivery_id = $1
        on conflict do nothing
        """
}
