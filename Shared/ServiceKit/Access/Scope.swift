public import Domain
public import Persistence

/// What a transaction may see of clients. The database's policies hold to it; the code only says it.
public struct Scope: Hashable, Sendable {
    public var sites: SiteAccess
    /// Nil for all of the sites.
    public var episodes: [EpisodeID]?
    /// Nil for all of the episodes.
    public var participants: [ParticipantID]?
    /// Who asks, and as what: for what is shared with some people alone.
    public var subject: String?
    public var roles: Set<Role>

    public init(
        sites: SiteAccess, episodes: [EpisodeID]? = nil, participants: [ParticipantID]? = nil, subject: String? = nil,
        roles: Set<Role> = []
    ) {
        self.sites = sites
        self.episodes = episodes
        self.participants = participants
        self.subject = subject
        self.roles = roles
    }

    /// All that a caller's sites hold.
    public init(_ caller: Caller) { self.init(sites: caller.sites, subject: caller.subject, roles: caller.roles) }

    /// Holds until the transaction ends.
    /// - Returns: the time, by the database's clock.
    @discardableResult
    public func apply(on connection: Connection) throws(DatabaseError) -> Timestamp {
        let sites: Parameter = self.sites.listed.map { .text($0.map(\.text).joined(separator: ",")) } ?? .null
        return try connection.run(
            Self.statement,
            [
                sites, .text(Self.list(episodes)), .text(Self.list(participants)), .text(subject ?? ""),
                .text(roles.map(\.rawValue).sorted().joined(separator: ",")),
            ]
        ).only().timestamp(0)
    }

    private static func list(_ ids: [some Identity]?) -> String {
        (ids ?? []).map(\.description).joined(separator: ",")
    }

    private static let statement: Statement = """
        select now(), set_config('attune.sites', coalesce($1, (select string_agg(s, ',') from published.sites() s), ''), true),
               set_config('attune.episodes', $2, true), set_config('attune.participants', $3, true),
               set_config('attune.subject', $4, true), set_config('attune.roles', $5, true)
        """
}
