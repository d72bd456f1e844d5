public import Contracts
public import Domain

/// Everything that a message to a person may tell. Messages leave the house unencrypted in the end, so there is nobody
/// and nothing clinical in it: whoever is told signs in and reads there.
public struct Notice: Hashable, Sendable {
    public enum Occasion: Hashable, Sendable {
        case waiting(AlertID)
        /// Nobody has answered it in time.
        case overdue(AlertID)
        /// Several that could wait, in one message.
        case digest(count: Int)
        /// Nothing: somebody tries whether messages arrive.
        case test
    }

    public let occasion: Occasion
    public let urgency: Urgency
    /// By when somebody must answer, of several the earliest.
    public let dueAt: Timestamp
    public let site: SiteID

    public init(_ occasion: Occasion, _ urgency: Urgency, dueAt: Timestamp, site: SiteID) {
        self.occasion = occasion
        self.urgency = urgency
        self.dueAt = dueAt
        self.site = site
    }

    public var alert: AlertID? {
        switch occasion {
        case .waiting(let alert), .overdue(let alert): alert
        case .digest, .test: nil
        }
    }

    /// Where to sign in and read; nil where no portal is configured.
    public func link(portal: String?) -> String? {
        guard let portal else { return nil }
        var base = portal[...]
        while base.last == "/" { base.removeLast() }
        return switch occasion {
        case .waiting(let alert), .overdue(let alert): "\(base)/alerts/\(alert)"
        case .digest: "\(base)/alerts"
        case .test: String(base)
        }
    }
}

/// A notice on its way to one recipient.
public struct OutgoingMessage: Sendable {
    /// The same at every attempt: receivers recognise a repetition by it.
    public let id: DeliveryID
    public let notice: Notice
    public let contact: Recipient.Contact
    /// Whose clock times in the text go by; nil: UTC.
    public let times: MessageTimes?
    public let createdAt: Timestamp
    /// Handed on to systems, with which they go on. Mails have no place for it.
    public let trace: TraceContext?

    public init(
        id: DeliveryID, notice: Notice, contact: Recipient.Contact, times: MessageTimes? = nil, createdAt: Timestamp,
        trace: TraceContext? = nil
    ) {
        self.id = id
        self.notice = notice
        self.contact = contact
        self.times = times
        self.createdAt = createdAt
        self.trace = trace
    }
}
