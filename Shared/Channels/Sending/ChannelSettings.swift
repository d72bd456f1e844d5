import FoundationEssentials
import Outbound
public import ServiceKit

/// Settings of whoever sends messages: the notification service, and an operator who tries whether they arrive.
public enum ChannelSettings {
    static let routes = Setting.path(
        "ATTUNE_NOTIFICATION_ROUTES_FILE", "YAML file that says who is told about which alerts of which site.")
    static let templates = Setting.path(
        "ATTUNE_NOTIFICATION_TEMPLATES_DIR",
        "Folder with a site's own texts, <name>.<language>.mustache; without it messages are in English and German."
    ).optional
    static let portal = Setting.url(
        "ATTUNE_PORTAL_URL", "Base URL of the portal, for links in messages; without it messages have none.",
        schemes: ["https", "http"]
    ).optional
    static let smtpURL = Setting.url(
        "ATTUNE_SMTP_URL", "Mail server, e.g. smtp://mail.clinic.example:587; needed where a recipient has a mail address.",
        schemes: ["smtp", "smtps"]
    ).optional
    static let smtpFrom = Setting.string("ATTUNE_SMTP_FROM", "Mail address that messages come from.").optional
    static let bounceAddress = Setting.string(
        "ATTUNE_SMTP_BOUNCE_ADDRESS",
        "Mail address that mails are returned to, the message's id behind a + in it; ATTUNE_SMTP_FROM where it is not set."
    ).optional
    static let smtpUser = Setting.string("ATTUNE_SMTP_USER", "Name to log in to the mail server with.").optional
    static let smtpPassword = Setting.string(
        "ATTUNE_SMTP_PASSWORD", "Password to log in to the mail server with; a file is read again for every mail.",
        secret: true
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
    public static let sendLimit = Setting.duration(
        "ATTUNE_NOTIFICATION_SEND_LIMIT", "Longest time for one mail or request.", default: "30s",
        in: .seconds(1) ... .seconds(300))
    static let connectLimit = Setting.duration(
        "ATTUNE_NOTIFICATION_CONNECT_LIMIT", "Longest time for connecting to a receiver.", default: "5s",
        in: .milliseconds(100) ... .seconds(60))

    public static let all: [any SettingDeclaration] = [
        routes, templates, portal, smtpURL, smtpFrom, bounceAddress, smtpUser, smtpPassword, smtpRequireTLS, caFile,
        webhookProxy, sendLimit, connectLimit,
    ]

    /// The texts and the routes, which must fit each other.
    public static func load(_ settings: Settings) throws(SettingsError) -> (MessageTemplates, Routes) {
        let texts: MessageTemplates
        do throws(TemplateError) {
            texts = try MessageTemplates(folder: settings[templates])
        } catch {
            throw SettingsError(templates.name, "is refused: \(error)", "Correct the template.")
        }
        do throws(RoutesError) {
            return (texts, try Routes.load(file: settings[routes], languages: texts.languages))
        } catch {
            throw SettingsError(routes.name, "is refused: \(error)", "Correct the file.")
        }
    }

    public static func sending(_ settings: Settings, for routes: Routes) throws(SettingsError) -> SendingSettings {
        SendingSettings(
            mail: try mail(settings, isNeeded: routes.usesMail), portal: settings[portal]?.absoluteString,
            timeout: settings[sendLimit], connectTimeout: settings[connectLimit], caFile: settings[caFile],
            webhookProxy: settings[webhookProxy] == "environment" ? .fromEnvironment : .none)
    }

    /// Nil where none is named.
    public static func bounceAddress(_ settings: Settings) throws(SettingsError) -> BounceAddress? {
        guard let address = settings[bounceAddress] else { return nil }
        do throws(OutboundError) {
            return try BounceAddress(try MailAddress(address))
        } catch {
            throw SettingsError(
                bounceAddress.name, "is no plain mail address that an id can stand in",
                "Give it as local@domain, with at most 27 characters and no + before the @.")
        }
    }

    private static func mail(
        _ settings: Settings, isNeeded: Bool
    ) throws(SettingsError) -> SendingSettings.MailSettings? {
        guard let url = settings[smtpURL], let sender = settings[smtpFrom] else {
            guard isNeeded else { return nil }
            throw SettingsError(
                settings[smtpURL] == nil ? smtpURL.name : smtpFrom.name,
                "is not set, but the routes hold mail addresses or name people of the directory",
                "Name the mail server and the sender's address.")
        }
        let from: MailAddress
        do throws(OutboundError) {
            from = try MailAddress(sender)
        } catch {
            throw SettingsError(smtpFrom.name, "is not a plain mail address", "Give it as local@domain.")
        }
        let bounces = try bounceAddress(settings)
        let isHere = url.host().map(Loopback.isHost) ?? false
        do throws(OutboundError) {
            var endpoint = try SMTPEndpoint(
                url: url.absoluteString, username: settings[smtpUser], password: settings[smtpPassword],
                requireTLS: settings[smtpRequireTLS] ?? !isHere, timeout: settings[sendLimit],
                connectTimeout: settings[connectLimit])
            endpoint.currentPassword = settings.rereading(smtpPassword)
            return SendingSettings.MailSettings(endpoint: endpoint, from: from, bounces: bounces)
        } catch {
            throw SettingsError(
                smtpURL.name, "cannot be used", "Give smtp://host:port without user and path; a login needs TLS.")
        }
    }
}
