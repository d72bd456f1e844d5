/// Rows for a table, made by SQL as soon as the migration that makes the table has been applied.
enum MigrationFill {
    /// Episodes, and of each eight events.
    static let episodes = 25_000

    /// By number of migration. A later one that locks a table without rows is not judged and says so: then its rows
    /// belong here.
    static let statements: [Int32: String] = [
        1: """
            insert into ledger.stream select 1, \(id("e", "g")), 'north', 8 from generate_series(1, \(episodes)) g;
            insert into ledger.event
                (position, category, backfill, event_id, stream_id, version, site, type, recorded_at, payload)
            select nextval('ledger.event_position'), 1, false, gen_random_uuid(), \(id("e", "g")), v, 'north',
                   'attune.rating.recorded.v1', now(), '\\x0102030405060708'
            from generate_series(1, \(episodes)) g, generate_series(1, 8) v;
            insert into ledger.episode
            select \(id("e", "g")), 'north', 'adult', 'c-' || g % 50, date '2024-01-01' + g % 500,
                   case when g % 3 = 0 then date '2025-06-01' end, array[\(id("p", "g"))]
            from generate_series(1, \(episodes)) g;
            insert into ledger.rating (site, rating_id, episode_id, participant_id, instrument, instrument_version)
            select 'north', gen_random_uuid(), \(id("e", "g")), \(id("p", "g")), 'ors', '2000'
            from generate_series(1, \(episodes)) g;
            insert into ledger.command
            select 'north', gen_random_uuid(), '\\x01', gen_random_uuid(), \(id("e", "g")), 1, now()
            from generate_series(1, \(episodes)) g;
            """,
        2: ["scoring", "alerting", "notification", "audit"].map { schema in
            """
            insert into \(schema).consumer_offset
            select 'c', 't' || g, 0, g, 0, 'o' from generate_series(1, 200) g;
            insert into \(schema).quarantine
                (cluster_id, topic, partition, "offset", record_key, headers, state, reason_code, reason)
            select 'c', 't', 0, g, '\\x01', '[]', 'failed', 'r', 'r' from generate_series(1, 1000) g;
            """
        }.joined(),
        3: """
            insert into scoring.episode select \(id("e", "g")), 'north', 8, '\\x01' from generate_series(1, \(episodes)) g;
            insert into scoring.trajectory
            select \(id("e", "g")), \(id("p", "g")), 'ors', '2000', 'north', 8, 1, 8, '\\x01'
            from generate_series(1, \(episodes)) g;
            """,
        4: """
            insert into alerting.course select \(id("e", "g")), \(id("p", "g")), 'ors', '2000', 8, '\\x01'
            from generate_series(1, \(episodes)) g;
            insert into alerting.alert
                (alert_id, episode_id, site, kind, status, rule, rating_id, participant_id, instrument, clinician,
                 cause_event_id, raised_at, due_at)
            select \(id("a", "g")), \(id("e", "g")), 'north', 1, case when g % 4 = 0 then 'raised' else 'resolved' end, 'r',
                   gen_random_uuid(), \(id("p", "g")), 'ors', 'c-' || g % 50, gen_random_uuid(), now(), now()
            from generate_series(1, \(episodes)) g;
            """,
        5: """
            insert into notification.handled_event select gen_random_uuid() from generate_series(1, \(episodes)) g;
            insert into notification.delivery
                (delivery_id, alert_id, episode_id, site, cause_event_id, kind, urgency, escalation_level, due_at, recipient,
                 channel, status, next_attempt_at, created_at)
            select \(id("d", "g")), \(id("a", "g")), \(id("e", "g")), 'north', gen_random_uuid(), 1, 1, 0, now(),
                   'c', 'email', case when g % 10 = 0 then 'pending' else 'delivered' end, now(), now()
            from generate_series(1, \(episodes)) g;
            insert into notification.attempt select \(id("d", "g")), 1, now() from generate_series(1, \(episodes)) g;
            """,
        6: """
            insert into audit.leaf
            select g, gen_random_uuid(), 't', 'y', gen_random_uuid(), 1, 'north', now(), 's', sha256('')
            from generate_series(0, \(episodes)) g;
            insert into audit.tile select 0, g, '\\x01' from generate_series(0, 1000) g;
            insert into audit.checkpoint select g, '\\x01', 'n', now(), now() from generate_series(1, 5000) g;
            """,
        11: """
            insert into ledger.client_key (participant_id, key_id, wrapped_by, wrapped_key)
            select \(id("p", "g")), gen_random_uuid(), 'k', '\\x01' from generate_series(1, \(episodes)) g;
            """,
        13: """
            insert into alerting.consideration
                (episode_id, event_id, version, followed, open_alerts, episode_open, raised_kinds)
            select \(id("e", "g")), gen_random_uuid(), 8, true, '{}', true, 0 from generate_series(1, \(episodes)) g;
            """,
        15: """
            insert into directory.person (person_id, site, team, roles, active)
            select 'c-' || g, 'north', 't', '{clinician}', true from generate_series(1, 500) g;
            insert into notification.contact (person_id, kind, sealed_by, sealed)
            select 'c-' || g, 'email', 'k', '\\x01' from generate_series(1, 500) g;
            """,
        16: """
            insert into notification.inbox (delivery_id, subject, site, alert_id, urgency, is_overdue, due_at)
            select \(id("d", "g")), 'c', 'north', \(id("a", "g")), 1, false, now() from generate_series(1, 5000) g;
            """,
        19: """
            insert into portal.session (id_hash, subject, roles, ends_at)
            select sha256(g::text::bytea), 'c', '{clinician}', now() from generate_series(1, 500) g;
            insert into portal.invitation
                (invitation_id, site, episode_id, participant_id, session_number, language, made_by, ends_at)
            select gen_random_uuid(), 'north', \(id("e", "g")), \(id("p", "g")), 1, 'en', 'c', now()
            from generate_series(1, 500) g;
            """,
        24: """
            insert into ledger.reflection_share (site, clinician, share_id, audience, shared_at, ends_at)
            select 'north', 'c-' || g, gen_random_uuid(), 'supervisor', now(), now() + interval '1 day'
            from generate_series(1, 500) g;
            """,
    ]

    /// The same id for the same thing in every table.
    private static func id(_ what: String, _ number: String) -> String { "md5('\(what)' || \(number))::uuid" }
}
