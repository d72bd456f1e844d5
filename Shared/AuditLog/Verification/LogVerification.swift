import Domain
public import Persistence
public import TransparencyLog

/// Recomputes the whole log from its leaves and compares it with everything that was said about it: tiles,
/// tree head, signed checkpoints, and the ledger.
public struct LogVerification: Sendable {
    /// The log's keys; their name is the log's origin.
    public var keys: LogKeys
    /// Checkpoints that somebody kept elsewhere, as signed notes: the log must still contain what they signed.
    /// Only they show that the database as a whole was not put back to an earlier state.
    public var keptCheckpoints: [String]
    /// Folders of such checkpoints.
    public var keptFolders: [CheckpointFolder]
    /// How long after it was recorded an event may be missing from the log.
    public var patience: Duration
    /// Rows read at a time, which bounds the memory used.
    public var pageSize: Int
    /// Differences kept for the report; all are counted.
    public var differenceLimit: Int

    public init(
        keys: LogKeys, keptCheckpoints: [String] = [], keptFolders: [CheckpointFolder] = [],
        patience: Duration = .seconds(300), pageSize: Int = 4096, differenceLimit: Int = 1000
    ) {
        self.keys = keys
        self.keptCheckpoints = keptCheckpoints
        self.keptFolders = keptFolders
        self.patience = patience
        self.pageSize = max(1, pageSize)
        self.differenceLimit = differenceLimit
    }

    /// What is being done, for a progress bar.
    public enum Stage: String, CaseIterable, Sendable {
        case tree, ledger, causes, streams
    }

    /// Verifies the log as it stands at this moment: everything is read in one snapshot, so that it may grow meanwhile.
    ///
    /// - Parameter progress: told how many rows of about how many were done, after each page.
    /// - Throws: `DatabaseError`, and ``StoredLogDamage`` where the storage cannot even be read as a log.
    public func run(
        on connection: Connection, progress: (_ stage: Stage, _ done: Int, _ total: Int) -> Void = { _, _, _ in }
    ) throws -> VerificationReport {
        try connection.transaction { connection in
            try connection.script("set transaction isolation level repeatable read, read only")
            var report = VerificationReport(keeping: differenceLimit)
            let reseals = try StoredReseal.all(on: connection)
            var tree = try TreeCheck(self, reseals: reseals, on: connection)
            try tree.run(into: &report) { progress(.tree, $0, $1) }
            try ResealCheck(connection: connection).run(into: &report)
            let pending = try PendingRule(patience: patience, lastLeaves: tree.lastLeaves, on: connection)
            let ledger = LedgerCheck(pageSize: pageSize, pending: pending, connection: connection)
            try ledger.run(into: &report) { progress(.ledger, $0, $1) }
            let causes = CauseCheck(pageSize: pageSize, pending: pending, connection: connection)
            try causes.run(upTo: report.size, into: &report) { progress(.causes, $0, $1) }
            let streams = StreamCheck(pageSize: pageSize, connection: connection)
            try streams.run(into: &report) { progress(.streams, $0, $1) }
            return report
        }
    }
}
