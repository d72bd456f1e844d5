/// How to reach the database, and the limits that every session carries.
///
/// The connection string may hold a password: it is never part of a description, a dump or an error.
public struct DatabaseSettings: Sendable {
    /// `postgresql://…` or `keyword=value …`, as libpq reads it. Secret.
    public var url: String
    /// Reads the connection string as it is now, for a session that is made later: a password may have been changed since.
    /// Nil, or an answer of nil, means `url`. Secret.
    public var currentURL: (@Sendable () -> String?)?
    /// The role that the session takes on at its start; nil keeps the login role.
    public var role: String?
    /// What `pg_stat_activity` and the server's log call this session.
    public var applicationName: String
    /// For each address tried; libpq counts whole seconds, at least two.
    public var connectTimeout: Duration
    /// Longest run of one statement. Zero sets no limit.
    public var statementTimeout: Duration
    /// Longest wait for one lock. Zero sets no limit.
    public var lockTimeout: Duration
    /// After this the server ends a session that has left its transaction open. Zero sets no limit.
    public var idleInTransactionTimeout: Duration
    /// After this the kernel gives up on sent data that the server has not acknowledged.
    public var tcpUserTimeout: Duration
    /// Silence after which the kernel probes the connection.
    public var keepalivesIdle: Duration
    public var keepalivesInterval: Duration
    public var keepalivesCount: Int
    /// Use an index wherever one fits, whatever the planner thinks of the table's size.
    ///
    /// For sessions that run the same few statements for weeks, all of which find their rows by index: a plan
    /// made while a table was still small, and kept, would read the whole table for ever.
    public var prefersIndexes: Bool

    public init(
        url: String, currentURL: (@Sendable () -> String?)? = nil, role: String? = nil, applicationName: String = "attune",
        connectTimeout: Duration = .seconds(5), statementTimeout: Duration = .seconds(10),
        lockTimeout: Duration = .seconds(5), idleInTransactionTimeout: Duration = .seconds(30),
        tcpUserTimeout: Duration = .seconds(10), keepalivesIdle: Duration = .seconds(10),
        keepalivesInterval: Duration = .seconds(5), keepalivesCount: Int = 3,
        prefersIndexes: Bool = false
    ) {
        self.url = url
        self.currentURL = currentURL
        self.role = role
        self.applicationName = applicationName
        self.connectTimeout = connectTimeout
        self.statementTimeout = statementTimeout
        self.lockTimeout = lockTimeout
        self.idleInTransactionTimeout = idleInTransactionTimeout
        self.tcpUserTimeout = tcpUserTimeout
        self.keepalivesIdle = keepalivesIdle
        self.keepalivesInterval = keepalivesInterval
        self.keepalivesCount = keepalivesCount
        self.prefersIndexes = prefersIndexes
    }

    /// The keywords for libpq, in the order in which later ones override earlier ones.
    ///
    /// - Parameter givenOptions: `options` of the connection string, which ours would otherwise replace.
    func keywords(url: String, givenOptions: String?) -> [(String, String)] {
        [
            ("dbname", url),
            ("application_name", applicationName),
            ("client_encoding", "UTF8"),
            ("connect_timeout", String(max(2, connectTimeout.roundedUpSeconds))),
            ("tcp_user_timeout", String(tcpUserTimeout.milliseconds)),
            ("keepalives", "1"),
            ("keepalives_idle", String(max(1, keepalivesIdle.roundedUpSeconds))),
            ("keepalives_interval", String(max(1, keepalivesInterval.roundedUpSeconds))),
            ("keepalives_count", String(keepalivesCount)),
            ("options", sessionOptions(after: givenOptions)),
        ]
    }

    private func sessionOptions(after given: String?) -> String {
        var parts = given.map { [$0] } ?? []
        parts.append("-c statement_timeout=\(statementTimeout.milliseconds)")
        parts.append("-c lock_timeout=\(lockTimeout.milliseconds)")
        parts.append("-c idle_in_transaction_session_timeout=\(idleInTransactionTimeout.milliseconds)")
        // Where no index fits, the ban makes the plan look so dear that the server would compile it: no JIT.
        if prefersIndexes { parts += ["-c enable_seqscan=off", "-c jit=off"] }
        if let role { parts.append("-c role=\(Self.escaped(role))") }
        return parts.joined(separator: " ")
    }

    /// The server splits the options at blanks; a backslash keeps the next character.
    private static func escaped(_ value: String) -> String {
        var result = ""
        for character in value {
            if character == "\\" || character.isWhitespace { result.append("\\") }
            result.append(character)
        }
        return result
    }
}

extension DatabaseSettings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        "DatabaseSettings(role: \(role ?? "-"), applicationName: \(applicationName), url: redacted)"
    }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}

extension Duration {
    /// Whole milliseconds, rounded up so that a short limit never becomes "no limit".
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let per: Int64 = 1_000_000_000_000_000
        return seconds * 1000 + (attoseconds + per - 1) / per
    }

    var microseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }

    var roundedUpSeconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds + (attoseconds > 0 ? 1 : 0)
    }
}
