import Contracts
public import Domain
public import Persistence
public import ServiceKit

/// The time for which a clinician shares the page of their own figures, as it is kept beside the ledger.
public struct ReflectionShare: Hashable, Sendable {
    public let id: ReflectionShareID
    public let site: SiteID
    /// An opaque directory id.
    public let clinician: String
    public let sharedAt: Timestamp
    /// Nobody else sees the page from then on.
    public let endsAt: Timestamp
    /// When the clinician took it back.
    public let endedAt: Timestamp?

    public init(
        id: ReflectionShareID, site: SiteID, clinician: String, sharedAt: Timestamp, endsAt: Timestamp, endedAt: Timestamp?
    ) {
        self.id = id
        self.site = site
        self.clinician = clinician
        self.sharedAt = sharedAt
        self.endsAt = endsAt
        self.endedAt = endedAt
    }

    public func isRunning(at time: Timestamp) -> Bool { endedAt == nil && endsAt > time }
}

/// Why a page is not shared, or not taken back.
public enum SharingRefusal: Error, Hashable, Sendable {
    /// The site is not the caller's, or there is nothing of theirs to take back: nobody is told which.
    case notYours
    /// Outside ``ReflectionSharing/days``.
    case days
    /// Another share of the clinician at the site is still running.
    case isShared
}

/// Sharing the page of a clinician's own figures: by that clinician alone, with the supervisors of one site, for a time.
///
/// It is no event of an episode, but of who may see what: so it goes to the ledger's lane of accesses, in a stream of its
/// own. What is running is kept beside, in the same transaction.
public enum ReflectionSharing {
    /// For how long a page can be shared.
    public static let days = 1...90

    /// Shares the caller's page.
    ///
    /// - Parameters:
    ///   - id: chosen by the sender; the same again changes nothing.
    ///   - connection: outside a transaction, of a role that may record.
    /// - Throws: ``SharingRefusal``; `DatabaseError`.
    public static func share(
        _ id: ReflectionShareID, at site: SiteID, days: Int, by caller: Caller, on connection: Connection
    ) throws {
        guard caller.roles.contains(.clinician), caller.sites.includes(site) else { throw SharingRefusal.notYours }
        guard Self.days.contains(days) else { throw SharingRefusal.days }
        let parameters: [Parameter] = [
            .text(site.text), .text(caller.subject), .id(id), .text(audience.rawValue), .int32(Int32(days)),
        ]
        try connection.transaction { connection in
            guard let row = try connection.run(insert, parameters).first else {
                let rows = try connection.run(select, [.text(site.text), .text(caller.subject)])
                let known = try rows.first?.id(0, as: ReflectionShareID.self)
                guard known == id else { throw SharingRefusal.isShared }
                return
            }
            let body = AccessEventBody.reflectionShared(with: audience.rawValue, until: try row.timestamp(1))
            try append(body, to: id, at: site, now: try row.timestamp(0), by: caller, on: connection)
        }
    }

    /// Takes the caller's page back. One that has run out or was taken back stays as it is.
    ///
    /// - Throws: ``SharingRefusal/notYours``; `DatabaseError`.
    public static func end(_ id: ReflectionShareID, by caller: Caller, on connection: Connection) throws {
        try connection.transaction { connection in
            guard let row = try connection.run(find, [.id(id), .text(caller.subject)]).first else {
                throw SharingRefusal.notYours
            }
            let site = SiteID(unchecked: try row.text(0))
            guard caller.roles.contains(.clinician), caller.sites.includes(site) else { throw SharingRefusal.notYours }
            guard let ended = try connection.run(update, [.id(id), .text(caller.subject)]).first else { return }
            try append(.reflectionShareEnded, to: id, at: site, now: try ended.timestamp(0), by: caller, on: connection)
        }
    }

    private static let audience = Role.supervisor

    private static func append(
        _ body: AccessEventBody, to share: ReflectionShareID, at site: SiteID, now: Timestamp, by caller: Caller,
        on connection: Connection
    ) throws {
        let event = AccessEvent(accessedBy: caller.subject, reason: "", body: body)
        let record = NewEvent(
            id: TimeOrderedIdentity.make(at: now), stream: share.stream, site: site, type: event.type.rawValue,
            traceparent: nil, payload: try AccessEventCodec.encode(event))
        _ = try Ledger.append([record], to: .access, on: connection)
    }

    /// One row for each clinician and site: it is taken over where what it holds is over.
    private static let insert: Statement = """
        insert into ledger.reflection_share as s (site, clinician, share_id, audience, shared_at, ends_at)
        values ($1, $2, $3, $4, now(), now() + make_interval(days => $5))
        on conflict (site, clinician) do update
        set share_id = excluded.share_id, audience = excluded.audience, shared_at = excluded.shared_at,
            ends_at = excluded.ends_at, ended_at = null
        where s.share_id <> excluded.share_id and (s.ended_at is not null or s.ends_at <= now())
        returning shared_at, ends_at
        """
    private static let select: Statement = """
        select share_id from ledger.reflection_share where site = $1 and clinician = $2
        """
    private static let find: Statement = """
        select site from ledger.reflection_share where share_id = $1 and clinician = $2
        """
    private static let update: Statement = """
        update ledger.reflection_share set ended_at = now()
        where share_id = $1 and clinician = $2 and ended_at is null and ends_at > now() returning ended_at
        """
}

extension ReflectionShareID {
    /// The stream of its events in the ledger, which calls every stream an episode.
    public var stream: EpisodeID { EpisodeID(rawValue: rawValue) }
}
