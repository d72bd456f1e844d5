import Domain
import Persistence

extension LedgerTables {
    /// Writes what a decision adds and changes, but for the events themselves.
    static func write(_ decision: BatchDecision, on connection: Connection) throws(DatabaseError) {
        try insertEpisodes(decision, on: connection)
        try updateEpisodes(decision, on: connection)
        try insertRatings(decision, on: connection)
        try withdrawRatings(decision, on: connection)
        try insertCommands(decision.accepted, on: connection)
    }

    private static func insertEpisodes(
        _ decision: BatchDecision, on connection: Connection
    ) throws(DatabaseError) {
        let opened = decision.openings.compactMap { id, opening in
            decision.episodes[id].map { (state: $0, opening: opening) }
        }
        guard !opened.isEmpty else { return }
        try connection.run(
            """
            insert into ledger.episode (episode_id, site, service, clinician, opened_on, closed_on, participants)
            select id, site, service, clinician, opened_on, closed_on, participants::uuid[]
            from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::date[], $6::date[], $7::text[])
                as e (id, site, service, clinician, opened_on, closed_on, participants)
            """,
            [
                .ids(opened.map(\.state.id)), .texts(opened.map(\.state.site.text)),
                .texts(opened.map(\.opening.service)),
                .texts(opened.map { $0.state.transferredTo ?? $0.opening.clinician }),
                .days(opened.map(\.state.openedOn)), .days(opened.map(\.state.closedOn)),
                .texts(opened.map(\.state.participantsText)),
            ])
    }

    private static func updateEpisodes(
        _ decision: BatchDecision, on connection: Connection
    ) throws(DatabaseError) {
        let changed = decision.changedEpisodes.compactMap { decision.episodes[$0] }
        guard !changed.isEmpty else { return }
        try connection.run(
            """
            update ledger.episode as e
            set closed_on = c.closed_on, participants = c.participants::uuid[],
                clinician = coalesce(c.clinician, e.clinician)
            from unnest($1::uuid[], $2::date[], $3::text[], $4::text[]) as c (id, closed_on, participants, clinician)
            where e.episode_id = c.id
            """,
            [
                .ids(changed.map(\.id)), .days(changed.map(\.closedOn)), .texts(changed.map(\.participantsText)),
                .texts(changed.map(\.transferredTo)),
            ])
    }

    private static func insertRatings(
        _ decision: BatchDecision, on connection: Connection
    ) throws(DatabaseError) {
        let new = decision.newRatings.compactMap { key in decision.ratings[key].map { (key: key, state: $0) } }
        guard !new.isEmpty else { return }
        try connection.run(
            """
            insert into ledger.rating
                (site, rating_id, episode_id, participant_id, instrument, instrument_version, withdrawn)
            select * from unnest(
                $1::text[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::boolean[])
            """,
            [
                .texts(new.map(\.key.site.text)), .ids(new.map(\.key.id)), .ids(new.map(\.state.episode)),
                .ids(new.map(\.state.participant)), .texts(new.map(\.state.instrument.id.text)),
                .texts(new.map(\.state.instrument.version)), .bools(new.map(\.state.isWithdrawn)),
            ])
    }

    private static func withdrawRatings(
        _ decision: BatchDecision, on connection: Connection
    ) throws(DatabaseError) {
        let keys = decision.withdrawnRatings
        guard !keys.isEmpty else { return }
        try connection.run(
            """
            update ledger.rating as r set withdrawn = true
            from unnest($1::text[], $2::uuid[]) as w (site, rating_id)
            where r.site = w.site and r.rating_id = w.rating_id and not r.withdrawn
            """, [.texts(keys.map(\.site.text)), .ids(keys.map(\.id))])
    }

    private static func insertCommands(
        _ accepted: [BatchDecision.Accepted], on connection: Connection
    ) throws(DatabaseError) {
        try connection.run(
            """
            insert into ledger.command (site, command_id, fingerprint, event_id, episode_id, version, recorded_at)
            select c.*, now()
            from unnest($1::text[], $2::uuid[], $3::bytea[], $4::uuid[], $5::uuid[], $6::bigint[]) as c
            """,
            [
                .texts(accepted.map(\.submission.command.site.text)), .ids(accepted.map(\.submission.id)),
                .byteArrays(accepted.map(\.fingerprint)), .ids(accepted.map(\.receipt.event)),
                .ids(accepted.map(\.receipt.episode)), .int64s(accepted.map { Int64($0.receipt.version) }),
            ])
    }
}

extension EpisodeState {
    /// As a PostgreSQL array literal: arrays of different lengths cannot be unnested, their texts can.
    fileprivate var participantsText: String {
        "{" + participants.sorted().map(\.description).joined(separator: ",") + "}"
    }
}
