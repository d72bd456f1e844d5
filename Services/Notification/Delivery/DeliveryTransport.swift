import Domain
import Outbound
import ServiceKit

/// What sending needs besides the delivery.
struct TransportSettings: Sendable {
    /// Nil where no recipient is reached by mail.
    var mail: MailSettings?
    /// Base URL of the portal that messages point to.
    var portal: String?
    /// For one request or mail as a whole.
    var timeout = Duration.seconds(30)
    var connectTimeout = Duration.seconds(5)
    /// Certificates (PEM) to trust in place of the system's.
    var caFile: String?
    var webhookProxy = CurlSession.Proxy.none

    struct MailSettings: Sendable {
        let endpoint: SMTPEndpoint
        let from: MailAddress
    }
}

/// Sends one attempt after another; belongs to one thread, like the sessions it holds.
final class DeliveryTransport {
    private let settings: TransportSettings
    private let templates: MessageTemplates
    private let mails: CurlSession
    private let webhooks: CurlSession

    init(_ settings: TransportSettings, _ templates: MessageTemplates) throws(OutboundError) {
        self.settings = settings
        self.templates = templates
        mails = try CurlSession(caFile: settings.caFile, proxy: .none)
        webhooks = try CurlSession(caFile: settings.caFile, proxy: settings.webhookProxy)
    }

    /// What came of it, and whether the endpoint answered at all.
    func send(_ attempt: DeliveryAttempt) -> (outcome: AttemptOutcome, wasReached: Bool) {
        let notice = AlertNotice(attempt.delivery, portal: settings.portal)
        do throws(OutboundError) {
            switch attempt.address {
            case .email(let address): return try mail(notice, attempt, to: address)
            case .webhook(let target): return try post(notice, attempt, to: target)
            }
        } catch {
            return (Self.outcome(of: error), error.meansReached)
        }
    }

    private func mail(
        _ notice: AlertNotice, _ attempt: DeliveryAttempt, to address: MailAddress
    ) throws(OutboundError) -> (AttemptOutcome, Bool) {
        guard let settings = settings.mail else {
            return (.permanent(reply: nil, reason: "no mail server is configured"), true)
        }
        let text = templates.text(for: notice)
        let mail = try MailMessage.mail(
            text, of: attempt.delivery, attempt: attempt.number, from: settings.from, to: address, at: .now)
        let reply = try mails.send(mail, through: settings.endpoint)
        return (.delivered(reply: reply.code, template: text.template.rawValue), true)
    }

    private func post(
        _ notice: AlertNotice, _ attempt: DeliveryAttempt, to target: WebhookTarget
    ) throws(OutboundError) -> (AttemptOutcome, Bool) {
        let now = Timestamp.now
        let request = try WebhookMessage.request(
            WebhookMessage.body(notice, of: attempt.delivery), to: target, of: attempt.delivery, at: now,
            timeout: settings.timeout, connectTimeout: settings.connectTimeout)
        let response = try webhooks.send(request)
        let retryAfter = response.header("Retry-After").flatMap { RetryAfter.pause($0, now: now) }
        return (Self.outcome(ofStatus: response.status, retryAfter: retryAfter), true)
    }

    /// 408, 425 and 429 say "not now" (RFC 9110, RFC 8470, RFC 6585); any other refusal with 4xx would come
    /// again. Redirects are refused: whoever configured the URL did not vouch for another one.
    static func outcome(ofStatus status: Int, retryAfter: Duration?) -> AttemptOutcome {
        switch status {
        case 200..<300: .delivered(reply: status, template: WebhookMessage.template)
        case 300..<400: .permanent(reply: status, reason: "redirects are not followed")
        case 408, 425, 429: .transient(reply: status, reason: "asked to come again later", retryAfter: retryAfter)
        case 400..<500: .permanent(reply: status, reason: "refused by the receiver")
        default: .transient(reply: status, reason: "the receiver failed", retryAfter: retryAfter)
        }
    }

    static func outcome(of error: OutboundError) -> AttemptOutcome {
        var reply: Int?
        if case .rejected(let code) = error { reply = code }
        return error.isTransient
            ? .transient(reply: reply, reason: error.description, retryAfter: nil)
            : .permanent(reply: reply, reason: error.description)
    }
}

extension OutboundError {
    /// Whether the receiver answered. A mail server that closes the service (421, RFC 5321 section 3.8) or
    /// takes no login counts as one that did not: every further mail would fare the same.
    fileprivate var meansReached: Bool {
        switch self {
        case .couldNotConnect, .timedOut, .connectionLost, .tls, .loginDenied, .rejected(code: 421): false
        case .rejected, .responseTooLarge, .refusedURL, .invalidHeader, .invalidMail, .other: true
        }
    }
}
