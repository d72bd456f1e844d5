-- The ledger's events in parts of 100 million positions. Old parts do not change any more: they are vacuumed and copied for
-- backup once, can lie on cheaper disks, and the indexes that grow are those of the newest part, which fit into memory.
--
-- By position, because what stood there before becomes the first part without being copied. So ids and versions are unique
-- within a part by index; across parts versions follow from the row of the stream, and ids are asked for by ledger.append.

lock table published.event, published.lane, published.portal_event in access exclusive mode;

-- No constraint or trigger may have the name of one that a part takes from the whole.
alter table ledger.event rename to event_0;
alter table ledger.event_0 rename constraint event_pkey to event_0_pkey;
alter table ledger.event_0 rename constraint event_event_id_key to event_0_event_id_key;
alter table ledger.event_0 rename constraint event_category_stream_id_version_key to event_0_category_stream_id_version_key;
alter index ledger.event_noticed rename to event_0_noticed;
drop trigger event_append_only on ledger.event_0;

create table ledger.event (
    position    bigint      not null,
    category    smallint    not null,
    backfill    boolean     not null,
    event_id    uuid        not null,
    stream_id   uuid        not null,
    version     bigint      not null constraint event_version_check check (version > 0),
    site        text        not null,
    type        text        not null,
    recorded_at timestamptz not null,
    traceparent text,
    payload     bytea       not null,
    primary key (category, backfill, position)
) partition by range (position);
create index event_noticed on ledger.event (site, position) where type in (
    'attune.access.view-refused.v1', 'attune.access.alert-answer-refused.v1', 'attune.evidence.exported.v1');

create trigger event_append_only before update or delete on ledger.event
    for each row execute function ledger.refuse_change();
create trigger event_no_truncate before truncate on ledger.event
    for each statement execute function ledger.refuse_change();
alter table ledger.event enable always trigger event_append_only;
alter table ledger.event enable always trigger event_no_truncate;

-- Which parts there are: the first position of each, and the first behind it.
create table ledger.event_part (
    from_position  bigint primary key,
    until_position bigint not null unique check (until_position > from_position)
);

-- Takes a table in that has all columns, indexes and checks already.
create function ledger.attach_event_part(part text, from_position bigint, until_position bigint) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    execute format('alter table ledger.event attach partition ledger.%I for values from (%s) to (%s)', part,
                   case when from_position = 0 then 'minvalue' else from_position::text end, until_position);
    execute format('alter table ledger.%I enable always trigger event_append_only', part);
    -- Whoever may read events reads ledger.event, under its policies.
    execute format('alter table ledger.%I enable row level security', part);
    insert into ledger.event_part values (from_position, until_position);
end
$$;
revoke all on function ledger.attach_event_part(text, bigint, bigint) from public;

do $$
declare
    bound text;
begin
    select substring(pg_get_constraintdef(oid) from '\d+') into strict bound
    from pg_constraint where conrelid = 'ledger.event_0'::regclass and conname = 'event_first_part';
    perform ledger.attach_event_part('event_0', 0, bound::bigint);
end
$$;
-- The part's bound says it now.
alter table ledger.event_0 drop constraint event_first_part;

-- Makes parts until two stand empty ahead, and returns how many positions have a part yet. Neither readers nor writers
-- wait for it: a part is made for itself and then taken in.
create function ledger.extend_events() returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    part_size constant bigint := 100000000;
    ahead     constant int := 2;
    drawn     bigint;
    top       bigint;
    part      text;
begin
    perform pg_advisory_xact_lock(4177, 1000);
    select last_value into drawn from ledger.event_position;
    select max(until_position) into top from ledger.event_part;
    while top - drawn < ahead * part_size loop
        part := 'event_' || top / part_size;
        execute format(
            'create table ledger.%I (like ledger.event including constraints)'
            ' with (autovacuum_vacuum_insert_scale_factor = 0.02)', part);
        execute format(
            'alter table ledger.%I add primary key (category, backfill, position), add unique (event_id),'
            ' add unique (category, stream_id, version)', part);
        execute format(
            'create trigger event_no_truncate before truncate on ledger.%I'
            ' for each statement execute function ledger.refuse_change()', part);
        execute format('alter table ledger.%I enable always trigger event_no_truncate', part);
        perform ledger.attach_event_part(part, top, top + part_size);
        top := top + part_size;
    end loop;
    return top - drawn;
end
$$;
revoke all on function ledger.extend_events() from public;
grant execute on function ledger.extend_events() to attune_ingestion;

select ledger.extend_events();

-- As before, but for the last question.
create or replace function ledger.append(
    p_category smallint, p_backfill boolean, p_event_ids uuid[], p_stream_ids uuid[], p_sites text[],
    p_types text[], p_traceparents text[], p_payloads bytea[]
) returns table (event_id uuid, event_position bigint, version bigint, recorded_at timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    now_here timestamptz;
    caller name := case current_setting('role') when 'none' then session_user else current_setting('role') end;
    writers name[] := case p_category when 1 then array['attune_ingestion', 'attune_intake']
                                      when 2 then array['attune_alerting', 'attune_alert_answers']
                                      when 3 then array['attune_notification'] end;
begin
    -- The function runs with its owner's rights, so it has to ask for itself whose events these are.
    -- Category 4, who read whose data, is written by every service that may append at all.
    if writers is not null
       and not exists (select from unnest(writers) as w (name) where pg_has_role(caller, w.name, 'usage'))
    then
        raise exception 'category % is not for %', p_category, caller using errcode = 'insufficient_privilege';
    end if;
    -- Nobody would ever relay what stands in a lane that does not exist.
    if not exists (select from ledger.lane l where l.category = p_category and l.backfill = p_backfill) then
        raise exception 'there is no lane for category %, backfill %', p_category, p_backfill
            using errcode = 'check_violation';
    end if;

    insert into ledger.stream as s (category, stream_id, site, version)
    select p_category, e.stream_id, min(e.site), count(*)
    from unnest(p_stream_ids, p_sites) as e (stream_id, site)
    group by e.stream_id
    order by e.stream_id
    on conflict on constraint stream_pkey do update set version = s.version + excluded.version;

    perform pg_advisory_xact_lock(4177, p_category * 2 + p_backfill::int);
    now_here := clock_timestamp();

    return query
    with batch as (
        select b.*, row_number() over (partition by b.stream_id order by b.ord) as nth,
               count(*) over (partition by b.stream_id) as of_stream
        from unnest(p_event_ids, p_stream_ids, p_sites, p_types, p_traceparents, p_payloads)
             with ordinality as b (event_id, stream_id, site, type, traceparent, payload, ord)
    ), ordered as (
        select b.*, s.version - b.of_stream + b.nth as next_version
        from batch b join ledger.stream s on s.category = p_category and s.stream_id = b.stream_id
        order by b.ord
    )
    insert into ledger.event as e
        (position, category, backfill, event_id, stream_id, version, site, type, recorded_at, traceparent, payload)
    select nextval('ledger.event_position'), p_category, p_backfill, o.event_id, o.stream_id, o.next_version,
           o.site, o.type, now_here, o.traceparent, o.payload
    from ordered o
    returning e.event_id, e.position, e.version, e.recorded_at;

    -- Nobody else appends to this lane now, so whatever has one of the ids in another part can be seen.
    if currval('ledger.event_position') >= (select min(p.until_position) from ledger.event_part p)
       and (select count(*) from ledger.event e where e.event_id = any (p_event_ids)) > cardinality(p_event_ids)
    then
        raise exception 'an event of these is in the ledger already'
            using errcode = 'unique_violation', constraint = 'event_event_id';
    end if;

    -- A wake-up only; the relay polls as well.
    perform pg_notify('attune_ledger', '');
end
$$;

-- What read the table reads its parts now. Rights and policies as they were.
revoke all on ledger.event_0 from attune_ingestion, attune_portal, attune_reader, attune_alert_answers;
drop policy by_grant on ledger.event_0;
drop policy portal_scope on ledger.event_0;
drop policy reader_scope on ledger.event_0;
drop policy answers_scope on ledger.event_0;
alter table ledger.event enable row level security;
create policy by_grant on ledger.event to public using (true) with check (true);
create policy portal_scope on ledger.event as restrictive for select to attune_portal using (
    site = any (published.scope_sites())
    and (published.scope_episodes() is null or stream_id = any (published.scope_episodes())));
create policy reader_scope on ledger.event as restrictive for select to attune_reader using (
    site = any (published.scope_sites()));
create policy answers_scope on ledger.event as restrictive for select to attune_alert_answers using (
    site = any (published.scope_sites()));
grant select on ledger.event to attune_ingestion, attune_portal, attune_reader, attune_alert_answers;

create or replace view published.event as
    select position, category, backfill, event_id, stream_id, version, site, type, recorded_at, traceparent, payload
    from ledger.event;
create or replace view published.lane as
    select l.category, l.backfill, l.cluster_id, l.cursor, l.owner, l.term, l.lease_until,
           coalesce((select e.position from ledger.event e where e.category = l.category and e.backfill = l.backfill
                     order by e.position desc limit 1), 0) as head
    from ledger.lane l;
create or replace view published.portal_event with (security_invoker = true) as
    select category, event_id, stream_id, version, site, type, recorded_at, payload, position, backfill, traceparent
    from ledger.event;
create or replace function published.events_behind(lane_category smallint, lane_backfill boolean, behind bigint, most int)
returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
    select count(*) from (
        select e.position from ledger.event e
        where e.category = lane_category and e.backfill = lane_backfill and e.position > behind
        order by e.position limit most) waiting;
end;
create or replace function published.episode_of_event(event uuid) returns uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
return (select e.stream_id from ledger.event e where e.event_id = event);
create or replace function published.site_of_reflection_share(share uuid) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp
return (select e.site from ledger.event e
        where e.category = 4 and e.stream_id = share and e.version = 1
          and e.type = 'attune.access.reflection-shared.v1');
