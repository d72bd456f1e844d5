public import Persistence
public import TransparencyLog

/// What was kept of the log outside its database, and may therefore never be contradicted.
///
/// A database that was restored to an earlier point has forgotten checkpoints that others have. Its tree must not grow
/// and must not be signed before a re-seal entry has said so: otherwise two trees of the same size would both be signed.
public struct KeptHistory: Sendable {
    private let folder: CheckpointFolder?
    private let notes: [String]
    private let keys: LogKeys

    /// - Parameter notes: checkpoints kept elsewhere than in the folder.
    public init(folder: CheckpointFolder?, notes: [String] = [], keys: LogKeys) {
        self.folder = folder
        self.notes = notes
        self.keys = keys
    }

    /// How a tree stands to what was kept.
    struct Standing {
        /// The newest kept checkpoint that the tree contains. Those before it are held by its own consistency.
        var agreed: Checkpoint?
        /// Kept checkpoints that the tree does not contain and no re-seal entry names, with their notes; by size.
        var lost: [(checkpoint: Checkpoint, note: String)] = []
    }

    /// - Throws: ``StoredLogDamage`` for a checkpoint that the tree contradicts.
    public func require(_ head: StoredLog.Head, on connection: Connection) throws {
        guard let newest = try standing(of: head, on: connection).lost.last?.checkpoint else { return }
        throw StoredLogDamage(
            """
            a kept checkpoint of \(newest.size) leaves is not about this tree of \(head.size): if the database was \
            restored to an earlier point, say so with `attune audit reseal`
            """)
    }

    func standing(of head: StoredLog.Head, on connection: Connection) throws -> Standing {
        let reseals = try StoredReseal.all(on: connection)
        var standing = Standing()
        /// False for what neither agrees nor counts.
        func agrees(_ note: String) throws -> Bool {
            // Anybody may lay a file into the folder; only what the log has signed binds it.
            guard let kept = try? Checkpoint.verified(note, keys: keys).checkpoint else { return false }
            if reseals.contains(where: { $0.statement.loses(kept.size, kept.root) }) { return false }
            if kept.size <= head.size, try StoredLog.root(size: kept.size, on: connection) == kept.root {
                if kept.size > standing.agreed?.size ?? -1 { standing.agreed = kept }
                return true
            }
            standing.lost.append((kept, note))
            return false
        }
        for note in notes { _ = try agrees(note) }
        if let folder { try Self.newestFirst(folder, until: agrees) }
        standing.lost.sort { $0.checkpoint.size < $1.checkpoint.size }
        return standing
    }

    private static func newestFirst(_ folder: CheckpointFolder, until isEnough: (String) throws -> Bool) throws {
        for note in try folder.looseNotesOrNone() { _ = try isEnough(note) }
        for first in try folder.foldersOrNone().reversed() {
            for note in try folder.notes(in: first).reversed() where try isEnough(note.text()) { return }
        }
    }
}

extension CheckpointFolder {
    /// Before the first checkpoint was written there is no folder.
    fileprivate func foldersOrNone() throws(KeptFileError) -> [Int] { try exists ? folders() : [] }
    fileprivate func looseNotesOrNone() throws(KeptFileError) -> [String] { try exists ? looseNotes() : [] }
}
