import Catalogue
import ClientText
import FoundationEssentials
import Logging
import Messaging
import ServiceKit

/// Settings of the portal beyond those of every service.
enum PortalSettings {
    static let key = Setting.string(
        "ATTUNE_PORTAL_KEY",
        "Secret of at least 32 characters that signs cookies, forms and check-in links; of several lines the last one does.",
        secret: true)
    static let connections = Setting.int(
        "ATTUNE_DATABASE_CONNECTIONS", "Connections for reading.", default: 6, in: 1...100)
    static let kafka = Setting.string(
        KafkaAccess.bootstrap.name, "Brokers, host:port separated by commas: to show operators what waits for each consumer."
    ).optional
    static let catalogue = Setting.path(
        "ATTUNE_CATALOGUE_DIR", "Folder with the site's own instruments and models in YAML."
    ).optional
    static let texts = Setting.path(
        "ATTUNE_TEXTS_DIR", "Folder with the wording of instruments, as `attune texts load` fills it."
    ).optional
    static let policy = Setting.path(
        "ATTUNE_ALERT_POLICY_FILE", "What each site wants of alerts, in YAML: the file that attune-alerting reads."
    ).optional
    static let policyFolder = Setting.path(
        "ATTUNE_ALERT_POLICY_DIR", "Folder with the policies of single sites, SITE.yaml, as attune-alerting reads it."
    ).optional
    static let contentKeys = Setting.path(
        "ATTUNE_CONTENT_KEY_FILE", "File with the keys under which clients' keys are wrapped; without it no comments are taken."
    ).optional
    static let auditKeys = Setting.path(
        "ATTUNE_AUDIT_PUBLIC_KEYS_FILE", "Verifier keys of the audit log, one a line: audit.pub. Proofs are checked with them."
    ).optional
    static let idleLimit = Setting.duration(
        "ATTUNE_PORTAL_IDLE_LIMIT", "How long somebody signed in may do nothing; a minute before it the page warns.",
        default: "15m", in: .seconds(60) ... .seconds(86_400))
    static let sessionLimit = Setting.duration(
        "ATTUNE_PORTAL_SESSION_LIMIT", "Longest time from signing in to having to sign in again.", default: "10h",
        in: .seconds(300) ... .seconds(86_400))
    static let address = Setting.url(
        "ATTUNE_PORTAL_URL", "Address under which browsers reach the portal; cookies are marked secure where it is https.",
        default: "http://127.0.0.1:8080")
    static let demoSignIn = Setting.flag(
        "ATTUNE_PORTAL_DEMO_SIGN_IN", "Lets anybody on this machine in as anybody, to look around. Refused off loopback.",
        default: false)

    static let all: [any SettingDeclaration] =
        DatabaseAccess.all + HTTPSettings.all + KafkaIdentity.all + OpenIDSettings.all
        + [
            key, connections, kafka, catalogue, texts, policy, policyFolder, contentKeys, auditKeys, idleLimit, sessionLimit,
            address, demoSignIn, linkLifetime, codeLifetime,
        ]
}

extension Settings {
    /// - Throws: ``SettingsError`` for a secret that is too short.
    func portalKey() throws(SettingsError) -> PortalKey {
        guard let key = PortalKey(self[PortalSettings.key]) else {
            throw SettingsError(
                PortalSettings.key.name, "is too short",
                "Give a secret of at least \(PortalKey.shortestSecret) characters; `attune keys` makes one.")
        }
        return key
    }

    /// - Throws: ``SettingsError`` where anybody could reach a sign-in that asks for nothing.
    func refuseOpenDemo() throws(SettingsError) {
        guard self[PortalSettings.demoSignIn], !DemoSignIn.loopback.contains(self[HTTPSettings.host]) else { return }
        throw SettingsError(
            PortalSettings.demoSignIn.name, "lets anybody in as anybody",
            "Listen on 127.0.0.1 with it, or unset it and set up OpenID Connect.")
    }

    /// Under which browsers reach the portal, without a slash at the end.
    var portalAddress: String { self[PortalSettings.address].absoluteString.trimmingSuffix("/") }

    /// Nil where no Kafka is set.
    func topicEnds(logger: Logger) throws(SettingsError) -> TopicEnds? {
        try self[PortalSettings.kafka].map { (servers) throws(SettingsError) in
            TopicEnds(
                kafka: KafkaSettings(
                    bootstrapServers: servers, clientID: "attune-portal", security: try KafkaIdentity.security(self)),
                logger: logger)
        }
    }

    /// Nil where no provider is set.
    func openID(logger: Logger) -> OpenIDConnect? {
        let base = portalAddress
        return OpenIDClient(self, redirectURI: base + "/sign-in/return", afterSignOut: base + "/sign-in")
            .map {
                OpenIDConnect($0, requests: ProviderRequests(caFile: self[TokenSettings.caFile]), logger: logger)
            }
    }

    /// - Throws: ``SettingsError`` where the folder's texts cannot be used.
    func texts(_ catalogue: Catalogue) throws(SettingsError) -> TextLibrary {
        do throws(TextRefusal) {
            guard let folder = self[PortalSettings.texts] else { return try TextLibrary.builtIn(catalogue) }
            return try TextFolder(path: folder).library(catalogue)
        } catch {
            throw SettingsError(
                PortalSettings.texts.name, "names texts that cannot be used: \(error)", "`attune texts check` says more.")
        }
    }

    /// - Throws: ``SettingsError`` where the file of content keys cannot be used.
    func contentMasters() throws(SettingsError) -> MasterKeys? {
        let setting = PortalSettings.contentKeys
        guard let path = self[setting] else { return nil }
        let advice = "Name the file that `attune keys` has made, or unset the setting to refuse comments."
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SettingsError(setting.name, "names a file that cannot be read", advice)
        }
        do throws(MasterKeyError) {
            return try MasterKeys(text: String(decoding: data, as: UTF8.self))
        } catch {
            throw SettingsError(setting.name, "names a file that cannot be used: \(error)", advice)
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String { hasSuffix(suffix) ? String(dropLast(suffix.count)) : self }
}
