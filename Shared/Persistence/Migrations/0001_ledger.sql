-- Roles, the ledger, its append function, and what ingestion keeps beside it.
--
-- One login role per service. A service writes only its own schema; the one way into the ledger is
-- ledger.append, and the one way to another service's data is a view in schema "published".

do $$
declare
    service text;
begin
    foreach service in array array['ingestion', 'scoring', 'alerting', 'notification', 'audit', 'operator']
    loop
        begin
            execute format('create role attune_%s login', service);
        exception
            -- Roles belong to the whole cluster: another database may have made them already.
            when duplicate_object or unique_violation then null;
        end;
    end loop;
end
$$;

create schema ledger;
create schema published;
grant usage on schema published
    to attune_ingestion, attune_scoring, attune_alerting, attune_notification, attune_audit, attune_operator;
grant usage on schema ledger to attune_ingestion, attune_alerting, attune_notification;

-- Categories: 1 episode, 2 alert, 3 notification, 4 access. With the backfill flag they make a lane:
-- the unit of position order and of the relay.
create table ledger.stream (
    category  smallint not null,
    stream_id uuid     not null,
    site      text     not null,
    version   bigint   not null,
    primary key (category, stream_id)
) with (fillfactor = 80);

create sequence ledger.event_position as bigint;

create table ledger.event (
    position    bigint      not null,
    category    smallint    not null,
    backfill    boolean     not null,
    event_id    uuid        not null unique,
    stream_id   uuid        not null,
    version     bigint      not null check (version > 0),
    site        text        not null,
    type        text        not null,
    recorded_at timestamptz not null,
    traceparent text,
    payload     bytea       not null,
    -- The lane comes first, and nothing else is indexed by position: the relay reads "the next rows of my lane",
    -- and with an index on position alone the planner would walk over the rows of the busy lanes instead.
    primary key (category, backfill, position),
    unique (category, stream_id, version)
) with (autovacuum_vacuum_insert_scale_factor = 0.02);

create function ledger.refuse_change() returns trigger
language plpgsql as $$
begin
    raise exception 'ledger.event is append-only: % refused', tg_op using errcode = 'integrity_constraint_violation';
end
$$;
create trigger event_append_only before update or delete on ledger.event
    for each row execute function ledger.refuse_change();
create trigger event_no_truncate before truncate on ledger.event
    for each statement execute function ledger.refuse_change();
-- Always: also where session_replication_role = replica would skip ordinary triggers.
alter table ledger.event enable always trigger event_append_only;
alter table ledger.event enable always trigger event_no_truncate;

-- Appends a batch to one lane. Versions continue each stream. Positions are drawn under the lane's
-- advisory lock, held until commit, so that position order is commit order and the relay can read
-- "position > cursor" without ever passing a row that is not visible yet.
-- Lock order everywhere: stream rows by id, then the lane.
create function ledger.append(
    p_category smallint, p_backfill boolean, p_event_ids uuid[], p_stream_ids uuid[], p_sites text[],
    p_types text[], p_traceparents text[], p_payloads bytea[]
) returns table (event_id uuid, event_position bigint, version bigint, recorded_at timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    now_here timestamptz;
    caller name := case current_setting('role') when 'none' then session_user else current_setting('role') end;
    writer name := case p_category when 1 then 'attune_ingestion' when 2 then 'attune_alerting'
                                   when 3 then 'attune_notification' end;
begin
    -- The function runs with its owner's rights, so it has to ask for itself whose events these are.
    -- Category 4, who read whose data, is written by every service that may append at all.
    if writer is not null and not pg_has_role(caller, writer, 'usage') then
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

    -- A wake-up only; the relay polls as well.
    perform pg_notify('attune_ledger', '');
end
$$;
revoke all on function ledger.append(smallint, boolean, uuid[], uuid[], text[], text[], text[], bytea[]) from public;
grant execute on function ledger.append(smallint, boolean, uuid[], uuid[], text[], text[], text[], bytea[])
    to attune_ingestion, attune_alerting, attune_notification;

-- Ingestion's own state, kept in step with the ledger in the same transaction: what a command is
-- checked against.
create table ledger.episode (
    episode_id   uuid     primary key,
    site         text     not null,
    service      text     not null,
    clinician    text     not null,
    opened_on    date     not null,
    closed_on    date,
    participants uuid[]   not null
) with (fillfactor = 80);

create table ledger.rating (
    site               text     not null,
    rating_id          uuid     not null,
    episode_id         uuid     not null,
    participant_id     uuid     not null,
    instrument         text     not null,
    instrument_version text     not null,
    withdrawn          boolean  not null default false,
    primary key (site, rating_id)
);

-- Every accepted command under the id its sender chose, so that a repeated one is answered with the
-- first result and the same id with other content is refused.
create table ledger.command (
    site        text        not null,
    command_id  uuid        not null,
    fingerprint bytea       not null,
    event_id    uuid        not null,
    episode_id  uuid        not null,
    version     bigint      not null,
    recorded_at timestamptz not null,
    primary key (site, command_id)
);

-- One row per lane: how far the relay has got, and who relays. The term rises with every new owner,
-- and moving the cursor is conditional on it, so that a stalled former owner changes nothing.
create table ledger.lane (
    category    smallint    not null,
    backfill    boolean     not null,
    cluster_id  text,
    cursor      bigint      not null default 0,
    owner       text,
    term        bigint      not null default 0,
    lease_until timestamptz,
    primary key (category, backfill)
) with (fillfactor = 50);
insert into ledger.lane (category, backfill)
values (1, false), (1, true), (2, false), (3, false), (4, false);

grant select, insert, update on ledger.episode, ledger.rating, ledger.command, ledger.lane to attune_ingestion;
grant select on ledger.stream, ledger.event to attune_ingestion;
-- To lock the streams that a batch of commands is about, before it decides.
grant insert, update on ledger.stream to attune_ingestion;
-- To publish again from an earlier position.
grant usage on schema ledger to attune_operator;
grant select on ledger.lane to attune_operator;
grant update (cluster_id, cursor) on ledger.lane to attune_operator;

create view published.event as
    select position, category, backfill, event_id, stream_id, version, site, type, recorded_at, traceparent, payload
    from ledger.event;
create view published.episode as
    select episode_id, site, service, clinician, opened_on, closed_on, participants from ledger.episode;
create view published.lane as
    select l.category, l.backfill, l.cluster_id, l.cursor, l.owner, l.term, l.lease_until,
           (select coalesce(max(e.position), 0) from ledger.event e
            where e.category = l.category and e.backfill = l.backfill) as head
    from ledger.lane l;
grant select on published.event, published.episode, published.lane
    to attune_ingestion, attune_scoring, attune_alerting, attune_notification, attune_audit, attune_operator;
