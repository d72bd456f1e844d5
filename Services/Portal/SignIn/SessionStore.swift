import Crypto
import Domain
import Persistence
import ServiceKit

/// Sessions in the database, so that any process of the portal knows them and signing out ends them everywhere.
struct SessionStore: Sendable {
    let pool: ConnectionPool
    /// How long somebody may do nothing.
    let idleLimit: Duration
    /// Longest time from signing in.
    let sessionLimit: Duration

    /// Begins a session.
    /// - Parameter lifetime: nil for the longest there is.
    func begin(
        _ caller: Caller, client: Visitor.Client? = nil, language: String? = nil, lifetime: Duration? = nil
    ) async throws -> SessionID {
        let id = SessionID.random()
        let parameters: [Parameter] = [
            .bytes(Self.hash(id)), .text(caller.subject), .texts(caller.roles.map(\.rawValue).sorted()),
            caller.sites.listed.map { .texts($0.map(\.text)) } ?? .null,
            .optional(client?.participant.rawValue), .optional(client?.episode.rawValue), .optional(language),
            .int64(min(lifetime ?? sessionLimit, sessionLimit).components.seconds),
        ]
        try await pool.with { connection in
            _ = try connection.run(Self.insert, parameters)
            // Nobody else clears up, and few rows end at a time.
            _ = try connection.run(Self.clearUp)
        }
        return id
    }

    /// The visitor of a session that is neither over nor was idle for too long.
    ///
    /// - Parameter isPresent: notes that they were seen; false for what a page asks by itself.
    func visitor(_ id: SessionID, isPresent: Bool) async throws -> Visitor? {
        let parameters: [Parameter] = [.bytes(Self.hash(id)), .int64(idleLimit.components.seconds)]
        return try await pool.with { connection in
            guard let row = try connection.run(Self.select, parameters).first else { return nil }
            // Not with every request: a row a minute is enough for a limit of minutes.
            if isPresent, try row.bool(6) { _ = try connection.run(Self.touch, [parameters[0]]) }
            return try Self.visitor(id, row)
        }
    }

    func setLanguage(_ language: String, of id: SessionID) async throws {
        try await pool.with {
            _ = try $0.run("update portal.session set language = $2 where id_hash = $1", [.bytes(Self.hash(id)), .text(language)])
        }
    }

    func end(_ id: SessionID) async throws {
        try await pool.with { _ = try $0.run("delete from portal.session where id_hash = $1", [.bytes(Self.hash(id))]) }
    }

    private static func hash(_ id: SessionID) -> [UInt8] { Array(SHA256.hash(data: id.bytes)) }

    private static func visitor(_ id: SessionID, _ row: Row) throws(DatabaseError) -> Visitor {
        let sites: SiteAccess =
            try row.isNull(2) ? .all : .some(Set(try row.texts(2).map { SiteID(unchecked: $0) }))
        var client: Visitor.Client?
        if let participant: ParticipantID = try row.optionalID(3), let episode: EpisodeID = try row.optionalID(4) {
            client = Visitor.Client(episode: episode, participant: participant)
        }
        let caller = Caller(
            subject: try row.text(0), sites: sites, roles: Set(try row.texts(1).compactMap(Role.init(rawValue:))))
        return Visitor(session: id, caller: caller, client: client, language: try row.optionalText(5))
    }

    private static let insert: Statement = """
        insert into portal.session (id_hash, subject, roles, sites, participant_id, episode_id, language, ends_at)
        values ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(secs => $8::bigint))
        """
    private static let clearUp: Statement = "delete from portal.session where ends_at < now()"
    private static let select: Statement = """
        select subject, roles, sites, participant_id, episode_id, language, seen_at < now() - interval '20 seconds'
        from portal.session
        where id_hash = $1 and ends_at > now() and seen_at > now() - make_interval(secs => $2::bigint)
        """
    private static let touch: Statement = "update portal.session set seen_at = now() where id_hash = $1"
}
