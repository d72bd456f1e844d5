public import Contracts
import Domain
public import Persistence
public import ServiceKit

/// Brings commands from requests to the writer of their lane.
public struct CommandIntake: Sendable {
    public let live: CommandWriter
    public let backfill: CommandWriter
    /// For reading whose episodes these are.
    public let pool: ConnectionPool

    /// - Parameter backfill: nil for a program that imports nothing in bulk: all goes the live way.
    public init(live: CommandWriter, backfill: CommandWriter? = nil, pool: ConnectionPool) {
        self.live = live
        self.backfill = backfill ?? live
        self.pool = pool
    }

    public func writer(of lane: Lane) -> CommandWriter { lane.backfill ? backfill : live }

    /// Has one command decided on the live lane, and recorded where nothing is against it.
    ///
    /// The id of a command makes it safe to repeat: sent again unchanged it is ``Outcome/repeated(_:)``.
    ///
    /// - Parameter caller: who records; its subject stands in the event, its sites are what it may touch.
    /// - Throws: ``IntakeRefusal`` before anything is decided; other errors are faults of the program.
    public func record(
        _ draft: CommandDraft, by caller: Caller, trace: TraceContext
    ) async throws -> (submission: Submission, outcome: Outcome) {
        guard let result = try await submissions([draft], of: caller, trace: trace).first else {
            throw IntakeRefusal.unknownEpisode
        }
        let submission = try result.get()
        return (submission, await live.submit([submission]).first ?? .failed)
    }

    /// The commands of one request in the form the writer takes, each with its site.
    ///
    /// - Returns: for each draft a submission, or the refusal of one whose episode is not the caller's.
    /// - Throws: ``IntakeRefusal/unavailable`` where the database does not serve.
    public func submissions(
        _ drafts: [CommandDraft], of caller: Caller, trace: TraceContext
    ) async throws -> [Result<Submission, IntakeRefusal>] {
        let sites = try await sites(drafts)
        return try drafts.map { draft in
            guard let site = draft.site ?? sites[draft.episode], caller.sites.includes(site) else {
                return .failure(.unknownEpisode)
            }
            return .success(try draft.submission(at: site, actor: caller.subject, trace: trace))
        }
    }

    /// The sites of episodes for which the sender named none: those that are being opened here, and those known.
    private func sites(_ drafts: [CommandDraft]) async throws -> [EpisodeID: SiteID] {
        let open = Set(drafts.filter { $0.site == nil }.map(\.episode))
        guard !open.isEmpty else { return [:] }
        var sites: [EpisodeID: SiteID] = [:]
        for draft in drafts {
            if case .opening = draft.content { sites[draft.episode] = draft.site }
        }
        let known: [EpisodeID: SiteID]
        do {
            known = try await pool.with { connection in try LedgerTables.sites(of: Array(open), on: connection) }
        } catch let error as DatabaseError where error.isTransient || error.kind == .shuttingDown {
            throw IntakeRefusal.unavailable
        }
        return sites.merging(known) { _, known in known }
    }
}

/// Why a command does not come as far as being decided.
public enum IntakeRefusal: Error, Hashable, Sendable {
    /// There is no such episode, or it is at a site that is not the caller's: nobody is told which.
    case unknownEpisode
    /// The database does not serve; nothing was recorded.
    case unavailable
}
