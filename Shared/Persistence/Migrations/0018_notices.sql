-- Messages that need not be sent, and messages that came back.

alter table notification.delivery drop constraint delivery_status_check;
alter table notification.delivery add constraint delivery_status_check check
    (status in ('pending', 'sending', 'delivered', 'failed', 'withdrawn', 'withheld'));
alter table notification.delivery
    -- The delivery that told the recipient of the alert before it; stays when the message is sent after all.
    add column withheld_for  uuid,
    -- When a report came that the message did not arrive although it had been taken over, and its status (RFC 3463).
    add column bounced_at    timestamptz,
    add column bounce_status text;
-- What is sent after all when the message that it leans on did not arrive.
create index delivery_withheld on notification.delivery (withheld_for) where status = 'withheld';
-- What a digest told of, when the digest comes back.
create index delivery_told_in on notification.delivery (told_in) where told_in is not null;

create or replace view published.delivery as
    select delivery_id, alert_id, episode_id, site, cause_event_id, kind, escalation_level, recipient, channel, status,
           attempts, next_attempt_at, created_at, finished_at, held_for, told_in, instead_of, withheld_for, bounced_at,
           bounce_status
    from notification.delivery;

create or replace view published.fhir_notification as
    select d.delivery_id, d.alert_id, d.site, d.kind, d.recipient, d.channel,
           case when d.status = 'pending' and d.held_for is not null then 'held'
                when d.bounced_at is not null then 'bounced' else d.status end as status,
           d.created_at, d.finished_at, d.changed_at, a.participant_id
    from notification.delivery d join alerting.alert a on a.alert_id = d.alert_id;
