import Contracts
public import Domain
public import Persistence
import TransparencyLog

/// Says in the log itself that it goes on from an earlier point, after its database was restored.
///
/// The entry names the kept checkpoints that the tree does not contain any more. From then on they are explained, and
/// every other that does not fit stays a contradiction.
public struct Resealing {
    private let history: KeptHistory
    private let origin: String

    /// - Parameter origin: name of the log.
    public init(history: KeptHistory, origin: String) {
        self.history = history
        self.origin = origin
    }

    /// Appends the entry, in a transaction of its own, as a role that may write the log.
    /// - Returns: nil when every kept checkpoint is contained or re-sealed already.
    /// - Throws: `DatabaseError`, ``StoredLogDamage``, ``KeptFileError``.
    public func reseal(
        reason: String, by person: String, at now: Timestamp, on connection: Connection
    ) throws -> StoredReseal? {
        try connection.transaction { connection in
            try connection.run("select from audit.tree for update")
            let head = try StoredLog.head(on: connection)
            let standing = try history.standing(of: head, on: connection)
            guard let newest = standing.lost.last else { return nil }
            let statement = LogReseal(
                origin: origin, restored: LogReseal.Tree(head.size, head.root),
                agreed: standing.agreed.map { LogReseal.Tree($0.size, $0.root) },
                lost: standing.lost.map { LogReseal.Tree($0.checkpoint.size, $0.checkpoint.root) },
                lastNote: newest.note, reason: reason, resealedBy: person, resealedAt: now)
            return try append(statement, on: connection)
        }
    }

    private func append(_ statement: LogReseal, on connection: Connection) throws -> StoredReseal {
        let payload = try LogResealCodec.encode(statement)
        let entry = AuditEntry(
            topic: AuditedTopics.reseal.name,
            EventEnvelope(
                id: TimeOrderedIdentity.make(at: statement.resealedAt), type: .logResealed, source: "/attune/audit",
                episode: DerivedIdentity.named("log", origin), site: Self.site,
                sequence: Int64(statement.restored.size), time: statement.resealedAt, trace: nil, payload: payload))
        try connection.run(
            "insert into audit.reseal (event_id, payload) values ($1, $2)", [.id(entry.event), .bytes(payload)])
        var writer = LogWriter()
        _ = try writer.append([entry], on: connection)
        return StoredReseal(index: statement.restored.size, event: entry.event, statement: statement)
    }

    /// The entry is of no site; whoever may see the leaves of all sites sees it.
    private static let site = SiteID(unchecked: "audit-log")
}
