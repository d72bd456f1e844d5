import Contracts
import Domain
import Persistence

/// Finds the event that an operator means.
enum TracedEvent {
    /// An event of an episode by its own id, or by the id of the command that recorded it.
    ///
    /// - Throws: ``UntraceableID``, or what the database says.
    static func find(_ id: EventID?, at site: SiteID?, on connection: Connection) throws -> LedgerEvent {
        guard let id else { throw UntraceableID(sites: []) }
        if let event = try event(id, on: connection) { return event }
        let recorded = try connection.run(commandStatement, [.id(id)]).map { row in
            (site: try row.text(0), event: try row.id(1, as: EventID.self))
        }.filter { site == nil || $0.site == site?.text }
        guard recorded.count == 1, let found = try event(recorded[0].event, on: connection) else {
            throw UntraceableID(sites: recorded.map(\.site))
        }
        return found
    }

    private static func event(_ id: EventID, on connection: Connection) throws -> LedgerEvent? {
        guard let row = try connection.run(placeStatement, [.id(id)]).first else { return nil }
        return try Ledger.events(
            stream: row.id(0), category: .episode, fromVersion: row.int64(1), through: row.int64(1), on: connection
        ).first
    }

    static let placeStatement: Statement =
        "select stream_id, version from published.event where event_id = $1 and category = 1"

    /// Commands are found by site and id. The sites come one after another from the front of the same index, so that
    /// nothing is read but one row of each.
    static let commandStatement: Statement = """
        with recursive known (site) as (
            (select site from published.command order by site limit 1)
            union all
            select (select c.site from published.command c where c.site > k.site order by c.site limit 1)
            from known k where k.site is not null
        )
        select c.site, c.event_id from known k
        join lateral (
            select site, event_id from published.command where site = k.site and command_id = $1 limit 1
        ) c on true
        where k.site is not null order by c.site
        """
}

/// No event, or several, are meant by an id.
struct UntraceableID: Error, CustomStringConvertible {
    let sites: [String]

    var description: String {
        sites.isEmpty
            ? "there is no such rating and no such event of an episode; correct its id"
            : "the sites \(sites.joined(separator: ", ")) have used this id; name one with --site"
    }
}
