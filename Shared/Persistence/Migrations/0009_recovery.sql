-- Recovery: setting lanes of the relay back.

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
