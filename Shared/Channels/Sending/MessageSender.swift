import Domain
public import Outbound
import ServiceKit

/// What sending needs besides the message.
public struct SendingSettings: Sendable {
    /// Nil where no recipient is reached by mail.
    public var mail: MailSettings?
    /// Base URL of the portal that messages point to.
    public var portal: String?
    /// For one request or mail as a whole.
    public var timeout: Duration
    public var connectTimeout: Duration
    /// Certificates (PEM) to trust in place of the system's.
    public var caFile: String?
    public var webhookProxy: CurlSession.Proxy

    public init(
        mail: MailSettings?, portal: String? = nil, timeout: Duration = .seconds(30),
        connectTimeout: Duration = .seconds(5), caFile: String? = nil, webhookProxy: CurlSession.Proxy = .none
    ) {
        self.mail = mail
        self.portal = portal
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.caFile = caFile
        self.webhookProxy = webhookProxy
    }

    public struct MailSettings: Sendable {
        public let endpoint: SMTPEndpoint
        public let from: MailAddress
        /// Where what comes back later goes; nil: to `from`.
        public let bounces: BounceAddress?

        public init(endpoint: SMTPEndpoint, from: MailAddress, bounces: BounceAddress? = nil) {
            self.endpoint = endpoint
            self.from = from
            self.bounces = bounces
        }
    }
}

/// Sends one message after another; belongs to one thread, like the sessions it holds.
public final class MessageSender {
    private let settings: SendingSettings
    private let templates: MessageTemplates
    private let mails: CurlSession
    private let webhooks: CurlSession
    /// A kept connection stays with the rule that it was made under.
    private let privateWebhooks: CurlSession

    /// - Parameter conversation: hears what is said with mail servers and receivers.
    public init(
        _ settings: SendingSettings, _ templates: MessageTemplates, conversation: Conversation? = nil
    ) throws(OutboundError) {
        self.settings = settings
        self.templates = templates
        mails = try CurlSession(caFile: settings.caFile, proxy: .none, conversation: conversation)
        privateWebhooks = try CurlSession(
            caFile: settings.caFile, proxy: settings.webhookProxy, conversation: conversation)
        // Behind a proxy the address connected to is the proxy's, which knows where it may go.
        webhooks = try CurlSession(
            caFile: settings.caFile, proxy: settings.webhookProxy,
            addresses: settings.webhookProxy == .none ? .publicOnly : .any, conversation: conversation)
    }

    /// What came of it, and whether the endpoint answered at all.
    public func send(_ message: OutgoingMessage) -> (outcome: AttemptOutcome, wasReached: Bool) {
        do throws(OutboundError) {
            switch message.contact.address {
            case .email(let address): return try mail(message, to: address)
            case .webhook(let target): return try post(message, to: target)
            // Whoever records the outcome keeps the message for them to read.
            case .inbox: return (.delivered(reply: 201, template: InboxMessage.template), true)
            }
        } catch {
            return (Self.outcome(of: error), error.meansReached)
        }
    }

    private func mail(
        _ message: OutgoingMessage, to address: MailAddress
    ) throws(OutboundError) -> (AttemptOutcome, Bool) {
        guard let server = settings.mail else {
            return (.permanent(reply: nil, reason: "no mail server is configured"), true)
        }
        let text = templates.text(for: message, portal: settings.portal)
        let mail = try MailMessage.mail(text, of: message, from: server.from, to: address, at: .now)
        let sender = try server.bounces?.sender(of: message.id)
        let reply = try mails.send(mail, from: sender, through: server.endpoint)
        return (.delivered(reply: reply.code, template: text.template), true)
    }

    private func post(
        _ message: OutgoingMessage, to target: WebhookTarget
    ) throws(OutboundError) -> (AttemptOutcome, Bool) {
        let now = Timestamp.now
        let request = try WebhookMessage.request(
            WebhookMessage.body(message, portal: settings.portal), to: target, of: message.id, trace: message.trace, at: now,
            timeout: settings.timeout, connectTimeout: settings.connectTimeout)
        let response = try (target.allowsPrivateAddress ? privateWebhooks : webhooks).send(request)
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

/// A message that is kept in the portal's inbox: no text of its own, the portal words it.
enum InboxMessage {
    static let template = "inbox.1"
}

extension OutboundError {
    /// Whether the receiver answered. A mail server that closes the service (421, RFC 5321 section 3.8) or
    /// takes no login counts as one that did not: every further mail would fare the same.
    fileprivate var meansReached: Bool {
        switch self {
        case .couldNotConnect, .timedOut, .connectionLost, .tls, .loginDenied, .rejected(code: 421): false
        case .rejected, .responseTooLarge, .refusedURL, .refusedAddress, .invalidHeader, .invalidMail, .other: true
        }
    }
}
