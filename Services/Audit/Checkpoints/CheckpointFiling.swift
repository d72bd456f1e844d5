import AuditLog
import Domain
import Persistence

/// Carries signed checkpoints to a folder, where others keep them out of this database's reach.
struct CheckpointFiling {
    private static let most = 100
    let folder: CheckpointFolder

    /// Writes what was not written yet, oldest first, and marks it. A crash in between finds the file in place.
    /// - Returns: how many were written.
    func fileWaiting(at now: Timestamp, on connection: Connection) throws -> Int {
        let waiting = try StoredLog.unfiledCheckpoints(limit: Self.most, on: connection)
        guard !waiting.isEmpty else { return 0 }
        var filed: [Int64] = []
        // What was written before a failure need not be written again.
        defer { _ = try? mark(filed, at: now, on: connection) }
        for head in waiting {
            try folder.file(head.note, size: head.size, root: head.root)
            filed.append(Int64(head.size))
        }
        return filed.count
    }

    private func mark(_ sizes: [Int64], at now: Timestamp, on connection: Connection) throws {
        guard !sizes.isEmpty else { return }
        try connection.run(
            "update audit.checkpoint set filed_at = $2 where tree_size = any($1) and filed_at is null",
            [.int64s(sizes), .timestamp(now)])
    }
}
