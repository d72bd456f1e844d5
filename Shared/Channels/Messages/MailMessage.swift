import Domain
import Outbound

/// A notice as a mail.
enum MailMessage {
    static func mail(
        _ text: MessageTemplates.Text, of message: OutgoingMessage, from: MailAddress, to: MailAddress, at time: Timestamp
    ) throws(OutboundError) -> Mail {
        let domain = from.address.split(separator: "@").last ?? "localhost"
        var headers = [
            // Keeps out-of-office replies and mailing list software quiet (RFC 3834 section 5).
            try Header("Auto-Submitted", "auto-generated"),
            try Header("Attune-Delivery", message.id.description),
        ]
        if case .digest = message.notice.occasion {
            // Nobody can unsubscribe from an alert; who is sent a digest is for the site to say (RFC 2369 section 3.2).
            headers.append(try Header("List-Unsubscribe", "<mailto:\(from.address)?subject=unsubscribe>"))
        }
        return try Mail(
            from: from, to: [to], subject: text.subject, textBody: text.body,
            // Of the message, not of the attempt: a receiver that took it over and could not say so keeps one.
            messageID: "\(message.id)@\(domain)", unixTime: time.microseconds / 1_000_000, headers: headers)
    }
}
