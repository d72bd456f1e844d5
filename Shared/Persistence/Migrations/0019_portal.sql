-- Portal: what it may read, and its own sessions. Row-level security isolates: whatever the portal's role reads of clients
-- passes the policies below, which go by settings of the transaction. Without them there is nothing to see.
--
--   attune.sites         names of sites, separated by commas
--   attune.episodes      ids of episodes, separated by commas; empty for all of the sites
--   attune.participants  ids of raters, separated by commas; empty for all of the episodes

do $$
begin
    -- It takes other roles' rights only where it says so: `attune_portal` itself reads.
    create role attune_portal login noinherit;
exception
    when duplicate_object or unique_violation then null;
end
$$;

-- Expressions that the planner can put into an index condition: each is a constant within a statement.
create function published.scope_sites() returns text[]
language sql stable parallel safe
return string_to_array(coalesce(current_setting('attune.sites', true), ''), ',');
create function published.scope_episodes() returns uuid[]
language sql stable parallel safe
return string_to_array(nullif(current_setting('attune.episodes', true), ''), ',')::uuid[];
create function published.scope_participants() returns uuid[]
language sql stable parallel safe
return string_to_array(nullif(current_setting('attune.participants', true), ''), ',')::uuid[];

-- Everybody who has rights to a table keeps them; the portal is bound on top of its own.
do $$
declare
    bound record;
begin
    for bound in
        select * from (values
            ('ledger.episode', 'episode_id', null), ('ledger.event', 'stream_id', null),
            ('scoring.trajectory', 'episode_id', 'participant_id'), ('alerting.alert', 'episode_id', null),
            ('notification.delivery', 'episode_id', null), ('audit.leaf', 'episode_id', null)
        ) as t (name, episode, participant)
    loop
        execute format('alter table %s enable row level security', bound.name);
        execute format('create policy by_grant on %s to public using (true) with check (true)', bound.name);
        execute format(
            'create policy portal_scope on %s as restrictive for select to attune_portal using ('
            'site = any (published.scope_sites())'
            ' and (published.scope_episodes() is null or %I = any (published.scope_episodes()))%s)',
            bound.name, bound.episode,
            case when bound.participant is null then ''
                 else format(
                     ' and (published.scope_participants() is null or %I = any (published.scope_participants()))',
                     bound.participant)
            end);
    end loop;
end
$$;

create view published.portal_episode with (security_invoker = true) as
    select episode_id, site, service, clinician, opened_on, closed_on, participants from ledger.episode;
create view published.portal_event with (security_invoker = true) as
    select category, event_id, stream_id, version, site, type, recorded_at, payload from ledger.event;
create view published.portal_course with (security_invoker = true) as
    select episode_id, participant_id, instrument, instrument_version, site, point_count, state, version, body
    from scoring.trajectory;
create view published.portal_alert with (security_invoker = true) as
    select alert_id, episode_id, site, kind, status, rule, rating_id, session_id, participant_id, instrument, clinician,
           cause_event_id, raised_at, due_at, first_due_at, escalation_level, urgency, opened_by, opened_at,
           acknowledged_by, acknowledged_at, review_entries, reviewed_at, followed_up_at, closed_by, closed_at, closed_as,
           closed_reason, changed_at
    from alerting.alert;
create view published.portal_delivery with (security_invoker = true) as
    select delivery_id, alert_id, episode_id, site, kind, recipient, channel, status, created_at, finished_at
    from notification.delivery;
create view published.portal_leaf with (security_invoker = true) as
    select leaf_index, event_id, topic, type, episode_id, sequence, site, event_time, source, payload_digest
    from audit.leaf;

grant usage on schema published to attune_portal;
grant select on published.portal_episode, published.portal_event, published.portal_course, published.portal_alert,
    published.portal_delivery, published.portal_leaf to attune_portal;
grant select on ledger.episode, ledger.event, scoring.trajectory, alerting.alert, notification.delivery, audit.leaf
    to attune_portal;
-- No client data in these.
grant select on published.directory_site, published.directory_team, published.directory_person,
    published.audit_tile, published.audit_tree, published.audit_checkpoint, published.lane,
    published.consumer_position, published.quarantine, published.round, published.open_circuit to attune_portal;

-- Every look is an event; the function keeps the portal to the category of accesses.
grant usage on schema ledger to attune_portal;
grant execute on function ledger.append(smallint, boolean, uuid[], uuid[], text[], text[], text[], bytea[])
    to attune_portal;

-- Where an episode is, for somebody who asked for another site's: the refusal is written down there.
create function published.site_of_episode(episode uuid) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp
return (select e.site from ledger.episode e where e.episode_id = episode);
revoke all on function published.site_of_episode(uuid) from public;
grant execute on function published.site_of_episode(uuid) to attune_portal;

create function published.episode_of_alert(alert uuid) returns uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
return (select a.episode_id from alerting.alert a where a.alert_id = alert);
revoke all on function published.episode_of_alert(uuid) from public;
grant execute on function published.episode_of_alert(uuid) to attune_portal;

-- When something last happened to an alert of a site, whoever's: tells open pages to look again, and nothing else.
create function published.alerts_changed(of_site text) returns timestamptz
language sql stable security definer set search_path = pg_catalog, pg_temp
return (select max(a.changed_at) from alerting.alert a where a.site = of_site);
revoke all on function published.alerts_changed(text) from public;
grant execute on function published.alerts_changed(text) to attune_portal;

-- The names of all sites that have episodes, one index look-up each: what "all sites" means to the policies.
create index episode_site on ledger.episode (site, opened_on);
create function published.sites() returns setof text
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
    with recursive sites as (
        (select e.site from ledger.episode e order by e.site limit 1)
        union all
        select (select e.site from ledger.episode e where e.site > s.site order by e.site limit 1)
        from sites s where s.site is not null
    )
    select s.site from sites s where s.site is not null;
end;
revoke all on function published.sites() from public;
grant execute on function published.sites() to attune_portal;

-- A clinician's caseload. Not by site first: the daily round of a site's episodes, in their order, has an index of its own.
create index episode_clinician on ledger.episode (clinician, episode_id) where closed_on is null;

create schema portal;
grant usage on schema portal to attune_portal;

-- Who is signed in. The cookie has the id; here is only its hash.
create table portal.session (
    id_hash        bytea       primary key check (octet_length(id_hash) = 32),
    subject        text        not null,
    roles          text[]      not null,
    -- Null for all sites.
    sites          text[],
    -- Of a client: whose ratings, in which episode.
    participant_id uuid,
    episode_id     uuid,
    language       text,
    started_at     timestamptz not null default now(),
    seen_at        timestamptz not null default now(),
    ends_at        timestamptz not null
) with (fillfactor = 70);
create index session_end on portal.session (ends_at);

-- A link or a code that opens a check-in once.
create table portal.invitation (
    invitation_id  uuid        primary key,
    -- Of a kiosk code; links are known by their id and carry a signature.
    code_hash      bytea       unique check (octet_length(code_hash) = 32),
    site           text        not null,
    episode_id     uuid        not null,
    participant_id uuid        not null,
    session_number int         not null check (session_number > 0),
    language       text        not null,
    made_by        text        not null,
    made_at        timestamptz not null default now(),
    ends_at        timestamptz not null,
    used_at        timestamptz
) with (fillfactor = 80);
create index invitation_end on portal.invitation (ends_at);

grant select, insert, update, delete on portal.session, portal.invitation to attune_portal;
