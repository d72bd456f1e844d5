import Contracts
public import Domain
public import Persistence
public import TransparencyLog

/// Reads the audit log as it stands in the database, through the views that are open to readers.
public enum StoredLog {
    /// The tree at one moment.
    public struct Head: Hashable, Sendable {
        /// Leaves.
        public let size: Int
        public let root: LogHash
    }

    public struct Leaf: Hashable, Sendable {
        /// Place in the log, from 0.
        public let index: Int
        public let entry: AuditEntry

        public init(index: Int, entry: AuditEntry) {
            self.index = index
            self.entry = entry
        }
    }

    /// A tree head that the log has signed.
    public struct SignedHead: Hashable, Sendable {
        public let size: Int
        public let root: LogHash
        /// C2SP signed note.
        public let note: String
        public let signedAt: Timestamp
        /// When it was delivered to Kafka; nil while it waits for that.
        public let publishedAt: Timestamp?
        /// When it was written to the folder of checkpoints; nil where there is none, or it waits for that.
        public let filedAt: Timestamp?
    }

    public static func head(on connection: Connection) throws -> Head {
        let row = try connection.run("select size, root from published.audit_tree").only()
        return Head(size: Int(try row.int64(0)), root: try hash(row.bytes(1), "the tree's root"))
    }

    /// The leaf of an event, if it is in the log.
    public static func leaf(
        of event: EventID, reach: LedgerReach = .whole, on connection: Connection
    ) throws -> Leaf? {
        try leaves(of: [event], reach: reach, on: connection).first
    }

    /// The leaves of those events that are in the log, in no particular order.
    public static func leaves(
        of events: [EventID], reach: LedgerReach = .whole, on connection: Connection
    ) throws -> [Leaf] {
        try connection.run(reach == .whole ? leavesOfEvents : scopedLeavesOfEvents, [.ids(events)]).map(Leaf.init)
    }

    /// Leaves of derived events of these versions of episodes, each with the place of its version in the list, in the
    /// order of the log. Whether they follow from the event that is meant is for the caller to ask.
    public static func derivedLeaves(
        following versions: [(episode: EpisodeID, sequence: Int64)], reach: LedgerReach = .whole,
        on connection: Connection
    ) throws -> [(place: Int, leaf: Leaf)] {
        guard !versions.isEmpty else { return [] }
        let rows = try connection.run(
            reach == .whole ? leavesOfVersions : scopedLeavesOfVersions,
            [
                .ids(versions.map(\.episode)), .int64s(versions.map(\.sequence)),
                .texts(AuditedTopics.derived.map(\.name)),
            ])
        return try rows.map { (place: Int(try $0.int64(Leaf.columnCount)) - 1, leaf: try Leaf($0)) }
    }

    /// Leaves in the order of the log, from an index on.
    public static func leaves(from index: Int, limit: Int, on connection: Connection) throws -> [Leaf] {
        try connection.run(leavesFrom, [.int64(Int64(index)), .int64(Int64(limit))]).map(Leaf.init)
    }

    /// The newest tree head signed so far.
    public static func latestCheckpoint(on connection: Connection) throws -> SignedHead? {
        try connection.run(latestSigned).first.map(SignedHead.init)
    }

    /// The tree head of exactly this size, if it was signed.
    public static func checkpoint(size: Int, on connection: Connection) throws -> SignedHead? {
        try connection.run(signedOfSize, [.int64(Int64(size))]).first.map(SignedHead.init)
    }

    /// Tree heads that were signed and not delivered to Kafka yet, by size.
    public static func unpublishedCheckpoints(limit: Int, on connection: Connection) throws -> [SignedHead] {
        try connection.run(signedUnpublished, [.int64(Int64(limit))]).map(SignedHead.init)
    }

    /// Tree heads that were signed and not written to the folder of checkpoints yet, by size.
    public static func unfiledCheckpoints(limit: Int, on connection: Connection) throws -> [SignedHead] {
        try connection.run(signedUnfiled, [.int64(Int64(limit))]).map(SignedHead.init)
    }

    /// The newest signed tree heads of at most `size` leaves, newest first.
    public static func checkpoints(through size: Int, limit: Int, on connection: Connection) throws -> [SignedHead] {
        try connection.run(signedThrough, [.int64(Int64(size)), .int64(Int64(limit))]).map(SignedHead.init)
    }

    /// The first signed tree head that holds a leaf.
    public static func firstCheckpoint(covering leaf: Int, on connection: Connection) throws -> SignedHead? {
        try checkpoints(above: leaf, limit: 1, on: connection).first
    }

    /// Signed tree heads by size, above one size.
    static func checkpoints(above size: Int, limit: Int, on connection: Connection) throws -> [SignedHead] {
        try connection.run(signedAbove, [.int64(Int64(size)), .int64(Int64(limit))]).map(SignedHead.init)
    }

    static func hash(_ bytes: [UInt8], _ what: String) throws(StoredLogDamage) -> LogHash {
        guard let hash = LogHash(bytes: bytes) else { throw StoredLogDamage("\(what) is not 32 bytes long") }
        return hash
    }

    private static let leavesOfEvents = ofEvents("published.audit_leaf")
    private static let scopedLeavesOfEvents = ofEvents("published.portal_leaf")
    private static let leavesOfVersions = ofVersions("published.audit_leaf")
    private static let scopedLeavesOfVersions = ofVersions("published.portal_leaf")

    private static func ofEvents(_ view: String) -> Statement {
        Statement("select \(Leaf.columns) from \(view) where event_id = any($1)")
    }

    private static func ofVersions(_ view: String) -> Statement {
        Statement(
            """
            select l.\(Leaf.columns.replacing(", ", with: ", l.")), wanted.place
            from unnest($1::uuid[], $2::bigint[]) with ordinality as wanted (episode_id, sequence, place)
            join \(view) l on l.episode_id = wanted.episode_id and l.sequence = wanted.sequence
            where l.topic = any($3) order by l.leaf_index
            """)
    }

    private static let leavesFrom = Statement(
        "select \(Leaf.columns) from published.audit_leaf where leaf_index >= $1 order by leaf_index limit $2")
    private static let latestSigned = Statement(
        "select \(SignedHead.columns) from published.audit_checkpoint order by tree_size desc limit 1")
    private static let signedOfSize = Statement(
        "select \(SignedHead.columns) from published.audit_checkpoint where tree_size = $1")
    private static let signedUnpublished = Statement(
        """
        select \(SignedHead.columns) from published.audit_checkpoint
        where published_at is null order by tree_size limit $1
        """)
    private static let signedUnfiled = Statement(
        """
        select \(SignedHead.columns) from published.audit_checkpoint
        where filed_at is null order by tree_size limit $1
        """)
    private static let signedThrough = Statement(
        """
        select \(SignedHead.columns) from published.audit_checkpoint
        where tree_size <= $1 order by tree_size desc limit $2
        """)
    private static let signedAbove = Statement(
        "select \(SignedHead.columns) from published.audit_checkpoint where tree_size > $1 order by tree_size limit $2")
}

/// The stored log is not one that the audit service can have written: somebody or something changed it.
public struct StoredLogDamage: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
}

extension StoredLog.Leaf {
    static let columns =
        "leaf_index, topic, event_id, type, episode_id, sequence, site, event_time, source, payload_digest"
    static let columnCount = 10

    init(_ row: Row) throws {
        index = Int(try row.int64(0))
        entry = AuditEntry(
            topic: try row.text(1), event: try row.id(2), type: try row.text(3), episode: try row.id(4),
            sequence: try row.int64(5), site: SiteID(unchecked: try row.text(6)), time: try row.timestamp(7),
            source: try row.text(8), payloadDigest: try row.bytes(9))
    }
}

extension StoredLog.SignedHead {
    static let columns = "tree_size, root, note, signed_at, published_at, filed_at"

    init(_ row: Row) throws {
        size = Int(try row.int64(0))
        root = try StoredLog.hash(row.bytes(1), "the root of a checkpoint")
        note = try row.text(2)
        signedAt = try row.timestamp(3)
        publishedAt = try row.optionalTimestamp(4)
        filedAt = try row.optionalTimestamp(5)
    }
}
