import Contracts
import Domain
import HTTPTypes
import Hummingbird
import Persistence
import ServiceKit

/// Brings commands from requests to the writer of their lane.
struct CommandIntake: Sendable {
    let live: CommandWriter
    let backfill: CommandWriter
    let pool: ConnectionPool

    func writer(of lane: Lane) -> CommandWriter { lane.backfill ? backfill : live }

    /// The commands of one request in the form the writer takes, each with its site.
    ///
    /// - Returns: for each draft a submission, or the refusal of one whose episode is not the caller's.
    func submissions(
        _ drafts: [CommandDraft], of caller: Caller, trace: TraceContext
    ) async throws -> [Result<Submission, Problem>] {
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
        let known = try await databaseAnswer(from: pool) { connection in
            try LedgerTables.sites(of: Array(open), on: connection)
        }
        return sites.merging(known) { _, known in known }
    }
}

/// Asks the database through the pool; while it does not serve the answer is 503.
func databaseAnswer<Value: Sendable>(
    from pool: ConnectionPool, _ read: @escaping @Sendable (Connection) throws -> Value
) async throws -> Value {
    do {
        return try await pool.with(read)
    } catch let error as DatabaseError where error.isTransient || error.kind == .shuttingDown {
        throw Problem.databaseUnavailable
    }
}

extension Request {
    /// The caller's trace, or a new one.
    var trace: TraceContext {
        guard let name = HTTPField.Name("traceparent"), let text = headers[name] else { return .root() }
        return TraceContext(traceparent: text) ?? .root()
    }

    /// The version in `If-Match: "N"`; nil where the header is missing or `*`.
    func expectedVersion() throws(Problem) -> UInt64? {
        guard let text = headers[.ifMatch], text != "*" else { return nil }
        guard text.count > 2, text.first == "\"", text.last == "\"",
            let version = UInt64(text.dropFirst().dropLast())
        else {
            throw .badRequest("If-Match must hold one version in quotes, such as \"7\", as ETag gave it.")
        }
        return version
    }
}

extension Submission {
    /// What a sender learns of a recorded command.
    func document(_ receipt: Receipt) -> [JSON.Member] {
        var members: [JSON.Member] = [.init("episodeId", .text(receipt.episode))]
        if let rating = command.event.rating { members.append(.init("ratingId", .text(rating))) }
        members.append(.init("version", .integer(receipt.version)))
        members.append(.init("eventId", .text(receipt.event)))
        return members
    }
}
