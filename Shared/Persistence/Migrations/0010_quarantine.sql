-- Quarantine that can be left again: an operator asks, the service that owns the rows carries it out.
--
-- The rows of one key are a queue in the order of quarantine_id, which within a partition is the order of offsets.
-- Its front decides: while it has not been asked for again, everything behind it waits.

do $$
declare
    service text;
    number  int := 41790;
    views   text[] := '{}';
begin
    foreach service in array array['scoring', 'alerting', 'notification', 'audit']
    loop
        number := number + 1;
        execute format($ddl$
            alter table %1$I.quarantine
                -- How often it has failed; of one that waits nothing has been tried.
                add column attempts           int not null default 0,
                add column retry_requested_at timestamptz,
                add column retry_requested_by text,
                -- Who asked for the retry that succeeded, or who discarded it, and then why.
                add column settled_by         text,
                add column settled_reason     text
            $ddl$, service);
        execute format('update %1$I.quarantine set attempts = 1 where state = ''failed''', service);
        execute format('drop index %1$I.quarantine_open_key', service);
        execute format($ddl$
            create index quarantine_open on %1$I.quarantine (record_key, quarantine_id) where settled_at is null
            $ddl$, service);
        execute format($ddl$
            create index quarantine_requested on %1$I.quarantine (quarantine_id)
            where settled_at is null and retry_requested_at is not null
            $ddl$, service);
        execute format('create index quarantine_key on %1$I.quarantine (record_key, quarantine_id)', service);

        -- Whoever parks behind a key, resumes or discards it holds this lock until its transaction ends. 64 locks,
        -- whatever the number of keys: one lock per key could fill the server's lock table.
        execute format($ddl$
            create function %1$I.quarantine_stripe(p_key bytea) returns int
            language sql immutable parallel safe set search_path = pg_catalog, pg_temp as
            'select hashtext(encode(p_key, ''hex'')) & 63'
            $ddl$, service);
        execute format($ddl$
            create function %1$I.lock_quarantined(p_keys bytea[]) returns void
            language plpgsql set search_path = pg_catalog, pg_temp as $fn$
            begin
                -- In order, so that two transactions never wait for each other crosswise.
                perform pg_advisory_xact_lock(%2$s, s.stripe)
                from (select distinct %1$I.quarantine_stripe(k) as stripe from unnest(p_keys) k order by 1) s;
            end
            $fn$
            $ddl$, service, number);
        execute format($ddl$
            create function %1$I.try_lock_quarantined(p_key bytea) returns boolean
            language sql set search_path = pg_catalog, pg_temp as
            'select pg_try_advisory_xact_lock(%2$s, %1$I.quarantine_stripe(p_key))'
            $ddl$, service, number);

        -- What an operator may do: ask for fronts to be tried again, and discard with a reason. Both return the rows
        -- that they have changed.
        execute format($ddl$
            create function %1$I.request_retry(p_ids bigint[], p_by text) returns setof bigint
            language plpgsql security definer set search_path = pg_catalog, pg_temp as $fn$
            begin
                if coalesce(p_by, '') = '' then
                    raise exception 'say who asks' using errcode = 'check_violation';
                end if;
                return query
                update %1$I.quarantine q
                set retry_requested_at = clock_timestamp(), retry_requested_by = p_by
                where q.quarantine_id = any(p_ids) and q.settled_at is null
                  and not exists (select from %1$I.quarantine e
                                  where e.record_key = q.record_key and e.settled_at is null
                                    and e.quarantine_id < q.quarantine_id)
                returning q.quarantine_id;
            end
            $fn$
            $ddl$, service);
        execute format($ddl$
            create function %1$I.discard_quarantined(p_ids bigint[], p_by text, p_reason text) returns setof bigint
            language plpgsql security definer set search_path = pg_catalog, pg_temp as $fn$
            declare
                keys bytea[];
            begin
                if coalesce(p_by, '') = '' or coalesce(p_reason, '') = '' then
                    raise exception 'say who discards, and why' using errcode = 'check_violation';
                end if;
                select array_agg(distinct q.record_key) into keys
                from %1$I.quarantine q where q.quarantine_id = any(p_ids);
                perform %1$I.lock_quarantined(keys);
                return query
                update %1$I.quarantine q
                set state = 'discarded', settled_at = clock_timestamp(), settled_by = p_by, settled_reason = p_reason
                where q.quarantine_id = any(p_ids) and q.settled_at is null
                returning q.quarantine_id;
                -- What now stands in front and has only waited is to go on by itself.
                update %1$I.quarantine q
                set retry_requested_at = clock_timestamp(), retry_requested_by = p_by
                where q.quarantine_id in (
                    select min(f.quarantine_id) from %1$I.quarantine f
                    where f.record_key = any(keys) and f.settled_at is null group by f.record_key)
                  and q.state = 'waiting';
            end
            $fn$
            $ddl$, service);
        execute format('revoke all on function %1$I.request_retry(bigint[], text) from public', service);
        execute format('revoke all on function %1$I.discard_quarantined(bigint[], text, text) from public', service);
        execute format('grant usage on schema %1$I to attune_operator', service);
        execute format('grant execute on function %1$I.request_retry(bigint[], text) to attune_operator', service);
        execute format(
            'grant execute on function %1$I.discard_quarantined(bigint[], text, text) to attune_operator', service);

        -- Still without key and payload. The number of a key says what belongs together and nothing more; the
        -- headers come without ce_subject, which is the key.
        views := views || format($ddl$
            select 'attune-%1$s' as consumer_group, q.quarantine_id, q.topic, q.partition, q."offset", q.state,
                   q.reason_code, q.reason, q.parked_at, q.settled_at,
                   (select min(f.quarantine_id) from %1$I.quarantine f where f.record_key = q.record_key) as key_number,
                   q.cluster_id, q.attempts, q.retry_requested_at, q.retry_requested_by, q.settled_by,
                   q.settled_reason, octet_length(q.payload) as payload_bytes,
                   (select coalesce(jsonb_agg(h.header order by h.nth), '[]')
                    from jsonb_array_elements(q.headers) with ordinality as h (header, nth)
                    where h.header ->> 'name' is distinct from 'ce_subject') as headers
            from %1$I.quarantine q
            $ddl$, service);
    end loop;
    execute 'create or replace view published.quarantine as ' || array_to_string(views, ' union all ');
end
$$;
