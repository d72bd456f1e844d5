import FoundationEssentials
import Outbound
import ServiceKit

/// Settings of notification beyond those that every consumer has.
enum NotificationSettings {
    static let routes = Setting.path(
        "ATTUNE_NOTIFICATION_ROUTES_FILE", "YAML file that says who is told about which alerts of which site.")
    static let portal = Setting.url(
        "ATTUNE_PORTAL_URL", "Base URL of the portal, for links in messages; without it messages have none.",
        schemes: ["https", "http"]
    ).optional
    static let smtpURL = Setting.url(
        "ATTUNE_SMTP_URL", "Mail server, e.g. smtp://mail.clinic.example:587; needed where a recipient has a mail address.",
        schemes: ["smtp", "smtps"]
    ).optional
    static let smtpFrom = Setting.string("ATTUNE_SMTP_FROM", "Mail address that messages come from.").optional
    static let smtpUser = Setting.string("ATTUNE_SMTP_USER", "Name to log in to the mail server with.").optional
    static let smtpPassword = Setting.string(
        "ATTUNE_SMTP_PASSWORD", "Password to log in to the mail server with.", secret: true
    ).optional
    static let smtpRequireTLS = Setting.flag(
        "ATTUNE_SMTP_REQUIRE_TLS",
        "Whether mails may only go out encrypted; unless set, true for every server but one on this machine."
    ).optional
    static let caFile = Setting.path(
        "ATTUNE_OUTBOUND_CA_FILE", "Certificates (PEM) to trust in place of the system's, for mail server and webhooks."
    ).optional
    static let webhookProxy = Setting.choice(
        "ATTUNE_WEBHOOK_PROXY", "Whether webhooks go through the proxy that http_proxy, https_proxy and no_proxy name.",
        of: ["none", "environment"], default: "none")
    static let workers = Setting.int(
        "ATTUNE_NOTIFICATION_WORKERS",
        "Threads that send. One always stays free of any single receiver, so with 2 or more a dead one holds up no other.",
        default: 2, in: 1...32)
    static let attempts = Setting.int(
        "ATTUNE_NOTIFICATION_ATTEMPTS", "Attempts before a delivery is given up.", default: 12, in: 1...50)
    static let retryPause = Setting.duration(
        "ATTUNE_NOTIFICATION_RETRY_PAUSE", "Pause after the first failed attempt; doubled after each further one, up to 1h.",
        default: "5s", in: .milliseconds(10) ... .seconds(3600))
    static let sendLimit = Setting.duration(
        "ATTUNE_NOTIFICATION_SEND_LIMIT", "Longest time for one mail or request.", default: "30s",
        in: .seconds(1) ... .seconds(300))
    static let connectLimit = Setting.duration(
        "ATTUNE_NOTIFICATION_CONNECT_LIMIT", "Longest time for connecting to a receiver.", default: "5s",
        in: .milliseconds(100) ... .seconds(60))

    static let contactKeys = Setting.path(
        "ATTUNE_CONTACT_KEY_FILE",
        "File with the keys that seal contacts of the directory; needed where the routes name people by role or id."
    ).optional

    static let all: [any SettingDeclaration] = [
        routes, contactKeys, portal, smtpURL, smtpFrom, smtpUser, smtpPassword, smtpRequireTLS, caFile, webhookProxy,
        workers, attempts, retryPause, sendLimit, connectLimit,
    ]

    static func retrySchedule(_ settings: Settings) -> RetrySchedule {
        RetrySchedule(firstPause: settings[retryPause], maxAttempts: settings[attempts])
    }

    /// Nil where no key file is named.
    static func contacts(_ settings: Settings, areNeeded: Bool) throws(SettingsError) -> ContactBook? {
        let advice = "Name the contact.keys that `attune keys` has made."
        guard let file = settings[contactKeys] else {
            guard areNeeded else { return nil }
            throw SettingsError(contactKeys.name, "is not set, but the routes name people of the directory", advice)
        }
        do {
            return try ContactBook(keyFile: file)
        } catch {
            throw SettingsError(contactKeys.name, "names a file that cannot be used: \(error)", advice)
        }
    }

    /// - Parameter mailsPeople: whether people of the directory, who may have mail addresses, are told.
    static func transport(
        _ settings: Settings, for routes: Routes, mailsPeople: Bool
    ) throws(SettingsError) -> TransportSettings {
        TransportSettings(
            mail: try mail(settings, isNeeded: routes.usesMail || mailsPeople), portal: settings[portal]?.absoluteString,
            timeout: settings[sendLimit], connectTimeout: settings[connectLimit], caFile: settings[caFile],
            webhookProxy: settings[webhookProxy] == "environment" ? .fromEnvironment : .none)
    }

    private static func mail(
        _ settings: Settings, isNeeded: Bool
    ) throws(SettingsError) -> TransportSettings.MailSettings? {
        guard let url = settings[smtpURL], let sender = settings[smtpFrom] else {
            guard isNeeded else { return nil }
            throw SettingsError(
                settings[smtpURL] == nil ? smtpURL.name : smtpFrom.name, "is not set, but the routes hold mail addresses",
                "Name the mail server and the sender's address.")
        }
        let from: MailAddress
        do throws(OutboundError) {
            from = try MailAddress(sender)
        } catch {
            throw SettingsError(smtpFrom.name, "is not a plain mail address", "Give it as local@domain.")
        }
        let isHere = url.host().map(Loopback.isHost) ?? false
        do throws(OutboundError) {
            let endpoint = try SMTPEndpoint(
                url: url.absoluteString, username: settings[smtpUser], password: settings[smtpPassword],
                requireTLS: settings[smtpRequireTLS] ?? !isHere, timeout: settings[sendLimit],
                connectTimeout: settings[connectLimit])
            return TransportSettings.MailSettings(endpoint: endpoint, from: from)
        } catch {
            throw SettingsError(
                smtpURL.name, "cannot be used", "Give smtp://host:port without user and path; a login needs TLS.")
        }
    }
}
