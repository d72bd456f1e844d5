import Channels
import Contracts
import Domain
import Persistence

/// What waits although it could be sent: for the end of quiet hours, for a digest's time, for a limit.
extension DeliveryStore {
    struct Wait {
        enum Cause: String { case quiet, digest, limit }

        let cause: Cause
        let until: Timestamp
    }

    /// Nil for what may go now. Danger never waits.
    func wait(of delivery: Delivery, _ times: MessageTimes?, on connection: Connection) throws -> Wait? {
        guard delivery.urgency != .urgent, let times else { return nil }
        let now = try time(on: connection)
        if let end = times.quietUntil(now) { return Wait(cause: .quiet, until: end) }
        if let digest = times.digest, delivery.canWait {
            let time = times.next(digest, after: delivery.createdAt)
            return time > now ? Wait(cause: .digest, until: time) : nil
        }
        guard let limit = times.limit, let end = try nextFree(delivery, limit, now, on: connection) else { return nil }
        return Wait(cause: .limit, until: end)
    }

    /// By the clock by which everything is scheduled, whatever that of this machine says.
    private func time(on connection: Connection) throws -> Timestamp {
        try now?() ?? connection.run("select clock_timestamp()").only().timestamp(0)
    }

    /// By how far away its time is: a test's clock is not the database's.
    func hold(_ delivery: Delivery, _ wait: Wait, on connection: Connection) throws {
        try connection.run(
            Self.holdDelivery,
            [
                .id(delivery.id), .text(wait.cause.rawValue),
                .int64(max(1_000_000, wait.until.microseconds - (try time(on: connection)).microseconds)),
            ])
        NotificationMetrics.held(delivery.recipient.channel, wait.cause.rawValue)
    }

    /// When the oldest of too many messages leaves the time that the limit speaks of. A digest counts once.
    private func nextFree(
        _ delivery: Delivery, _ limit: MessageTimes.Limit, _ now: Timestamp, on connection: Connection
    ) throws -> Timestamp? {
        let row = try connection.run(
            Self.countTold,
            [
                .text(delivery.recipient.id), .text(delivery.recipient.channel.rawValue),
                .int64(limit.within.microseconds),
            ]
        ).only()
        guard try row.int64(0) >= Int64(limit.messages) else { return nil }
        return Timestamp(microseconds: now.microseconds + (try row.optionalInt64(1) ?? limit.within.microseconds))
    }

    private static let holdDelivery: Statement = """
        update notification.delivery
        set status = 'pending', held_for = $2, next_attempt_at = clock_timestamp() + $3 * interval '1 microsecond'
        where delivery_id = $1
        """
    private static let countTold: Statement = """
        select count(distinct coalesce(told_in, delivery_id)),
               (extract(epoch from min(finished_at) + $3 * interval '1 microsecond' - clock_timestamp()) * 1000000)::bigint
        from notification.delivery
        where recipient = $1 and channel = $2
          and (status = 'sending'
               or status = 'delivered' and finished_at > clock_timestamp() - $3 * interval '1 microsecond')
        """
}
