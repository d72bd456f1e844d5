import Domain

/// What a template may name. There is no field for anything about a client, so no text can hold it.
enum MessageField: String, CaseIterable {
    /// The alert's id.
    case alert
    /// By when somebody must answer, on the recipient's clock.
    case due
    /// Where to sign in; missing where no portal is configured.
    case link
    /// How many alerts a digest gathers.
    case count
    /// Sections: exactly one of the three is there.
    case urgent, high, normal

    /// Those that a message of this occasion has.
    static func known(in name: MessageTemplates.Name) -> Set<MessageField> {
        switch name {
        case .alertWaiting, .alertOverdue: [.alert, .due, .link, .urgent, .high, .normal]
        case .digest: [.due, .link, .count]
        case .test: [.link]
        }
    }

    static func values(of message: OutgoingMessage, portal: String?) -> [String: Any] {
        let known = known(in: MessageTemplates.Name(message.notice.occasion))
        var values: [String: Any] = [:]
        for field in known { values[field.rawValue] = field.value(in: message, portal: portal) }
        return values
    }

    func value(in message: OutgoingMessage, portal: String?) -> (any Sendable)? {
        let notice = message.notice
        switch self {
        case .alert: return notice.alert?.description
        case .due: return message.times?.text(notice.dueAt) ?? Self.inUTC(notice.dueAt)
        case .link: return notice.link(portal: portal)
        case .count: if case .digest(let count) = notice.occasion { return "\(count)" } else { return nil }
        case .urgent: return notice.urgency == .urgent
        case .high: return notice.urgency == .high
        case .normal: return notice.urgency == .normal
        }
    }

    /// `2026-03-01 09:30 UTC`: whole minutes, never later than the true time.
    private static func inUTC(_ time: Timestamp) -> String {
        let text = time.description
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
    }
}

/// A tag of a template: what stands between the braces.
struct TemplateTag: Hashable {
    let content: String

    static func all(in source: String) -> [TemplateTag] {
        source.matches(of: /\{\{+([^{}]*)\}\}+/).map { TemplateTag(content: String($0.1)) }
    }

    /// The field that it names; nil for a remark.
    var name: Substring? {
        guard let first = content.first else { return "" }
        switch first {
        case "!": return nil
        case "#", "^", "/", "&": return content.dropFirst()
        default: return content[...]
        }
    }

    /// Why it is refused; nil for a known field or a remark. Partials, other braces and lookups inside of fields are
    /// no names of fields.
    func problem(in template: MessageTemplates.Name) -> String? {
        guard let name else { return nil }
        let known = MessageField.known(in: template)
        if let field = MessageField(rawValue: String(name)), known.contains(field) { return nil }
        let names = known.map(\.rawValue).sorted().joined(separator: ", ")
        return "unknown field \"\(name)\"; known are \(names)"
    }
}
