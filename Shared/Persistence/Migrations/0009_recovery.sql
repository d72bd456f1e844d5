-- Recovery: setting lanes of the relay back, and rebuilding from the ledger what services keep.

-- Sets a lane back, never forward, and tells where it stood. The term rises with it, so that nothing which the relay
-- has in flight can move the cursor any more. A function, because whoever could write the term could give the lane
-- back to an owner that was overtaken.
create function ledger.set_back(p_category smallint, p_backfill boolean, p_position bigint, p_new_cluster boolean)
returns table (old_cursor bigint, old_cluster text)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    select l.cursor, l.cluster_id into strict old_cursor, old_cluster
    from ledger.lane l where l.category = p_category and l.backfill = p_backfill for update;
    update ledger.lane l
    set cursor = least(l.cursor, greatest(p_position, 0)), term = l.term + 1,
        cluster_id = case when p_new_cluster then null else l.cluster_id end
    where l.category = p_category and l.backfill = p_backfill;
    perform pg_notify('attune_ledger', '');
    return next;
end
$$;
revoke all on function ledger.set_back(smallint, boolean, bigint, boolean) from public;
grant execute on function ledger.set_back(smallint, boolean, bigint, boolean) to attune_operator;
revoke update (cluster_id, cursor) on ledger.lane from attune_operator;

-- Who may replace what scoring and alerting keep. Nobody is a member until somebody is made one: the role is no login,
-- and operators do not have it by themselves.
do $$
begin
    create role attune_rebuild nologin;
exception
    -- Roles belong to the whole cluster: another database may have made it already.
    when duplicate_object or unique_violation then null;
end
$$;

-- Beside the tables that the services write: the same rows, folded from the ledger anew. Not logged, since they can be
-- folded again; after a crash of the server they are empty, and so is the note of how far the work had come.
create schema rebuild;
create unlogged table rebuild.episode (like scoring.episode including all);
create unlogged table rebuild.trajectory (like scoring.trajectory including all);
create unlogged table rebuild.course (like alerting.course including all);
create unlogged table rebuild.alert (like alerting.alert including all);
-- Up to which version of an episode's alert events the rows of rebuild.alert have been folded.
create unlogged table rebuild.alert_stream (
    episode_id uuid   primary key,
    version    bigint not null
);
create unlogged table rebuild.progress (
    projection text    not null,
    backfill   boolean not null,
    -- The sites that the work is about.
    scope      text    not null,
    position   bigint  not null,
    primary key (projection, backfill)
);

grant usage on schema rebuild, published, scoring, alerting to attune_rebuild;
grant select on published.event, published.lane to attune_rebuild;
grant select, insert, update, delete, truncate on all tables in schema rebuild to attune_rebuild;
grant select, insert, update, delete
    on scoring.episode, scoring.trajectory, alerting.course, alerting.alert to attune_rebuild;

-- The first statement of every batch of a consumer moves its position: while this lock is held until the end of the
-- transaction, no batch is in flight, and none is lost. A function, because taking the lock would otherwise need the
-- right to change positions.
create function rebuild.hold_batches(service text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    case service
        when 'scoring' then lock table scoring.consumer_offset in share row exclusive mode;
        when 'alerting' then lock table alerting.consumer_offset in share row exclusive mode;
        else raise exception 'batches of % are not to be held', service using errcode = 'invalid_parameter_value';
    end case;
end
$$;
-- Alerts change outside of batches, too, when somebody answers or nobody does. Whoever changes them locks their rows
-- first, which this mode keeps out; reading goes on.
create function rebuild.hold_alerts() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    lock table alerting.alert in exclusive mode;
end
$$;
revoke all on function rebuild.hold_batches(text), rebuild.hold_alerts() from public;
grant execute on function rebuild.hold_batches(text), rebuild.hold_alerts() to attune_rebuild;
