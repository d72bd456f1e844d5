public import Domain
public import TransparencyLog

/// What verifying the log has found.
public struct VerificationReport: Sendable {
    /// Leaves read and hashed.
    public internal(set) var size = 0
    /// Recomputed from the leaves.
    public internal(set) var root = LogHash.emptyRoot
    /// Checkpoints whose signature was checked.
    public internal(set) var checkpoints = 0
    /// Size of the newest checkpoint that is signed by the given key and matches the leaves.
    public internal(set) var coveredSize: Int?
    /// The newest checkpoint itself.
    public internal(set) var coveringNote: String?
    /// What each key has signed, in the order in which the keys came.
    public internal(set) var keyUses: [KeyUse] = []
    /// Kept checkpoints that a re-seal entry explains.
    public internal(set) var resealed: [Resealed] = []
    /// Checkpoints after the first one whose root differs.
    public internal(set) var furtherCheckpointsDiffering = 0
    /// Events of the ledger compared.
    public internal(set) var ledgerEvents = 0
    public internal(set) var pending = PendingEvents()
    /// The first ones found, as many as asked for.
    public private(set) var differences: [Difference] = []
    /// All, also those not kept.
    public private(set) var differenceCount = 0

    /// A checkpoint of a time that a restore has undone.
    public struct Resealed: Hashable, Sendable {
        public let size: Int
        public let root: LogHash
        public let entry: StoredReseal

        /// Leaves of it that the log has no longer as they were signed.
        public var leavesLost: Int { entry.statement.leavesLost(of: size) }
    }

    private let limit: Int

    init(keeping limit: Int) { self.limit = limit }

    public var isVerified: Bool { differenceCount == 0 }

    mutating func add(_ difference: Difference) {
        differenceCount += 1
        if differences.count < limit { differences.append(difference) }
    }
}

/// Events that are in the ledger and rightly not in the log yet.
public struct PendingEvents: Hashable, Sendable {
    /// The relay has not published them, and none behind them in their lane is in the log.
    public internal(set) var unpublished = 0
    /// Recorded so recently that the audit service may still be on its way to them.
    public internal(set) var recent = 0
    public internal(set) var oldest: Timestamp?

    public var count: Int { unpublished + recent }

    mutating func note(_ time: Timestamp) { oldest = min(oldest ?? time, time) }
}
