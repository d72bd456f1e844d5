public import Contracts
import Crypto
public import Domain
public import Persistence
import TransparencyLog

/// A re-seal entry of the log, with what it says.
public struct StoredReseal: Hashable, Sendable {
    /// Place of its leaf.
    public let index: Int
    public let event: EventID
    public let statement: LogReseal

    /// Those whose words are the ones that the log holds, by place. There is one for each restore: few.
    public static func all(on connection: Connection) throws -> [StoredReseal] {
        try read(on: connection).compactMap { stored in
            if case .success(let reseal) = stored { reseal } else { nil }
        }
    }

    /// Words that the log does not hold, or that nobody can read.
    struct Unfounded: Error, Hashable {
        let event: EventID
    }

    static func read(on connection: Connection) throws -> [Result<StoredReseal, Unfounded>] {
        try connection.run(statement).map { row in
            let event: EventID = try row.id(0)
            let payload = try row.bytes(1)
            guard let index = try row.optionalInt64(2), try row.optionalBytes(3) == Array(SHA256.hash(data: payload)),
                let statement = try? LogResealCodec.decode(payload)
            else { return .failure(Unfounded(event: event)) }
            return .success(StoredReseal(index: Int(index), event: event, statement: statement))
        }
    }

    private static let statement = Statement(
        """
        select r.event_id, r.payload, l.leaf_index, l.payload_digest
        from published.audit_reseal r
        left join published.audit_leaf l on l.event_id = r.event_id
             and l.topic = '\(AuditedTopics.reseal.name)' and l.type = '\(EventType.logResealed.rawValue)'
        order by l.leaf_index
        """)
}

extension LogReseal {
    /// Whether the entry names this tree among those that the restore has undone.
    func loses(_ size: Int, _ root: LogHash) -> Bool { lost.contains { $0.size == size && $0.root == root.bytes } }

    /// Leaves that a tree of this size had and the log has no longer as they were signed.
    public func leavesLost(of size: Int) -> Int { max(0, size - (agreed?.size ?? 0)) }
}

extension LogReseal.Tree {
    init(_ size: Int, _ root: LogHash) { self.init(size: size, root: root.bytes) }
}
