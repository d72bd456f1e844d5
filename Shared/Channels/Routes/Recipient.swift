public import Contracts
public import Domain
public import Outbound

/// Who is told, on which way, about what.
public struct Recipient: Sendable {
    /// Short name in the routes, the only thing of a recipient that is stored, logged or published.
    public let id: String
    public let contact: Contact
    public let kinds: Set<AlertKind>
    /// Whether they are told again about an alert that nobody has answered in time.
    public let takesEscalations: Bool

    public init(id: String, contact: Contact, kinds: Set<AlertKind>, takesEscalations: Bool) {
        self.id = id
        self.contact = contact
        self.kinds = kinds
        self.takesEscalations = takesEscalations
    }

    /// One in English, at any time, without a second channel.
    public init(id: String, address: Address, kinds: Set<AlertKind>, takesEscalations: Bool) {
        self.init(id: id, contact: Contact(address: address), kinds: kinds, takesEscalations: takesEscalations)
    }

    /// Where a message goes.
    public enum Address: Hashable, Sendable {
        case email(MailAddress)
        case webhook(WebhookTarget)
        /// The inbox of whoever signs in under this subject.
        case inbox(subject: String)
    }

    /// How a recipient is reached: the same wherever the routes list them.
    public struct Contact: Hashable, Sendable {
        public let address: Address
        /// Used when a message over the first was given up; of another channel than that.
        public let second: Address?
        /// Of the texts, such as `en`.
        public let language: String
        /// Their own times, in place of the site's.
        public let times: MessageTimes?

        public init(
            address: Address, second: Address? = nil, language: String = MessageTemplates.fallbackLanguage,
            times: MessageTimes? = nil
        ) {
            self.address = address
            self.second = second
            self.language = language
            self.times = times
        }
    }

    public var place: RecipientPlace { RecipientPlace(id: id, channel: contact.address.channel) }

    public func takes(_ kind: AlertKind, isEscalation: Bool) -> Bool {
        kinds.contains(kind) && (takesEscalations || !isEscalation)
    }
}

extension Recipient.Address {
    public var channel: NotificationChannel {
        switch self {
        case .email: .email
        case .webhook: .webhook
        case .inbox: .inbox
        }
    }
}

/// What a delivery names: a recipient and one of the recipient's channels.
public struct RecipientPlace: Hashable, Sendable {
    public let id: String
    public let channel: NotificationChannel

    public init(id: String, channel: NotificationChannel) {
        self.id = id
        self.channel = channel
    }
}

/// A receiver of signed requests. Its URL and keys are secrets.
public struct WebhookTarget: Hashable, Sendable {
    public let url: String
    /// One, or two while a receiver changes from one to the other: each request is then signed with both.
    public let keys: [WebhookKey]
    /// Whether it may be on this machine or in a private network.
    public let allowsPrivateAddress: Bool

    public init(url: String, keys: [WebhookKey], allowsPrivateAddress: Bool = false) {
        self.url = url
        self.keys = keys
        self.allowsPrivateAddress = allowsPrivateAddress
    }
}

/// A key that requests are signed with, and its name, which they carry.
public struct WebhookKey: Hashable, Sendable {
    public let id: String
    public let bytes: [UInt8]

    public init(id: String, bytes: [UInt8]) {
        self.id = id
        self.bytes = bytes
    }
}

extension WebhookKey: CustomStringConvertible, CustomReflectable {
    public var description: String { "WebhookKey(\(id))" }
    public var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}

extension WebhookTarget: CustomStringConvertible, CustomReflectable {
    public var description: String { "WebhookTarget(\(keys.map(\.id).joined(separator: ", ")))" }
    public var customMirror: Mirror { Mirror(self, children: ["keys": keys.map(\.id)]) }
}
