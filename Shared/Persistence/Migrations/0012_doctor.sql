-- What `attune doctor` compares, as views for operators: which rows there are, not what clients have answered.

-- Without fingerprints, which are made of answers.
create view published.command as
    select site, command_id, event_id, episode_id, version, recorded_at from ledger.command;
create view published.scored_participants as
    select episode_id, participants from scoring.episode;
create view published.handled_alert_event as
    select event_id, handled_at from notification.handled_event;
create view published.delivery_attempt as
    select delivery_id, attempt, started_at, ended_at, reply, outcome, reason from notification.attempt;

-- Whose records wait in quarantine, where the record's key names an episode.
create view published.quarantined_episode as
    select q.consumer_group,
           case when octet_length(q.record_key) = 16 then encode(q.record_key, 'hex')::uuid end as episode_id
    from (
        select 'attune-scoring' as consumer_group, record_key from scoring.quarantine where settled_at is null
        union all select 'attune-alerting', record_key from alerting.quarantine where settled_at is null
        union all select 'attune-notification', record_key from notification.quarantine where settled_at is null
        union all select 'attune-audit', record_key from audit.quarantine where settled_at is null
    ) q;

grant select on published.command, published.scored_participants, published.handled_alert_event,
    published.delivery_attempt, published.quarantined_episode
    to attune_operator;
