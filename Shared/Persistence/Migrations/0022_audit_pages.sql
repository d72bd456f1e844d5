-- What the portal's pages for auditors and operators read. Client data stays under the policies of migration 0019.

-- The whole of an event, as a bundle of evidence needs it.
create or replace view published.portal_event with (security_invoker = true) as
    select category, event_id, stream_id, version, site, type, recorded_at, payload, position, backfill, traceparent
    from ledger.event;

-- Attempts to see or to answer what somebody may not, and exports of evidence, newest first within a site.
create index event_noticed on ledger.event (site, position) where type in (
    'attune.access.view-refused.v1', 'attune.access.alert-answer-refused.v1', 'attune.evidence.exported.v1');

-- Pages tell episodes apart by the last six digits of their ids.
create index episode_code on ledger.episode (site, right(episode_id::text, 6));

-- A function, because the planner may not use an index on an expression of a row that a policy has not let through yet.
-- It gives ids alone; what they stand for is read under the policies.
create function published.episodes_by_code(wanted_site text, code text) returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
    select e.episode_id from ledger.episode e
    where e.site = wanted_site and right(e.episode_id::text, 6) = code order by e.episode_id limit 20;
end;
revoke all on function published.episodes_by_code(text, text) from public;
grant execute on function published.episodes_by_code(text, text) to attune_portal;

-- How many events of a lane stand behind a position, counted up to a limit: for lag and throughput. Positions are shared
-- by all lanes, so that their difference says nothing.
create function published.events_behind(lane_category smallint, lane_backfill boolean, behind bigint, most int)
returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
    select count(*) from (
        select e.position from ledger.event e
        where e.category = lane_category and e.backfill = lane_backfill and e.position > behind
        order by e.position limit most) waiting;
end;
revoke all on function published.events_behind(smallint, boolean, bigint, int) from public;
grant execute on function published.events_behind(smallint, boolean, bigint, int) to attune_portal;
