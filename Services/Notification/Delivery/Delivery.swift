import Contracts
import Domain

/// One notification to one recipient over one channel, until the receiver has it or it is given up.
struct Delivery: Sendable {
    let id: DeliveryID
    let alert: AlertID
    let episode: EpisodeID
    let site: SiteID
    /// The alert event that called for it.
    let cause: EventID
    let kind: AlertKind
    let escalationLevel: Int
    let dueAt: Timestamp
    let recipient: RecipientPlace
    let traceparent: String?
    let createdAt: Timestamp

    var urgency: Urgency { Urgency(kind) }

    /// What an alert event asks to tell a recipient. Its id follows from both, so that the same event gives
    /// the same delivery however often it is handled.
    static func id(following event: EventID, to recipient: RecipientPlace) -> DeliveryID {
        DerivedIdentity.delivery(following: event, to: recipient.id, recipient.channel)
    }

    /// A result as an event for the ledger. A delivery ends once, and its event's id follows from it.
    func event(_ result: NotificationResult) -> (id: EventID, event: NotificationEvent) {
        (
            DerivedIdentity.ending(of: id, following: cause),
            NotificationEvent(
                delivery: id, alert: alert, cause: cause, recipient: recipient.id, channel: recipient.channel,
                result: result)
        )
    }
}

/// One try to send a delivery.
struct DeliveryAttempt: Sendable {
    let delivery: Delivery
    /// From 1.
    let number: Int
    let address: Recipient.Address
}

/// What came of an attempt.
enum AttemptOutcome: Hashable, Sendable {
    case delivered(reply: Int, template: String)
    /// It may succeed later, not before `retryAfter` where the receiver has said so.
    case transient(reply: Int?, reason: String, retryAfter: Duration?)
    /// Trying again would change nothing.
    case permanent(reply: Int?, reason: String)

    /// As the attempt's row and the metrics call it.
    var word: String {
        switch self {
        case .delivered: "delivered"
        case .transient: "transient"
        case .permanent: "permanent"
        }
    }

    var reply: Int? {
        switch self {
        case .delivered(let reply, _): reply
        case .transient(let reply, _, _), .permanent(let reply, _): reply
        }
    }

    var reason: String? {
        switch self {
        case .delivered: nil
        case .transient(_, let reason, _), .permanent(_, let reason): reason
        }
    }
}
