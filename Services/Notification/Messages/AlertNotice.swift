import Domain

/// Everything that a message to a person may contain. Messages leave the house unencrypted in the end,
/// so there is nobody and nothing clinical in it: whoever is told signs in and reads there.
struct AlertNotice: Hashable, Sendable {
    let alert: AlertID
    let urgency: Urgency
    /// By when somebody must answer.
    let dueAt: Timestamp
    /// True when nobody has answered in time.
    let isEscalation: Bool
    /// The alert in the portal; nil where no portal is configured.
    let link: String?

    init(_ delivery: Delivery, portal: String?) {
        alert = delivery.alert
        urgency = delivery.urgency
        dueAt = delivery.dueAt
        isEscalation = delivery.escalationLevel > 0
        link = portal.map { base in
            var base = base[...]
            while base.last == "/" { base.removeLast() }
            return "\(base)/alerts/\(delivery.alert)"
        }
    }

    /// `2026-03-01 09:30 UTC`: whole minutes, never later than the true time.
    var dueText: String {
        let text = dueAt.description
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
    }
}
