import Channels
import Domain
import Persistence
import ServiceKit

/// Messages kept for those who sign in. They say what a mail says: that an alert waits, how urgent it is and by when.
enum Inbox {
    struct Message: Hashable, Sendable {
        let id: DeliveryID
        let alert: AlertID
        let site: SiteID
        let urgency: Urgency
        /// Nobody has answered it in time.
        let isOverdue: Bool
        let dueAt: Timestamp
        let createdAt: Timestamp
        let readAt: Timestamp?
    }

    /// The caller's own, newest first, of the sites that they may still see.
    static func list(
        of caller: Caller, unreadOnly: Bool, before: Timestamp?, limit: Int, on connection: Connection
    ) throws -> [Message] {
        try connection.run(
            selectMessages,
            [
                .text(caller.subject), sites(of: caller), .bool(unreadOnly), .optional(before), .int64(Int64(limit)),
            ]
        ).map { try Message($0) }
    }

    /// - Returns: nil where the caller has no such message.
    static func markRead(_ id: DeliveryID, by caller: Caller, on connection: Connection) throws -> Message? {
        try connection.run(updateRead, [.id(id), .text(caller.subject), sites(of: caller)]).first.map { try Message($0) }
    }

    private static func sites(of caller: Caller) -> Parameter { caller.sites.listed.map { .texts($0.map(\.text)) } ?? .null }

    private static let selectMessages: Statement = """
        select delivery_id, alert_id, site, urgency, is_overdue, due_at, created_at, read_at from notification.inbox
        where subject = $1 and ($2::text[] is null or site = any($2)) and (not $3 or read_at is null)
          and ($4::timestamptz is null or created_at < $4)
        order by created_at desc, delivery_id desc limit $5
        """
    private static let updateRead: Statement = """
        update notification.inbox set read_at = coalesce(read_at, now())
        where delivery_id = $1 and subject = $2 and ($3::text[] is null or site = any($3))
        returning delivery_id, alert_id, site, urgency, is_overdue, due_at, created_at, read_at
        """
}

extension Inbox.Message {
    fileprivate init(_ row: Row) throws {
        guard let urgency = Urgency(rawValue: try row.int16(3)) else { throw UnreadableDelivery() }
        self.init(
            id: try row.id(0), alert: try row.id(1), site: SiteID(unchecked: try row.text(2)), urgency: urgency,
            isOverdue: try row.bool(4), dueAt: try row.timestamp(5), createdAt: try row.timestamp(6),
            readAt: try row.optionalTimestamp(7))
    }
}
