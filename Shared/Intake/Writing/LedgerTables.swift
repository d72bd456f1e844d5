import Domain
import Persistence

/// Ingestion's tables beside the ledger, read and written a batch at a time.
enum LedgerTables {
    /// Locks the streams of these episodes until the transaction ends, in the order of their ids, and returns
    /// the version of those that exist.
    ///
    /// What is read afterwards must be read by statements of its own: each sees what was committed before it
    /// began, and so also what was committed while this one waited.
    static func lockStreams(
        _ episodes: [EpisodeID], on connection: Connection
    ) throws(DatabaseError) -> [EpisodeID: UInt64] {
        let rows = try connection.run(
            """
            select stream_id, version from ledger.stream
            where category = 1 and stream_id = any($1) order by stream_id for update
            """, [.ids(episodes)])
        var versions: [EpisodeID: UInt64] = [:]
        for row in rows { versions[try row.id(0)] = UInt64(try row.int64(1)) }
        return versions
    }

    static func episodes(
        _ versions: [EpisodeID: UInt64], on connection: Connection
    ) throws(DatabaseError) -> [EpisodeID: EpisodeState] {
        guard !versions.isEmpty else { return [:] }
        let rows = try connection.run(
            """
            select episode_id, site, opened_on, closed_on, participants from ledger.episode
            where episode_id = any($1)
            """, [.ids(versions.keys)])
        var episodes: [EpisodeID: EpisodeState] = [:]
        for row in rows {
            let id: EpisodeID = try row.id(0)
            episodes[id] = EpisodeState(
                id: id, site: SiteID(unchecked: try row.text(1)), openedOn: try row.day(2),
                closedOn: try row.optionalDay(3), participants: Set(try row.ids(4)), version: versions[id] ?? 0)
        }
        return episodes
    }

    static func ratings(
        _ keys: [SiteKey<RatingID>], on connection: Connection
    ) throws(DatabaseError) -> [SiteKey<RatingID>: RatingState] {
        guard !keys.isEmpty else { return [:] }
        let rows = try connection.run(
            """
            select r.site, r.rating_id, r.episode_id, r.participant_id, r.instrument, r.instrument_version, r.withdrawn
            from unnest($1::text[], $2::uuid[]) as wanted (site, rating_id)
            join ledger.rating r using (site, rating_id)
            """, [.texts(keys.map(\.site.text)), .ids(keys.map(\.id))])
        var ratings: [SiteKey<RatingID>: RatingState] = [:]
        for row in rows {
            ratings[SiteKey(site: SiteID(unchecked: try row.text(0)), id: try row.id(1))] = RatingState(
                episode: try row.id(2), participant: try row.id(3),
                instrument: InstrumentReference(id: InstrumentID(unchecked: try row.text(4)), version: try row.text(5)),
                isWithdrawn: try row.bool(6))
        }
        return ratings
    }

    static func commands(
        _ keys: [SiteKey<CommandID>], on connection: Connection
    ) throws(DatabaseError) -> [SiteKey<CommandID>: RememberedCommand] {
        let rows = try connection.run(
            """
            select c.site, c.command_id, c.fingerprint, c.event_id, c.episode_id, c.version
            from unnest($1::text[], $2::uuid[]) as wanted (site, command_id)
            join ledger.command c using (site, command_id)
            """, [.texts(keys.map(\.site.text)), .ids(keys.map(\.id))])
        var commands: [SiteKey<CommandID>: RememberedCommand] = [:]
        for row in rows {
            commands[SiteKey(site: SiteID(unchecked: try row.text(0)), id: try row.id(1))] = RememberedCommand(
                fingerprint: try row.bytes(2),
                receipt: Receipt(
                    event: try row.id(3), episode: try row.id(4), version: UInt64(try row.int64(5))))
        }
        return commands
    }

    /// The site of each of these episodes that exists.
    static func sites(
        of episodes: [EpisodeID], on connection: Connection
    ) throws(DatabaseError) -> [EpisodeID: SiteID] {
        var sites: [EpisodeID: SiteID] = [:]
        let rows = try connection.run(
            "select episode_id, site from ledger.episode where episode_id = any($1)", [.ids(episodes)])
        for row in rows { sites[try row.id(0)] = SiteID(unchecked: try row.text(1)) }
        return sites
    }
}
