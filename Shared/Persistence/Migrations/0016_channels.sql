-- Further ways to tell people: an inbox, a second channel, digests; and what is known of whether ways work.

alter table notification.delivery drop constraint delivery_channel_check;
alter table notification.delivery add constraint delivery_channel_check check (channel in ('email', 'webhook', 'inbox'));
alter table notification.delivery
    -- Why it waits although nothing failed: 'quiet', 'limit' or 'digest'; null: it does not.
    add column held_for text check (held_for in ('quiet', 'limit', 'digest')),
    -- The message that told of it; the same for all that a digest gathered.
    add column told_in uuid,
    -- The delivery that was given up, where this one takes its place.
    add column instead_of uuid;
-- What a recipient was told lately, and is being told.
create index delivery_told on notification.delivery (recipient, channel, status, finished_at)
    where status in ('sending', 'delivered');
-- What waits for a recipient, to be gathered.
create index delivery_gathered on notification.delivery (recipient, channel, next_attempt_at) where status = 'pending';

-- Name, language and hash of the text that the receiver took over.
alter table notification.attempt add column template text;

-- Recipients that could not be reached for good. Gone again with the next message that they take.
create table notification.failing_contact (
    recipient     text        not null,
    channel       text        not null,
    failing_since timestamptz not null,
    failures      int         not null,
    reply         int,
    reason        text        not null,
    primary key (recipient, channel)
);

-- Circuits that are not closed: receivers that do not answer, by name, never by address.
create table notification.open_circuit (
    endpoint   text        primary key,
    open_since timestamptz not null,
    failures   int         not null
);

-- Messages of the inbox, for whoever signs in under the subject.
create table notification.inbox (
    delivery_id  uuid        primary key,
    subject      text        not null,
    site         text        not null,
    alert_id     uuid        not null,
    urgency      smallint    not null,
    is_overdue   boolean     not null,
    due_at       timestamptz not null,
    created_at   timestamptz not null default now(),
    read_at      timestamptz
) with (fillfactor = 80);
create index inbox_subject on notification.inbox (subject, created_at desc, delivery_id desc);

grant select, insert, update, delete on notification.failing_contact, notification.open_circuit to attune_notification;
grant select, insert, update on notification.inbox to attune_notification;

create or replace view published.delivery as
    select delivery_id, alert_id, episode_id, site, cause_event_id, kind, escalation_level, recipient, channel, status,
           attempts, next_attempt_at, created_at, finished_at, held_for, told_in, instead_of
    from notification.delivery;
create or replace view published.delivery_attempt as
    select delivery_id, attempt, started_at, ended_at, reply, outcome, reason, template from notification.attempt;
create view published.failing_contact as select * from notification.failing_contact;
create view published.open_circuit as select * from notification.open_circuit;
create view published.inbox as select * from notification.inbox;
grant select on published.failing_contact, published.open_circuit, published.inbox to attune_operator, attune_audit;

-- What waits for its time is told apart from what is about to be sent.
create or replace view published.fhir_notification as
    select d.delivery_id, d.alert_id, d.site, d.kind, d.recipient, d.channel,
           case when d.status = 'pending' and d.held_for is not null then 'held' else d.status end as status,
           d.created_at, d.finished_at, d.changed_at, a.participant_id
    from notification.delivery d join alerting.alert a on a.alert_id = d.alert_id;
