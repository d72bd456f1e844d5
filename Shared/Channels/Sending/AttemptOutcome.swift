/// What came of an attempt to send a message.
public enum AttemptOutcome: Hashable, Sendable {
    case delivered(reply: Int, template: String)
    /// It may succeed later, not before `retryAfter` where the receiver has said so.
    case transient(reply: Int?, reason: String, retryAfter: Duration?)
    /// Trying again would change nothing.
    case permanent(reply: Int?, reason: String)

    /// As the attempt's row and the metrics call it.
    public var word: String {
        switch self {
        case .delivered: "delivered"
        case .transient: "transient"
        case .permanent: "permanent"
        }
    }

    public var reply: Int? {
        switch self {
        case .delivered(let reply, _): reply
        case .transient(let reply, _, _), .permanent(let reply, _): reply
        }
    }

    public var reason: String? {
        switch self {
        case .delivered: nil
        case .transient(_, let reason, _), .permanent(_, let reason): reason
        }
    }

    /// The text that was sent.
    public var template: String? {
        switch self {
        case .delivered(_, let template): template
        case .transient, .permanent: nil
        }
    }
}
