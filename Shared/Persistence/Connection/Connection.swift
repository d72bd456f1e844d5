import CPostgres

/// One session with the database, used by one thread at a time.
///
/// Calls block. A session that was lost is made anew by the next call outside a transaction; inside a
/// transaction every further call fails, because what went before is gone.
public final class Connection {
    public let settings: DatabaseSettings
    var handle: OpaquePointer?
    var prepared: [String: PreparedStatement] = [:]
    var preparedCount = 0
    var isInTransaction = false
    /// The client's own limit for an answer. The server's statement timeout is the rule; this one is for a
    /// server that has stopped answering altogether while its machine still acknowledges packets.
    var answerLimit: Duration?
    private var channels: Set<String> = []

    /// Connects at once.
    public init(_ settings: DatabaseSettings) throws(DatabaseError) {
        self.settings = settings
        answerLimit = settings.answerLimit
        handle = try Session.open(settings)
    }

    deinit { if let handle { PQfinish(handle) } }

    /// Whether the session looks alive, found without asking the server: a session that the server has closed
    /// shows on its socket.
    public var isUsable: Bool {
        guard let handle, PQstatus(handle) == CONNECTION_OK else { return false }
        var attempts = 0
        while attempts < 8, Session.isReadable(handle, within: .zero) {
            // Notifications are kept by the library; the end of the stream shows as a failure.
            guard PQconsumeInput(handle) == 1, PQstatus(handle) == CONNECTION_OK else { return false }
            attempts += 1
        }
        return true
    }

    /// Ends the session, if any, and makes a new one; what it listened to is listened to again.
    public func reconnect() throws(DatabaseError) {
        precondition(!isInTransaction, "reconnecting inside a transaction would lose its first half")
        close()
        let opened = try Session.open(settings)
        handle = opened
        for channel in channels { _ = try perform(on: opened) { PQsendQuery($0, Self.listenCommand(channel)) } }
    }

    /// Ends the session. An open transaction is undone by the server.
    public func close() {
        if let handle { PQfinish(handle) }
        handle = nil
        prepared = [:]
    }

    /// Runs one statement, prepared at its first use, with parameters and results in binary.
    @discardableResult
    public func run(_ statement: Statement, _ parameters: [Parameter] = []) throws(DatabaseError) -> Rows {
        let encoded = try EncodedParameters(parameters)
        let handle = try liveHandle()
        let name = try prepare(statement, types: encoded.types, on: handle)
        do {
            return Rows(try perform(on: handle) { Session.sendExecution(of: name, with: encoded, to: $0) })
        } catch {
            // A plan whose result type changed under it, or one that the server has forgotten: prepare anew next time.
            if error.sqlState == "0A000" || error.sqlState == "26000" { prepared[statement.sql] = nil }
            throw error
        }
    }

    /// Runs one or more statements without parameters, separated by semicolons, as the simple protocol does:
    /// several form one implicit transaction.
    public func script(_ sql: String) throws(DatabaseError) {
        _ = try perform(on: liveHandle()) { PQsendQuery($0, sql) }
    }

    /// Asks the server to tell this session about `channel`.
    public func listen(_ channel: String) throws(DatabaseError) {
        try script(Self.listenCommand(channel))
        channels.insert(channel)
    }

    /// Waits until a notification arrives on a channel listened to; false when none came in time.
    /// Those that came while a statement ran count as well, and all that have arrived are taken together.
    public func waitForNotification(upTo limit: Duration) throws(DatabaseError) -> Bool {
        let handle = try liveHandle()
        let deadline = ContinuousClock.now + limit
        while true {
            if takeNotifications(of: handle) { return true }
            let rest = deadline - ContinuousClock.now
            guard rest > .zero else { return false }
            guard Session.isReadable(handle, within: rest) else { continue }
            guard PQconsumeInput(handle) == 1 else { throw lost(nil) }
        }
    }

    private func takeNotifications(of handle: OpaquePointer) -> Bool {
        var found = false
        while let notification = PQnotifies(handle) {
            PQfreemem(notification)
            found = true
        }
        return found
    }

    private static func listenCommand(_ channel: String) -> String {
        let quoted = channel.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
        return "listen \"\(quoted)\""
    }
}

extension DatabaseSettings {
    fileprivate var answerLimit: Duration? { statementTimeout > .zero ? statementTimeout + .seconds(5) : nil }
}
