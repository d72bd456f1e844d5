import AuditLog
import Contracts
import Domain
import Persistence
import TransparencyLog

/// Puts a made history into an empty system, as its services would have left it: rows by the thousand, as the owner of
/// the tables, past the ledger's own function, which is what is measured.
struct HistoryFill {
    let connection: Connection

    /// Ledger rows alone: what a replay reads.
    func writeLedger(_ episodes: [MadeHistory.Episode]) throws {
        let records = episodes.map(\.record)
        try insert(records.flatMap(\.events).sorted { $0.recordedAt < $1.recordedAt })
        try insert(records.flatMap(\.alerts).sorted { $0.recordedAt < $1.recordedAt })
        for (category, events) in [(LedgerCategory.episode, \EpisodeRecord.events), (.alert, \.alerts)] {
            let streams = records.filter { !$0[keyPath: events].isEmpty }
            try connection.run(
                """
                insert into ledger.stream select $1, s.id, 'north', s.version
                from unnest($2::uuid[], $3::bigint[]) as s (id, version)
                """,
                [
                    .int16(category.rawValue), .ids(streams.map(\.stream)),
                    .int64s(streams.map { Int64($0[keyPath: events].count) }),
                ])
        }
    }

    private func insert(_ events: [LedgerEvent]) throws {
        guard let lane = events.first?.lane else { return }
        try connection.run(
            """
            insert into ledger.event
                (position, category, backfill, event_id, stream_id, version, site, type, recorded_at, traceparent, payload)
            select nextval('ledger.event_position'), $1, false, e.*
            from unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::timestamptz[], $8::text[], $9::bytea[])
                as e
            """,
            [
                .int16(lane.category.rawValue), .ids(events.map(\.id)), .ids(events.map(\.stream)),
                .int64s(events.map(\.version)), .texts(events.map(\.site.text)), .texts(events.map(\.type)),
                .timestamps(events.map(\.recordedAt)), .texts(events.map(\.traceparent)), .byteArrays(events.map(\.payload)),
            ])
    }

    /// What ingestion, scoring and alerting keep beside the ledger.
    func writeStates(_ episodes: [MadeHistory.Episode]) throws {
        try connection.run(
            """
            insert into ledger.episode select e.id, 'north', 'simulated', 'sim', e.opened, null, array[e.rater]
            from unnest($1::uuid[], $2::uuid[], $3::date[]) as e (id, rater, opened)
            """,
            [
                .ids(episodes.map(\.record.stream)), .ids(episodes.compactMap(\.rater?.id)),
                .days(episodes.compactMap(\.record.events.first?.recordedAt.day)),
            ])
        let ratings = episodes.flatMap { episode in episode.replay.held.said.map { (episode, $0) } }
        try connection.run(
            """
            insert into ledger.rating
            select 'north', r.* from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[]) as r
            """,
            [
                .ids(ratings.map(\.1.update.rating)), .ids(ratings.map(\.0.record.stream)),
                .ids(ratings.map(\.1.update.key.participant)), .texts(ratings.map(\.1.update.key.instrument.id.text)),
                .texts(ratings.map(\.1.update.key.instrument.version)),
            ])
        try connection.run(
            """
            insert into ledger.command
            select 'north', c.id, sha256(uuid_send(c.id)), c.event, c.episode, c.version, now()
            from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[]) as c (id, event, episode, version)
            """,
            [
                .ids(ratings.map(\.1.update.rating)), .ids(ratings.map { $0.0.record.events[$0.1.place].id }),
                .ids(ratings.map(\.0.record.stream)), .int64s(ratings.map { Int64($0.1.place + 1) }),
            ])
        try writeScoring(episodes)
    }

    private func writeScoring(_ episodes: [MadeHistory.Episode]) throws {
        try connection.run(
            """
            insert into scoring.episode select e.id, 'north', e.version, e.participants
            from unnest($1::uuid[], $2::bigint[], $3::bytea[]) as e (id, version, participants)
            """,
            [
                .ids(episodes.map(\.record.stream)), .int64s(episodes.map { Int64($0.record.events.count) }),
                .byteArrays(try episodes.map { try TrajectoryCodec.encode($0.replay.held.fold.scoring.participants) }),
            ])
        let courses = episodes.flatMap { episode in
            episode.replay.held.fold.scoring.courses.map { (episode: episode, key: $0.key, course: $0.value) }
        }
        let names: [Parameter] = [
            .ids(courses.map(\.episode.record.stream)), .ids(courses.map(\.key.participant)),
            .texts(courses.map(\.key.instrument.id.text)), .texts(courses.map(\.key.instrument.version)),
            .int64s(courses.map { Int64($0.course.trajectory.points.last?.rating.version ?? 0) }),
        ]
        try connection.run(
            """
            insert into scoring.trajectory
                (episode_id, participant_id, instrument, instrument_version, version, point_count, state, body, site)
            select c.*, 'north'
            from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::int[], $7::smallint[], $8::bytea[]) as c
            """,
            names + [
                .int32s(courses.map { Int32($0.course.trajectory.points.count) }),
                .int16s(courses.map(\.course.trajectory.state.number)),
                .byteArrays(try courses.map { try CourseCodec.encode($0.course.trajectory) }),
            ])
        try connection.run(
            """
            insert into alerting.course select * from unnest(
                $1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::bytea[])
            """, names + [.byteArrays(try courses.map { try TrajectoryCodec.encode($0.course.standingSignals) })])
    }

    /// Leaves of the events and of what followed from them, and the tree over them.
    func writeLog(_ episodes: [MadeHistory.Episode], _ tree: inout TiledTree) throws {
        var entries: [AuditEntry] = []
        for episode in episodes {
            for event in episode.record.events + episode.record.alerts {
                entries.append(AuditEntry(topic: event.lane.topic.name, try EventEnvelope(event)))
            }
            for saying in episode.replay.held.said {
                let cause = try EventEnvelope(episode.record.events[saying.place])
                entries.append(
                    AuditEntry(topic: Topic.trajectories.name, try TrajectoryEvents.following(cause, saying.update)))
            }
        }
        let first = tree.size
        let tiles = tree.append(entries.lazy.map(\.leafHash))
        try connection.run(
            """
            insert into audit.leaf
                (leaf_index, event_id, topic, type, episode_id, sequence, site, event_time, source, payload_digest)
            select * from unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::bigint[], $7::text[],
                $8::timestamptz[], $9::text[], $10::bytea[])
            """,
            [
                .int64s((first..<tree.size).map(Int64.init)), .ids(entries.map(\.event)), .texts(entries.map(\.topic)),
                .texts(entries.map(\.type)), .ids(entries.map(\.episode)), .int64s(entries.map(\.sequence)),
                .texts(entries.map(\.site.text)), .timestamps(entries.map(\.time)), .texts(entries.map(\.source)),
                .byteArrays(entries.map(\.payloadDigest)),
            ])
        try connection.run(
            """
            insert into audit.tile select * from unnest($1::smallint[], $2::bigint[], $3::bytea[])
            on conflict (level, tile_index) do update set hashes = excluded.hashes
            """,
            [
                .int16s(tiles.map { Int16($0.address.level) }), .int64s(tiles.map { Int64($0.address.index) }),
                .byteArrays(tiles.map(\.hashes.concatenatedBytes)),
            ])
        try connection.run(
            "update audit.tree set size = $1, root = $2", [.int64(Int64(tree.size)), .bytes(tree.root.bytes)])
    }

    /// The tree as it is stored, to go on from.
    func storedTree() throws -> TiledTree {
        let size = try StoredLog.head(on: connection).size
        let tiles = try StoredLog.tiles(Tile.partialTiles(treeSize: size), on: connection)
        return try TiledTree(size: size) { tiles[$0] ?? [] }
    }

    /// The relay has nothing to do for what was put there.
    func markRelayed() throws {
        try connection.script("update ledger.lane l set cursor = p.head from published.lane p where p.category = l.category and p.backfill = l.backfill")
    }
}

extension MadeHistory.Episode {
    var rater: Participant? { replay.held.fold.scoring.participants.first }
}
