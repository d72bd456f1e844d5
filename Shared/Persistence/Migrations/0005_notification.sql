-- Notification: what is to be sent to whom, and what became of each attempt.

-- The alert events that have been turned into deliveries. One that comes again, also after a change of
-- the routes, is recognised here and notifies nobody a second time.
create table notification.handled_event (
    event_id   uuid        primary key,
    handled_at timestamptz not null default now()
);

create table notification.delivery (
    -- Follows from the alert event, the recipient and the channel, so that a repeated event adds nothing.
    delivery_id     uuid        primary key,
    alert_id        uuid        not null,
    episode_id      uuid        not null,
    site            text        not null,
    cause_event_id  uuid        not null,
    kind            smallint    not null,
    -- 1 is the most urgent: sent first, whatever else waits.
    urgency         smallint    not null,
    -- 0 for the alert itself.
    escalation_level int        not null,
    -- By when somebody must answer the alert.
    due_at          timestamptz not null,
    recipient       text        not null,
    channel         text        not null check (channel in ('email', 'webhook')),
    traceparent     text,
    -- Withdrawn: the alert no longer stood before the first attempt.
    status          text        not null check (status in ('pending', 'sending', 'delivered', 'failed', 'withdrawn')),
    -- Attempts begun.
    attempts        int         not null default 0,
    -- While it is being sent: when the attempt counts as cut off.
    next_attempt_at timestamptz not null,
    created_at      timestamptz not null,
    finished_at     timestamptz
) with (fillfactor = 70);
create index delivery_due on notification.delivery (urgency, next_attempt_at) where status in ('pending', 'sending');
create index delivery_alert on notification.delivery (alert_id) where status = 'pending';

create table notification.attempt (
    delivery_id uuid        not null,
    attempt     int         not null,
    started_at  timestamptz not null,
    ended_at    timestamptz,
    -- The receiver's SMTP or HTTP code; null where none came.
    reply       int,
    -- 'delivered', 'transient', 'permanent', or 'unknown' where the process ended in between.
    outcome     text check (outcome in ('delivered', 'transient', 'permanent', 'unknown')),
    reason      text,
    primary key (delivery_id, attempt)
);

grant select, insert on notification.handled_event to attune_notification;
grant select, insert, update on notification.delivery, notification.attempt to attune_notification;

create view published.delivery as
    select delivery_id, alert_id, episode_id, site, cause_event_id, kind, escalation_level, recipient, channel, status,
           attempts, next_attempt_at, created_at, finished_at
    from notification.delivery;
grant select on published.delivery to attune_alerting, attune_audit, attune_operator;
