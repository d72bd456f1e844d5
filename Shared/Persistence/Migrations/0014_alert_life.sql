-- The whole life of an alert: who opened it, who answers for it, its review, who was told, what came of it.

alter table alerting.alert
    -- How soon people want to hear of it: AlertUrgency in words; null where its event does not tell.
    add column urgency        text check (urgency in ('now', 'within_hours', 'digest')),
    -- By when somebody was to answer at first; due_at moves with every escalation.
    add column first_due_at   timestamptz,
    -- Who was told last by being passed on: AlertAudience in words.
    add column audience       text check (audience in ('clinician', 'supervisor', 'duty_desk')),
    -- Nobody is left to be told.
    add column ladder_ended   boolean not null default false,
    add column opened_by      text,
    add column opened_at      timestamptz,
    -- How often it was given to another clinician.
    add column assignments    int     not null default 0,
    -- Entries in its support review, and when that was finished. What they say is in the ledger.
    add column review_entries int     not null default 0,
    add column reviewed_at    timestamptz,
    -- The site's own reason for which it was closed.
    add column closed_reason  text;
-- What was due at first is known only of alerts that were never passed on; `attune rebuild alerting` knows it of all.
update alerting.alert set first_due_at = due_at;
alter table alerting.alert
    alter column first_due_at set not null,
    drop constraint alert_status_check,
    add constraint alert_status_check check
        (status in ('raised', 'opened', 'acknowledged', 'in_review', 'resolved', 'superseded', 'withdrawn'));

drop index alerting.alert_open;
create unique index alert_open on alerting.alert (episode_id, kind)
    where status in ('raised', 'opened', 'acknowledged', 'in_review');
-- The schedule of escalations.
drop index alerting.alert_due;
create index alert_due on alerting.alert (due_at) where status in ('raised', 'opened') and not ladder_ended;
-- What is overdue at a site, longest first; and whose alerts are open.
create index alert_overdue on alerting.alert (site, first_due_at) where status in ('raised', 'opened');
create index alert_owner on alerting.alert (site, clinician, alert_id)
    where status in ('raised', 'opened', 'acknowledged', 'in_review');
-- What was seen to and not closed.
create index alert_unresolved on alerting.alert (site, raised_at) where status in ('acknowledged', 'in_review');

create or replace view published.alert as
    select alert_id, episode_id, site, kind, status, rule, rating_id, participant_id, instrument, clinician,
           cause_event_id, raised_at, due_at, escalation_level, acknowledged_by, acknowledged_at, closed_by,
           closed_at, closed_as, urgency, first_due_at, audience, ladder_ended, opened_by, opened_at, assignments,
           review_entries, reviewed_at, closed_reason
    from alerting.alert;

-- Who was told of an alert, and when: shown with it.
create index delivery_of_alert on notification.delivery (alert_id);

-- The table beside has the same columns, and is folded from the beginning.
drop table rebuild.alert;
create unlogged table rebuild.alert (like alerting.alert including all);
grant select, insert, update, delete, truncate on rebuild.alert to attune_rebuild;
truncate rebuild.alert_stream;
delete from rebuild.progress where projection = 'alerts';
