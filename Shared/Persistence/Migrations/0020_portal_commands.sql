-- What a program that is no service of its own schema may record and answer: the portal takes one of these roles for
-- its connections that write, and has none of their rights elsewhere.

do $$
begin
    -- Roles belong to the whole cluster: another database may have made them already, or be about to.
    for attempt in 1..50 loop
        begin
            if not exists (select from pg_roles where rolname = 'attune_intake') then
                create role attune_intake nologin;
            end if;
            if not exists (select from pg_roles where rolname = 'attune_alert_answers') then
                create role attune_alert_answers nologin;
            end if;
            if not exists (select from pg_roles where rolname = 'attune_portal') then
                create role attune_portal login noinherit;
            elsif exists (select from pg_roles where rolname = 'attune_portal' and rolinherit) then
                alter role attune_portal noinherit;
            end if;
            if not pg_has_role('attune_portal', 'attune_intake', 'member') then
                grant attune_intake to attune_portal;
            end if;
            if not pg_has_role('attune_portal', 'attune_alert_answers', 'member') then
                grant attune_alert_answers to attune_portal;
            end if;
            return;
        exception
            -- The last one is "tuple concurrently updated".
            when duplicate_object or unique_violation or internal_error then
                perform pg_sleep(0.1);
        end;
    end loop;
    raise exception 'the roles of the portal could not be made: other migrations of this cluster were in the way';
end
$$;

-- Commands about episodes, as attune_ingestion writes them; without the relay, and without changing what was remembered.
grant usage on schema ledger to attune_intake;
grant select, insert on ledger.episode, ledger.rating, ledger.command, ledger.client_key to attune_intake;
grant update (closed_on, participants, clinician) on ledger.episode to attune_intake;
grant update (withdrawn) on ledger.rating to attune_intake;
-- Locking a row needs the right to update something of it.
grant select, update (version) on ledger.stream to attune_intake;

-- Answers to alerts: never a new alert, nor what an alert is about.
grant usage on schema alerting, ledger, published to attune_alert_answers;
grant select on alerting.alert to attune_alert_answers;
grant update (status, due_at, escalation_level, acknowledged_by, acknowledged_at, closed_by, closed_at, closed_as,
              closed_reason, clinician, audience, ladder_ended, opened_by, opened_at, assignments, review_entries,
              reviewed_at)
    on alerting.alert to attune_alert_answers;
-- A support review is folded from the alert's events.
grant select on published.event to attune_alert_answers;

-- As before, but for who may append: those whose lane it is, and those who record on their behalf.
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

    -- A wake-up only; the relay polls as well.
    perform pg_notify('attune_ledger', '');
end
$$;
grant execute on function ledger.append(smallint, boolean, uuid[], uuid[], text[], text[], text[], bytea[])
    to attune_intake, attune_alert_answers;
