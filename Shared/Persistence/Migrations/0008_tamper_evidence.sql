-- Checkpoints as files, re-seal entries, streams for verification, and the record of exported evidence.

alter table audit.checkpoint add column filed_at timestamptz;
create index checkpoint_unfiled on audit.checkpoint (tree_size) where filed_at is null;

-- What the leaves of type attune.log.resealed.v1 say: the log itself holds only their digests.
create table audit.reseal (
    event_id uuid  primary key,
    payload  bytea not null
);
grant select, insert on audit.reseal to attune_audit;
-- Tiles follow from the leaves; one that stands where the tree has none is taken away by `attune rebuild audit`.
grant delete on audit.tile to attune_audit;

create view published.stream as select category, stream_id, site, version from ledger.stream;
grant select on published.stream to attune_audit, attune_operator;

create or replace view published.audit_checkpoint as
    select tree_size, root, note, signed_at, published_at, filed_at from audit.checkpoint;
create view published.audit_reseal as select event_id, payload from audit.reseal;
grant select on published.audit_reseal to attune_audit, attune_operator;

-- Category 4, who saw whose data, is for whoever may append at all; the function itself keeps the others apart.
grant execute on function ledger.append(smallint, boolean, uuid[], uuid[], text[], text[], text[], bytea[])
    to attune_operator;
