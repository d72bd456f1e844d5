import Contracts
import Domain
import Outbound

/// Who is told, on which way, about what.
struct Recipient: Sendable {
    /// Short name in the routes, the only thing of a recipient that is stored, logged or published.
    let id: String
    let address: Address
    let kinds: Set<AlertKind>
    /// Whether they are told again about an alert that nobody has answered in time.
    let takesEscalations: Bool

    /// Where a message goes.
    enum Address: Sendable {
        case email(MailAddress)
        case webhook(WebhookTarget)
    }

    var place: RecipientPlace { RecipientPlace(id: id, channel: address.channel) }

    func takes(_ kind: AlertKind, isEscalation: Bool) -> Bool {
        kinds.contains(kind) && (takesEscalations || !isEscalation)
    }
}

extension Recipient.Address {
    var channel: NotificationChannel {
        switch self {
        case .email: .email
        case .webhook: .webhook
        }
    }
}

extension Recipient.Address: Equatable {
    static func == (one: Self, other: Self) -> Bool {
        switch (one, other) {
        case (.email(let one), .email(let other)): one == other
        case (.webhook(let one), .webhook(let other)): one == other
        case (.email, .webhook), (.webhook, .email): false
        }
    }
}

/// What a delivery names: a recipient and one of the recipient's channels.
struct RecipientPlace: Hashable, Sendable {
    let id: String
    let channel: NotificationChannel
}

/// A receiver of signed requests. Its URL and key are secrets.
struct WebhookTarget: Hashable, Sendable {
    let url: String
    /// Names the key in each request, so that a receiver can change it without a gap.
    let keyID: String
    let key: [UInt8]
}

extension WebhookTarget: CustomStringConvertible, CustomReflectable {
    var description: String { "WebhookTarget(\(keyID))" }
    var customMirror: Mirror { Mirror(self, children: ["keyID": keyID]) }
}
