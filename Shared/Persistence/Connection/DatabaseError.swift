/// What went wrong with the database, in terms that a caller can act on.
///
/// It never carries values of rows: the server's DETAIL, HINT and CONTEXT are not read, and where the
/// server's primary message may quote a value (SQLSTATE class 22) it is replaced.
public struct DatabaseError: Error, Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// No connection could be made, or it was lost.
        case unreachable
        /// Every connection of the pool stayed busy for the whole time allowed; the work has not been started.
        case poolExhausted
        /// A statement, a lock or an idle transaction went over its limit.
        case timedOut
        /// Two transactions could not both go on (serialisation failure or deadlock): run it again.
        case serializationFailure
        case uniqueViolation(constraint: String)
        case checkViolation(constraint: String)
        /// Another rule of the schema: not null, foreign key, exclusion, append-only.
        case integrityViolation
        case permissionDenied
        /// This pool has been shut down here, on purpose.
        case shuttingDown
        /// The server ended the session: shutdown, crash or an administrator.
        case adminShutdown
        /// The server takes no writes, as a standby after a failover.
        case readOnly
        case diskFull
        /// Memory, connections or the file system of the server.
        case outOfResources
        /// An earlier error inside the transaction had already undone it.
        case transactionAborted
        /// A value that the database cannot hold, such as a text with a zero byte.
        case invalidData
        /// A result that does not have the form the code expects: another type, an unexpected null.
        case invalidResult
        case other
    }

    public let kind: Kind
    /// The server's five-character code; nil when the error arose on this side.
    public let sqlState: String?
    /// One line that is fit for a log.
    public let summary: String
    /// The connection was lost during COMMIT: the transaction may or may not have taken effect.
    public let isCommitUncertain: Bool

    init(_ kind: Kind, _ summary: String, sqlState: String? = nil, isCommitUncertain: Bool = false) {
        self.kind = kind
        self.summary = summary
        self.sqlState = sqlState
        self.isCommitUncertain = isCommitUncertain
    }

    /// The same work may succeed later, unchanged. Never a reason to put a record aside.
    public var isTransient: Bool {
        switch kind {
        case .unreachable, .poolExhausted, .timedOut, .serializationFailure, .adminShutdown, .readOnly, .diskFull,
            .outOfResources:
            true
        case .uniqueViolation, .checkViolation, .integrityViolation, .permissionDenied, .shuttingDown,
            .transactionAborted, .invalidData, .invalidResult, .other:
            false
        }
    }

    func duringCommit() -> DatabaseError {
        DatabaseError(kind, summary, sqlState: sqlState, isCommitUncertain: true)
    }
}

extension DatabaseError: CustomStringConvertible {
    public var description: String {
        let state = sqlState.map { " (SQLSTATE \($0))" } ?? ""
        return "\(summary)\(state)\(isCommitUncertain ? "; it is not known whether the commit took effect" : "")"
    }
}

extension DatabaseError {
    /// Sorts the server's error by its SQLSTATE.
    static func fromServer(sqlState: String, primary: String, constraint: String?) -> DatabaseError {
        let kind = kind(of: sqlState, constraint: constraint ?? "")
        let summary = kind == .invalidData ? "the database refused a value" : primary
        return DatabaseError(kind, summary, sqlState: sqlState)
    }

    private static func kind(of state: String, constraint: String) -> Kind {
        switch state {
        case "57014", "55P03", "25P03", "25P04", "57P05": .timedOut
        case "40001", "40P01": .serializationFailure
        case "23505": .uniqueViolation(constraint: constraint)
        case "23514": .checkViolation(constraint: constraint)
        case "42501": .permissionDenied
        case "57P01", "57P02", "57P04": .adminShutdown
        case "57P03": .unreachable
        case "25006": .readOnly
        case "25P02": .transactionAborted
        case "53100": .diskFull
        default:
            switch state.prefix(2) {
            case "08": .unreachable
            case "22": .invalidData
            case "23": .integrityViolation
            case "28": .permissionDenied
            case "53", "58": .outOfResources
            default: .other
            }
        }
    }

    static func invalidResult(_ summary: String) -> DatabaseError { DatabaseError(.invalidResult, summary) }
    static func invalidData(_ summary: String) -> DatabaseError { DatabaseError(.invalidData, summary) }
}
