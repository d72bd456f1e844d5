-- Supervision: fidelity of a month, and pages of their own figures that clinicians share.

-- The episodes that were under way in a month: with index episode_open, those that closed since.
create index episode_closed on ledger.episode (site, closed_on) where closed_on is not null;

-- Who asks and as what, beside what they may see (migration 0019).
--
--   attune.subject  the id of the person
--   attune.roles    names of roles, separated by commas
create function published.scope_subject() returns text
language sql stable parallel safe
return nullif(current_setting('attune.subject', true), '');
create function published.scope_roles() returns text[]
language sql stable parallel safe
return string_to_array(coalesce(current_setting('attune.roles', true), ''), ',');

-- The newest time for which a clinician shares the page of their own figures at a site, kept in step with the ledger by
-- whoever records it there. Earlier ones stand in the ledger alone.
create table ledger.reflection_share (
    site      text        not null,
    clinician text        not null,
    -- Of the newest; the stream of its events.
    share_id  uuid        not null unique,
    -- The role of those who may look.
    audience  text        not null,
    shared_at timestamptz not null,
    ends_at   timestamptz not null,
    -- When the clinician took it back; null where they have not.
    ended_at  timestamptz,
    primary key (site, clinician),
    check (ends_at > shared_at and ends_at <= shared_at + interval '91 days')
) with (fillfactor = 80);

grant select, insert on ledger.reflection_share to attune_intake;
grant update (share_id, audience, shared_at, ends_at, ended_at) on ledger.reflection_share to attune_intake;

-- The clinician sees their own; those of the role at the site see it as long as it lasts; to all others it is not there.
alter table ledger.reflection_share enable row level security;
create policy by_grant on ledger.reflection_share to public using (true) with check (true);
create policy portal_scope on ledger.reflection_share as restrictive for select to attune_portal using (
    site = any (published.scope_sites())
    and (clinician = published.scope_subject() and 'clinician' = any (published.scope_roles())
         or audience = any (published.scope_roles()) and ended_at is null and ends_at > now()));

create view published.portal_reflection_share with (security_invoker = true) as
    select share_id, site, clinician, audience, shared_at, ends_at, ended_at from ledger.reflection_share;
grant select on published.portal_reflection_share, ledger.reflection_share to attune_portal;

-- Where a page was shared, ever: a refusal to show it is written down there.
create function published.site_of_reflection_share(share uuid) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp
return (select e.site from ledger.event e
        where e.category = 4 and e.stream_id = share and e.version = 1
          and e.type = 'attune.access.reflection-shared.v1');
revoke all on function published.site_of_reflection_share(uuid) from public;
grant execute on function published.site_of_reflection_share(uuid) to attune_portal;

-- Who is in which team, whether they still work there or not.
create index person_of_team on directory.person (site) where team is not null;
