-- A client's scope narrows alerts as it narrows courses: a partner's are not theirs to see. Those of no rater in
-- particular, such as a missed session, concern the whole episode.
create policy portal_rater on alerting.alert as restrictive for select to attune_portal using (
    published.scope_participants() is null or participant_id is null
    or participant_id = any (published.scope_participants()));

-- Whose episode an event belongs to, for somebody who asked for another site's: the refusal is written down there.
create function published.episode_of_event(event uuid) returns uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
return (select e.stream_id from ledger.event e where e.event_id = event);
revoke all on function published.episode_of_event(uuid) from public;
grant execute on function published.episode_of_event(uuid) to attune_portal;
