public import Messaging

/// Settings by which a process and the brokers know each other.
public enum KafkaIdentity {
    public static let protection = Setting<String>.choice(
        "ATTUNE_KAFKA_SECURITY",
        "plaintext for a broker on this machine; ssl encrypts, by certificate of the client if one is given; sasl_ssl asks for "
            + "a password as well.", of: ["plaintext", "ssl", "sasl_ssl"], default: "plaintext")
    public static let caFile = Setting<String>.path(
        "ATTUNE_KAFKA_CA_FILE", "Certificates (PEM) that the brokers' are signed by, in place of the system's.").optional
    public static let certificate = Setting<String>.path(
        "ATTUNE_KAFKA_CERTIFICATE_FILE", "Certificate of this client (PEM), for mutual TLS.").optional
    public static let key = Setting<String>.path(
        "ATTUNE_KAFKA_KEY_FILE", "Private key of that certificate (PEM).").optional
    public static let keyPassword = Setting<String>.string(
        "ATTUNE_KAFKA_KEY_PASSWORD", "Password of that key, if it has one.", secret: true).optional
    public static let mechanism = Setting<String>.choice(
        "ATTUNE_KAFKA_MECHANISM", "How the password is shown.", of: KafkaSecurity.Mechanism.allCases.map(\.rawValue),
        default: KafkaSecurity.Mechanism.scramSHA512.rawValue)
    public static let user = Setting<String>.string("ATTUNE_KAFKA_USER", "Name of this client at the brokers.").optional
    public static let password = Setting<String>.string(
        "ATTUNE_KAFKA_PASSWORD", "Password of that name; a file is read again when it changes.", secret: true).optional

    public static let all: [any SettingDeclaration] = [
        protection, caFile, certificate, key, keyPassword, mechanism, user, password,
    ]

    /// As the settings say; nil for plaintext.
    ///
    /// - Throws: ``SettingsError`` for what is missing, and for what would be ignored: a password that is never asked for is
    ///   most likely meant to be.
    public static func security(_ settings: Settings) throws(SettingsError) -> KafkaSecurity? {
        switch settings[protection] {
        case "plaintext":
            try refuse([caFile, certificate, key, user], in: settings, beside: "plaintext")
            return nil
        case "ssl":
            try refuse([user], in: settings, beside: "ssl")
            return KafkaSecurity(caFile: settings[caFile], identity: try identity(settings), files: files(settings))
        default:
            return KafkaSecurity(
                caFile: settings[caFile], identity: try identity(settings), login: try login(settings), files: files(settings))
        }
    }

    private static func identity(_ settings: Settings) throws(SettingsError) -> KafkaSecurity.Identity? {
        switch (settings[certificate], settings[key]) {
        case (nil, nil): return nil
        case (let certificate?, let key?):
            return KafkaSecurity.Identity(
                certificateFile: certificate, keyFile: key,
                keyPassword: settings[keyPassword] == nil ? nil : settings.rereading(keyPassword))
        case (nil, _?): throw SettingsError(certificate.name, "is not set", "Set it beside \(key.name), or unset both.")
        case (_?, nil): throw SettingsError(key.name, "is not set", "Set it beside \(certificate.name), or unset both.")
        }
    }

    private static func login(_ settings: Settings) throws(SettingsError) -> KafkaSecurity.Login {
        guard let name = settings[user] else { throw SettingsError(user.name, "is not set", "sasl_ssl needs it.") }
        guard settings[password] != nil else { throw SettingsError(password.name, "is not set", "sasl_ssl needs it.") }
        guard let mechanism = KafkaSecurity.Mechanism(rawValue: settings[mechanism]) else {
            preconditionFailure("the setting takes the mechanisms alone")
        }
        return KafkaSecurity.Login(mechanism: mechanism, user: name, password: settings.rereading(password))
    }

    private static func files(_ settings: Settings) -> [String] {
        [settings[caFile], settings[certificate], settings[key], settings.file(of: keyPassword), settings.file(of: password)]
            .compactMap { $0 }
    }

    private static func refuse(
        _ unused: [Setting<String?>], in settings: Settings, beside protection: String
    ) throws(SettingsError) {
        for setting in unused where settings[setting] != nil {
            throw SettingsError(
                setting.name, "is set, and \(protection) has no use for it",
                "Choose another \(Self.protection.name), or unset it.")
        }
    }
}
