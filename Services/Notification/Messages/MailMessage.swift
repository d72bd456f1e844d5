import Domain
import Outbound

/// A notice as a mail.
enum MailMessage {
    /// - Parameter attempt: part of the message id, so that a mail found at the receiver's names the attempt it
    ///   came from; the same attempt always gives the same bytes.
    static func mail(
        _ text: MessageTemplates.Text, of delivery: Delivery, attempt: Int, from: MailAddress, to: MailAddress,
        at time: Timestamp
    ) throws(OutboundError) -> Mail {
        let domain = from.address.split(separator: "@").last ?? "localhost"
        return try Mail(
            from: from, to: [to], subject: text.subject, textBody: text.body,
            messageID: "\(delivery.id).\(attempt)@\(domain)", unixTime: time.microseconds / 1_000_000,
            headers: [
                // Keeps out-of-office replies and mailing list software quiet (RFC 3834 section 5).
                Header("Auto-Submitted", "auto-generated"),
                Header("Attune-Delivery", delivery.id.description),
            ])
    }
}
