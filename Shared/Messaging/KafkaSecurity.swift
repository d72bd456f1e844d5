/// How a client and the brokers know each other: always by TLS, and for the client's part by a certificate, a password or
/// both.
///
/// Files may be replaced while the client runs: clients are made anew when one has changed. Contents are secrets and never
/// appear in a log line or an error.
public struct KafkaSecurity: Sendable {
    /// How a password is shown (RFC 4616, RFC 5802 and 7677).
    public enum Mechanism: String, CaseIterable, Sendable {
        case plain = "PLAIN"
        case scramSHA256 = "SCRAM-SHA-256"
        case scramSHA512 = "SCRAM-SHA-512"
    }

    /// A certificate of the client's own (mutual TLS), both files in PEM.
    public struct Identity: Sendable {
        public let certificateFile: String
        public let keyFile: String
        /// Reads the password of the key; nil for a key without one.
        public let keyPassword: (@Sendable () -> String?)?

        public init(certificateFile: String, keyFile: String, keyPassword: (@Sendable () -> String?)? = nil) {
            self.certificateFile = certificateFile
            self.keyFile = keyFile
            self.keyPassword = keyPassword
        }
    }

    /// A name and a password (SASL).
    public struct Login: Sendable {
        public let mechanism: Mechanism
        public let user: String
        /// Reads the password as it is now; nil when it cannot be read.
        public let password: @Sendable () -> String?

        public init(mechanism: Mechanism, user: String, password: @escaping @Sendable () -> String?) {
            self.mechanism = mechanism
            self.user = user
            self.password = password
        }
    }

    /// Certificates (PEM) of the authority that the brokers' are signed by; nil for the system's.
    public var caFile: String?
    public var identity: Identity?
    public var login: Login?
    /// Files that hold any of it.
    public var files: [String]
    /// How often the files are looked at. A change counts when two looks have found the same: several files are seldom
    /// replaced at once.
    public var checkInterval: Duration

    public init(
        caFile: String? = nil, identity: Identity? = nil, login: Login? = nil, files: [String] = [],
        checkInterval: Duration = .seconds(10)
    ) {
        self.caFile = caFile
        self.identity = identity
        self.login = login
        self.files = files
        self.checkInterval = checkInterval
    }

    /// librdkafka's properties, with the files' present content.
    func properties() throws(MessagingError) -> [(name: String, value: String)] {
        var properties = [("security.protocol", login == nil ? "ssl" : "sasl_ssl")]
        // The default since librdkafka 2.0.0; said, because everything rests on it.
        properties.append(("ssl.endpoint.identification.algorithm", "https"))
        if let caFile { properties.append(("ssl.ca.location", caFile)) }
        if let identity {
            properties.append(("ssl.certificate.location", identity.certificateFile))
            properties.append(("ssl.key.location", identity.keyFile))
            if let keyPassword = identity.keyPassword {
                guard let text = keyPassword() else { throw .invalidConfiguration(property: "ssl.key.password") }
                properties.append(("ssl.key.password", text))
            }
        }
        if let login {
            guard let password = login.password() else { throw .invalidConfiguration(property: "sasl.password") }
            properties.append(("sasl.mechanism", login.mechanism.rawValue))
            properties.append(("sasl.username", login.user))
            properties.append(("sasl.password", password))
        }
        return properties
    }
}
