/// The server that mail is handed to. Its descriptions show no credentials.
public struct SMTPEndpoint: Sendable {
    public let url: String
    public let username: String?
    public let password: String?
    /// Reads the password as it is now; nil, or an answer of nil, means ``password``.
    public var currentPassword: (@Sendable () -> String?)?
    /// With `smtp://`, whether STARTTLS is demanded or only used if offered. With `smtps://` the
    /// connection is encrypted from the start. The server's certificate is checked in every case.
    public let requireTLS: Bool
    /// For the whole exchange, connecting included.
    public let timeout: Duration
    public let connectTimeout: Duration
    let destination: Destination

    /// - Parameter url: `smtp://host:port` or `smtps://host:port`, nothing more.
    /// - Throws: ``OutboundError/refusedURL`` for any other URL, and for credentials that could
    ///   travel unencrypted to another machine.
    public init(
        url: String, username: String? = nil, password: String? = nil, requireTLS: Bool = true,
        timeout: Duration = .seconds(60), connectTimeout: Duration = .seconds(10)
    ) throws(OutboundError) {
        destination = try Destination(url: url, schemes: ["smtp", "smtps"])
        guard !destination.hasUserInfo, !destination.hasPath else { throw .refusedURL }
        let encrypted = requireTLS || destination.scheme == "smtps" || destination.isLoopback
        guard username == nil && password == nil || encrypted else { throw .refusedURL }
        self.url = url
        self.username = username
        self.password = password
        self.requireTLS = requireTLS
        self.timeout = timeout
        self.connectTimeout = connectTimeout
    }
}

extension SMTPEndpoint: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { destination.description }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}

/// The server's last word on a mail that it has taken over.
public struct SMTPReply: Hashable, Sendable {
    /// 250 as a rule; always 2xx.
    public let code: Int
}
