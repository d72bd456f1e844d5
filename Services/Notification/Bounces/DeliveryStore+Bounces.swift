import Channels
import Contracts
import Domain
import Persistence

/// What becomes of deliveries whose message came back after a server had taken it over.
extension DeliveryStore {
    /// What a report changes.
    enum BounceEffect: String {
        /// The deliveries count as not arrived from now on.
        case recorded = "failed"
        /// They did before, or had not arrived in the first place.
        case known
        /// The message is still being sent, as far as is recorded: come again.
        case underWay = "under_way"
        /// No message of ours has this id.
        case unknown
    }

    /// Records that a message did not arrive: the contact counts as failing, the message goes another way, and what was
    /// withheld for its sake is sent. The same again changes nothing. One transaction.
    /// - Parameters:
    ///   - message: a delivery, or the digest that told of several.
    ///   - status: of RFC 3463.
    func recordBounce(of message: DeliveryID, status: String, on connection: Connection) throws -> BounceEffect {
        try connection.transaction { connection in
            let rows = try connection.run(Self.selectTold, [.id(message)])
            guard !rows.isEmpty else { return .unknown }
            guard try !rows.contains(where: { try $0.text(13) == Status.sending.rawValue }) else { return .underWay }
            var events: [NewEvent] = []
            for row in rows where try row.text(13) == Status.delivered.rawValue && !row.bool(15) {
                let delivery = try Delivery(row)
                try connection.run(Self.updateBounced, [.id(delivery.id), .text(status)])
                try markFailing(delivery.recipient, nil, "came back with status \(status)", on: connection)
                try goOn(without: delivery, on: connection)
                events.append(try delivery.newEvent(.bounced(status: status)))
            }
            _ = try Ledger.append(events, to: .notification, on: connection)
            return events.isEmpty ? .known : .recorded
        }
    }

    private static let selectTold = Statement(
        """
        select \(columns), bounced_at is not null
        from notification.delivery
        where delivery_id = any(array(
            select $1::uuid union select t.delivery_id from notification.delivery t where t.told_in = $1))
          and channel = 'email'
        order by delivery_id for update
        """)
    private static let updateBounced: Statement = """
        update notification.delivery set bounced_at = clock_timestamp(), bounce_status = $2 where delivery_id = $1
        """
}
