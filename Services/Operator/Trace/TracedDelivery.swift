import Domain
import Persistence

/// A message that an event led to, with the attempts at it.
struct TracedDelivery {
    struct Attempt {
        let number: Int32
        let startedAt: Timestamp
        let endedAt: Timestamp?
        let outcome: String?
        let reply: Int32?
    }

    let id: DeliveryID
    let createdAt: Timestamp
    /// Id in the routes or the directory, never an address.
    let recipient: String
    let channel: String
    let status: String
    let heldFor: String?
    let nextAttemptAt: Timestamp
    let attempts: [Attempt]

    /// Whether something is still to come.
    var isOpen: Bool { status == "pending" || status == "sending" }

    static func all(of alert: AlertID, following cause: EventID, on connection: Connection) throws -> [TracedDelivery] {
        try connection.run(deliveriesStatement, [.id(alert), .id(cause)]).map { row in
            let id: DeliveryID = try row.id(0)
            return TracedDelivery(
                id: id, createdAt: try row.timestamp(1), recipient: try row.text(2), channel: try row.text(3),
                status: try row.text(4), heldFor: try row.optionalText(5), nextAttemptAt: try row.timestamp(6),
                attempts: try connection.run(attemptsStatement, [.id(id)]).map { row in
                    Attempt(
                        number: try row.int32(0), startedAt: try row.timestamp(1), endedAt: try row.optionalTimestamp(2),
                        outcome: try row.optionalText(3), reply: try row.optionalInt32(4))
                })
        }
    }

    static let deliveriesStatement: Statement = """
        select delivery_id, created_at, recipient, channel, status, held_for, next_attempt_at
        from published.delivery where alert_id = $1 and cause_event_id = $2 order by created_at, recipient, channel
        """
    static let attemptsStatement: Statement = """
        select attempt, started_at, ended_at, outcome, reply from published.delivery_attempt
        where delivery_id = $1 order by attempt
        """
}
