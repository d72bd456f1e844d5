-- What an episode lacks: alerts that are about a session, or about a rating that nobody has talked about; the daily round
-- that finds them; and the rating that follows a support review.

alter table alerting.alert
    -- An alert about a session that was not measured has no rating.
    alter column rating_id  drop not null,
    alter column instrument drop not null,
    add column session_id     uuid,
    -- When the first rating after the review came.
    add column followed_up_at timestamptz;
-- Reviews that wait for the next rating.
create index alert_reviewed on alerting.alert (episode_id)
    where reviewed_at is not null and followed_up_at is null and status <> 'withdrawn';

-- How far each site's round of today has come. Whoever works on a page holds the row; a page's alerts and this row are one
-- transaction.
create table alerting.round (
    site       text    primary key,
    -- The site's day.
    day        date    not null,
    -- The last episode that was looked at; null before the first.
    after      uuid,
    finished   boolean not null default false,
    -- Of this day's round.
    looked_at  int     not null default 0,
    raised     int     not null default 0,
    superseded int     not null default 0,
    -- Episodes that cannot be scored with the catalogue at hand.
    passed_over int    not null default 0
) with (fillfactor = 50);
grant select, insert, update on alerting.round to attune_alerting;
create view published.round as
    select site, day, finished, looked_at, raised, superseded, passed_over from alerting.round;
grant select on published.round to attune_operator;

-- A site's open episodes, in the order of a round, and the sites that have any.
create index episode_open on ledger.episode (site, episode_id) where closed_on is null;

create or replace view published.alert as
    select alert_id, episode_id, site, kind, status, rule, rating_id, participant_id, instrument, clinician,
           cause_event_id, raised_at, due_at, escalation_level, acknowledged_by, acknowledged_at, closed_by,
           closed_at, closed_as, urgency, first_due_at, audience, ladder_ended, opened_by, opened_at, assignments,
           review_entries, reviewed_at, closed_reason, session_id, followed_up_at
    from alerting.alert;

-- The table beside has the same columns, and is folded from the beginning.
drop table rebuild.alert;
create unlogged table rebuild.alert (like alerting.alert including all);
grant select, insert, update, delete, truncate on rebuild.alert to attune_rebuild;
truncate rebuild.alert_stream;
delete from rebuild.progress where projection = 'alerts';
