import Contracts
import Domain
import Persistence

/// An alert as lists show it.
struct OpenAlert: Sendable {
    let id: AlertID
    let episode: EpisodeID
    let site: SiteID
    let kind: AlertKind
    let status: String
    let clinician: String
    let raisedAt: Timestamp
    let dueAt: Timestamp
    let firstDueAt: Timestamp
    let acknowledgedBy: String?

    /// Nobody has answered it in time.
    func isOverdue(at now: Timestamp) -> Bool { acknowledgedBy == nil && firstDueAt <= now }

    /// Open ones of these episodes, gravest first.
    static func all(of episodes: [EpisodeID], on connection: Connection) throws -> [OpenAlert] {
        guard !episodes.isEmpty else { return [] }
        return try connection.run(ofEpisodes, [.ids(episodes)]).compactMap { try OpenAlert($0) }.sorted(by: graver)
    }

    /// Graver first, then the one that is due first; equal ones always in the same order.
    static func graver(_ left: OpenAlert, _ right: OpenAlert) -> Bool {
        (left.kind.precedence, left.dueAt.microseconds, left.id) < (right.kind.precedence, right.dueAt.microseconds, right.id)
    }

    init?(_ row: Row) throws {
        guard let kind = AlertKind(number: try row.int16(3)) else { return nil }
        id = try row.id(0)
        episode = try row.id(1)
        site = SiteID(unchecked: try row.text(2))
        self.kind = kind
        status = try row.text(4)
        clinician = try row.text(5)
        raisedAt = try row.timestamp(6)
        dueAt = try row.timestamp(7)
        firstDueAt = try row.timestamp(8)
        acknowledgedBy = try row.optionalText(9)
    }

    private static let ofEpisodes: Statement = """
        select alert_id, episode_id, site, kind, status, clinician, raised_at, due_at, first_due_at, acknowledged_by
        from published.portal_alert where episode_id = any($1) and status = any('{raised,opened,acknowledged,in_review}')
        """
}
