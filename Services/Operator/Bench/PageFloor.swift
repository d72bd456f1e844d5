import Contracts
import Domain
import Persistence

/// The statements behind a page and nothing else, one after the other on one connection: reading the rows in the scope
/// of a site, and writing the looks.
struct PageFloor {
    let database: String

    func delays(of clinicians: [String], times: Int) throws -> (caseload: Delays, graph: Delays) {
        let connection = try Connection(
            DatabaseSettings(url: database, role: "attune_portal", applicationName: "attune bench", prefersIndexes: true))
        defer { connection.close() }
        var (caseload, graph) = (Delays(), Delays())
        for turn in 0..<times {
            let ids = try timed(&caseload) { () throws -> [EpisodeID] in
                try connection.transaction { connection in
                    try connection.run("select set_config('attune.sites', 'north', true)")
                    let ids: [EpisodeID] = try connection.run(
                        """
                        select episode_id from published.portal_episode
                        where site = any (published.scope_sites()) and clinician = $1 and closed_on is null
                        """, [.text(clinicians[turn % clinicians.count])]
                    ).map { try $0.id(0) }
                    try read(ids, on: connection)
                    return ids
                }
            }
            guard let one = ids.first else { throw BenchFailure("a caseload is empty") }
            try timed(&graph) {
                try connection.transaction { connection in
                    try connection.run("select set_config('attune.sites', 'north', true)")
                    try read([one], on: connection)
                }
            }
        }
        return (caseload, graph)
    }

    private func read(_ ids: [EpisodeID], on connection: Connection) throws {
        for statement in Self.statements { _ = try connection.run(statement, [.ids(ids)]) }
        let now = try connection.run("select now()").only().timestamp(0)
        let looks = try ids.sorted().map { id in
            let event = AccessEvent(
                accessedBy: "floor", reason: "", body: .viewed(.caseload, as: "clinician", participant: nil))
            return NewEvent(
                id: TimeOrderedIdentity.make(at: now), stream: id, site: MadeHistory.site, type: event.type.rawValue,
                traceparent: nil, payload: try AccessEventCodec.encode(event))
        }
        _ = try Ledger.append(looks, to: .access, on: connection)
    }

    private func timed<Result>(_ delays: inout Delays, _ work: () throws -> Result) throws -> Result {
        let start = ContinuousClock.now
        defer { delays.add(Int64(Bench.seconds(start.duration(to: .now)) * 1_000_000)) }
        return try work()
    }

    private static let statements: [Statement] = [
        """
        select stream_id, version, event_id, type, payload, recorded_at from published.portal_event
        where category = 1 and stream_id = any($1) order by stream_id, version
        """,
        "select episode_id, participant_id, instrument, body from published.portal_course where episode_id = any($1)",
        "select * from published.portal_episode where episode_id = any($1) order by episode_id",
        "select * from published.portal_alert where episode_id = any($1) and status = any('{raised,opened,acknowledged,in_review}')",
    ]
}
