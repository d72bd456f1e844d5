import Channels
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
    let urgency: Urgency
    let escalationLevel: Int
    let dueAt: Timestamp
    let recipient: RecipientPlace
    let traceparent: String?
    let createdAt: Timestamp

    var trace: TraceContext? { traceparent.flatMap { TraceContext(traceparent: $0) } }

    /// Whether it may wait to be gathered with others. What is overdue may not.
    var canWait: Bool { urgency == .normal && escalationLevel == 0 && recipient.channel == .email }

    /// What an alert event asks to tell a recipient. Its id follows from both, so that the same event gives
    /// the same delivery however often it is handled.
    static func id(following event: EventID, to recipient: RecipientPlace) -> DeliveryID {
        DerivedIdentity.delivery(following: event, to: recipient.id, recipient.channel)
    }

    /// A result as an event for the ledger. A delivery ends once, is withheld once and comes back once, and its event's id
    /// follows from that.
    func event(_ result: NotificationResult) -> (id: EventID, event: NotificationEvent) {
        let event =
            switch result {
            case .delivered, .failed: DerivedIdentity.ending(of: id, following: cause)
            case .withheld: DerivedIdentity.withholding(of: id, following: cause)
            case .bounced: DerivedIdentity.bouncing(of: id, following: cause)
            }
        return (
            event,
            NotificationEvent(
                delivery: id, alert: alert, cause: cause, recipient: recipient.id, channel: recipient.channel,
                result: result)
        )
    }
}

/// One try to tell a recipient: of one alert, or by one message of several that could wait.
struct DeliveryAttempt: Sendable {
    struct Part: Sendable {
        let delivery: Delivery
        /// Which attempt at this delivery it is, from 1.
        let number: Int
    }

    let delivery: Delivery
    let number: Int
    let contact: Recipient.Contact
    let times: MessageTimes?
    /// Nil for a message of its own; else what the digest tells of besides `delivery`.
    let gathered: [Part]?

    init(
        delivery: Delivery, number: Int, contact: Recipient.Contact, times: MessageTimes? = nil, gathered: [Part]? = nil
    ) {
        self.delivery = delivery
        self.number = number
        self.contact = contact
        self.times = times
        self.gathered = gathered
    }

    /// All deliveries that end or go on with it, by id.
    var parts: [Part] {
        ([Part(delivery: delivery, number: number)] + (gathered ?? [])).sorted { $0.delivery.id < $1.delivery.id }
    }

    /// The digest's own id, which follows from what it tells of; nil for a message of its own.
    var digest: DeliveryID? {
        guard gathered != nil, let first = parts.first else { return nil }
        let ids = parts.map { "\($0.delivery.id)" }.joined(separator: " ")
        return DerivedIdentity.following(first.delivery.cause, rule: "digest \(ids)")
    }

    var message: OutgoingMessage {
        OutgoingMessage(
            id: digest ?? delivery.id, notice: notice, contact: contact, times: times, createdAt: delivery.createdAt,
            // A digest follows from several events, which have no trace in common.
            trace: gathered == nil ? delivery.trace : nil)
    }

    private var notice: Notice {
        guard gathered == nil else {
            let dueAt = parts.map(\.delivery.dueAt).min() ?? delivery.dueAt
            return Notice(.digest(count: parts.count), delivery.urgency, dueAt: dueAt, site: delivery.site)
        }
        return Notice(
            delivery.escalationLevel > 0 ? .overdue(delivery.alert) : .waiting(delivery.alert), delivery.urgency,
            dueAt: delivery.dueAt, site: delivery.site)
    }
}
