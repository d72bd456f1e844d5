-- Audit: one leaf per event of every topic, the Merkle tree over them in tiles, signed tree heads.

create table audit.leaf (
    leaf_index     bigint      primary key,
    event_id       uuid        not null unique,
    topic          text        not null,
    type           text        not null,
    episode_id     uuid        not null,
    sequence       bigint      not null,
    site           text        not null,
    event_time     timestamptz not null,
    source         text        not null,
    payload_digest bytea       not null check (octet_length(payload_digest) = 32)
);
-- From a derived event to its cause: same episode, same sequence.
create index leaf_episode on audit.leaf (episode_id, sequence);

-- Tiles of up to 256 hashes as C2SP tlog-tiles lays them out; the rightmost of each level is partial.
create table audit.tile (
    level      smallint not null,
    tile_index bigint   not null,
    hashes     bytea    not null,
    primary key (level, tile_index)
) with (fillfactor = 50);
-- Hashes do not compress: trying would only cost time.
alter table audit.tile alter hashes set storage external;

-- The tree head. The row is made here, once: growing the tree is a compare-and-swap on it, so that
-- two writers, or one that was restored to an earlier state, cannot fork the log unnoticed.
create table audit.tree (
    single boolean primary key default true check (single),
    size   bigint  not null,
    root   bytea   not null
) with (fillfactor = 10);
insert into audit.tree (size, root)
values (0, '\xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');

create table audit.checkpoint (
    tree_size    bigint      primary key,
    root         bytea       not null,
    -- C2SP signed note.
    note         text        not null,
    signed_at    timestamptz not null,
    published_at timestamptz
);
create index checkpoint_unpublished on audit.checkpoint (tree_size) where published_at is null;

grant select, insert on audit.leaf to attune_audit;
grant select, insert, update on audit.tile, audit.checkpoint to attune_audit;
grant select, update on audit.tree to attune_audit;

create view published.audit_leaf as
    select leaf_index, event_id, topic, type, episode_id, sequence, site, event_time, source, payload_digest
    from audit.leaf;
create view published.audit_tile as select level, tile_index, hashes from audit.tile;
create view published.audit_tree as select size, root from audit.tree;
create view published.audit_checkpoint as
    select tree_size, root, note, signed_at, published_at from audit.checkpoint;
grant select on published.audit_leaf, published.audit_tile, published.audit_tree, published.audit_checkpoint
    to attune_audit, attune_operator;
