import Domain
import Persistence

/// What a service keeps and the ledger leads to: how to fold it anew, beside the service's tables.
protocol Projection {
    /// For the note of how far the work has come, and for people.
    var name: String { get }
    var tables: [ProjectedTable] { get }
    /// The tables beside, emptied when the work begins.
    var shadows: [String] { get }
    /// Keeps everybody from writing the service's tables until the transaction ends.
    var hold: Statement { get }

    /// Those of the episodes whose rows beside do not stand where the service stands.
    func stale(_ episodes: [EpisodeID], on connection: Connection) throws -> [EpisodeID]

    /// Folds episodes as far as the service has come with them, and stores that beside.
    /// - Returns: those that cannot be folded so far, and why.
    func fold(_ episodes: [EpisodeID], on connection: Connection) throws -> [UnfoldedEpisode]
}

/// An episode whose events cannot be applied as far as the service has applied them. It is neither compared nor
/// replaced: less would take the place of more.
struct UnfoldedEpisode: Sendable {
    let episode: EpisodeID
    let version: Int64
    let reason: String
}

extension Projection {
    /// Folds what is not up to date.
    func refresh(_ episodes: [EpisodeID], on connection: Connection) throws -> [UnfoldedEpisode] {
        let stale = try stale(episodes, on: connection)
        return stale.isEmpty ? [] : try fold(stale, on: connection)
    }

    /// Forgets what was folded before.
    func begin(_ scope: LedgerScope, on connection: Connection) throws {
        try connection.script("truncate \(shadows.joined(separator: ", "))")
        try connection.run("delete from rebuild.progress where projection = $1", [.text(name)])
        try connection.run(
            """
            insert into rebuild.progress (projection, backfill, scope, position)
            values ($1, false, $2, 0), ($1, true, $2, 0)
            """, [.text(name), .text(scope.text)])
    }

    /// How far earlier work on the same sites has come, by lane; nil for none.
    func progress(_ scope: LedgerScope, on connection: Connection) throws -> [Lane: Int64]? {
        let rows = try connection.run(
            "select backfill, position from rebuild.progress where projection = $1 and scope = $2",
            [.text(name), .text(scope.text)])
        guard !rows.isEmpty else { return nil }
        var reached: [Lane: Int64] = [:]
        for row in rows { reached[Lane(category: .episode, backfill: try row.bool(0))] = try row.int64(1) }
        return reached
    }

    func note(_ position: Int64, of lane: Lane, on connection: Connection) throws {
        try connection.run(
            "update rebuild.progress set position = $3 where projection = $1 and backfill = $2",
            [.text(name), .bool(lane.backfill), .int64(position)])
    }
}
