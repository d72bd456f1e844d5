-- Alerting: what speaks on each course, and the state of every alert. The history of an alert is in
-- the ledger; this is its newest state.

create table alerting.course (
    episode_id         uuid     not null,
    participant_id     uuid     not null,
    instrument         text     not null,
    instrument_version text     not null,
    -- Version of the episode event behind the last trajectory event applied: an older one is a duplicate.
    version            bigint   not null,
    -- Protobuf StandingSignals: what spoke after that event.
    signals            bytea    not null,
    primary key (episode_id, participant_id, instrument, instrument_version)
) with (fillfactor = 70);

create table alerting.alert (
    alert_id         uuid        primary key,
    episode_id       uuid        not null,
    site             text        not null,
    -- Number of SignalKind in trajectories.proto.
    kind             smallint    not null,
    status           text        not null check (status in ('raised', 'acknowledged', 'resolved', 'superseded')),
    rule             text        not null,
    rating_id        uuid        not null,
    participant_id   uuid        not null,
    instrument       text        not null,
    clinician        text        not null,
    cause_event_id   uuid        not null,
    traceparent      text,
    raised_at        timestamptz not null,
    due_at           timestamptz not null,
    escalation_level int         not null default 0,
    acknowledged_by  text,
    acknowledged_at  timestamptz,
    closed_by        text,
    closed_at        timestamptz,
    -- AlertOutcome or SupersededReason in words.
    closed_as        text
) with (fillfactor = 80);
-- One open alert per episode and kind.
create unique index alert_open on alerting.alert (episode_id, kind) where status in ('raised', 'acknowledged');
-- The list of a site, newest first; and what is overdue.
create index alert_site on alerting.alert (site, raised_at desc);
create index alert_due on alerting.alert (due_at) where status = 'raised';

grant select, insert, update on alerting.course, alerting.alert to attune_alerting;

create view published.alert as
    select alert_id, episode_id, site, kind, status, rule, rating_id, participant_id, instrument, clinician,
           cause_event_id, raised_at, due_at, escalation_level, acknowledged_by, acknowledged_at, closed_by,
           closed_at, closed_as
    from alerting.alert;
create view published.alerted_course as
    select episode_id, participant_id, instrument, instrument_version, version from alerting.course;
grant select on published.alert, published.alerted_course to attune_notification, attune_audit, attune_operator;
