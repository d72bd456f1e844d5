import Contracts
import Domain
import Intake
import Persistence

/// Reads what clinicians share of their own figures. The database shows a visitor their own shares, and those of others that
/// are running and meant for a role of theirs.
struct ShareReading: Sendable {
    /// Somebody else looked at a shared page.
    struct Look: Hashable, Sendable {
        let by: String
        let at: Timestamp
    }

    /// A share as its clinician sees it.
    struct Own: Sendable {
        let share: ReflectionShare
        /// Supervisors of the site whom the directory names.
        let supervisors: [String]
        /// The newest first, of each person the last.
        let looks: [Look]
    }

    static let mostShares = 200
    private static let mostLooks = 50

    /// The running shares of a clinician, by site, and the sites of the scope that have none.
    func own(
        of clinician: String, at now: Timestamp, on connection: Connection
    ) throws -> (running: [Own], others: [SiteID]) {
        let shares = try connection.run(Self.selectOwn, [.text(clinician)]).map(Self.share)
        let running = shares.filter { $0.isRunning(at: now) }
        let sites = try connection.run(Self.selectSites).map { SiteID(unchecked: try $0.text(0)) }
        let own = try running.map { share in
            Own(
                share: share,
                supervisors: try connection.run(Self.selectSupervisors, [.text(share.site.text)]).map { try $0.text(0) },
                looks: try looks(at: share, on: connection))
        }
        return (own, sites.filter { site in !running.contains { $0.site == site } })
    }

    /// What others share with this visitor, by clinician and site.
    func others(than subject: String, on connection: Connection) throws -> [ReflectionShare] {
        try connection.run(Self.selectOthers, [.text(subject), .int64(Int64(Self.mostShares))]).map(Self.share)
    }

    /// Nil where there is none that the visitor may see.
    func one(_ id: ReflectionShareID, on connection: Connection) throws -> ReflectionShare? {
        try connection.run(Self.selectOne, [.id(id)]).first.map(Self.share)
    }

    private func looks(at share: ReflectionShare, on connection: Connection) throws -> [Look] {
        var seen: Set<String> = []
        return try connection.run(Self.selectLooks, [.id(share.id), .int64(Int64(Self.mostLooks))]).compactMap { row in
            guard let event = try? AccessEventCodec.decode(try row.bytes(0), type: .clientDataViewed),
                seen.insert(event.accessedBy).inserted
            else { return nil }
            return Look(by: event.accessedBy, at: try row.timestamp(1))
        }
    }

    private static func share(_ row: Row) throws -> ReflectionShare {
        ReflectionShare(
            id: try row.id(0), site: SiteID(unchecked: try row.text(1)), clinician: try row.text(2),
            sharedAt: try row.timestamp(3), endsAt: try row.timestamp(4), endedAt: try row.optionalTimestamp(5))
    }

    private static let selectOwn: Statement = """
        select share_id, site, clinician, shared_at, ends_at, ended_at from published.portal_reflection_share
        where site = any (published.scope_sites()) and clinician = $1 order by site
        """
    private static let selectOthers: Statement = """
        select share_id, site, clinician, shared_at, ends_at, ended_at from published.portal_reflection_share
        where site = any (published.scope_sites()) and clinician <> $1 order by clinician, site limit $2
        """
    private static let selectOne: Statement = """
        select share_id, site, clinician, shared_at, ends_at, ended_at from published.portal_reflection_share
        where share_id = $1
        """
    private static let selectSites: Statement = "select s from unnest(published.scope_sites()) s order by s limit 200"
    private static let selectSupervisors: Statement = """
        select person_id from published.directory_person
        where site = $1 and active and 'supervisor' = any (roles) order by person_id limit 50
        """
    private static let selectLooks: Statement = """
        select payload, recorded_at from published.portal_event
        where category = 4 and stream_id = $1 and type = 'attune.access.client-data-viewed.v1'
        order by version desc limit $2
        """
}
