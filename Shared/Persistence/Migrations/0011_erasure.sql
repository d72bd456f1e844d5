-- Clients' own words under a key for each client; legal holds; requests for erasure and what became of them.

create table ledger.client_key (
    participant_id uuid        primary key,
    key_id         uuid        not null,
    -- The client's key under the master key of this name, which is not in the database.
    wrapped_by     text,
    wrapped_key    bytea,
    created_at     timestamptz not null default now(),
    -- The row stays when the key is gone: no new key is ever made for an erased client.
    destroyed_at   timestamptz,
    destroyed_by   text,
    reason         text,
    check ((wrapped_key is null) = (destroyed_at is not null)),
    check ((wrapped_key is null) = (wrapped_by is null))
);

create table ledger.legal_hold (
    hold_id        bigint      generated always as identity primary key,
    participant_id uuid        not null,
    placed_at      timestamptz not null default now(),
    placed_by      text        not null,
    reason         text        not null,
    lifted_at      timestamptz,
    lifted_by      text,
    lifted_reason  text
);
create unique index legal_hold_in_force on ledger.legal_hold (participant_id) where lifted_at is null;

-- A request that met a hold waits here until the hold is lifted and it is made again.
create table ledger.erasure_request (
    request_id     bigint      generated always as identity primary key,
    participant_id uuid        not null,
    requested_at   timestamptz not null default now(),
    requested_by   text        not null,
    reason         text        not null,
    state          text        not null check (state in ('waiting', 'done')),
    done_at        timestamptz
);
create unique index erasure_request_waiting on ledger.erasure_request (participant_id) where state = 'waiting';

-- Whatever asks for it: under a hold no key is destroyed, and what was destroyed does not come back.
create function ledger.guard_client_key() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'a client key is destroyed, never deleted' using errcode = 'integrity_constraint_violation';
    end if;
    if old.wrapped_key is null and new.wrapped_key is not null then
        raise exception 'a destroyed client key stays destroyed' using errcode = 'integrity_constraint_violation';
    end if;
    if old.wrapped_key is not null and new.wrapped_key is distinct from old.wrapped_key and new.wrapped_key is null
       and exists (select from ledger.legal_hold h where h.participant_id = old.participant_id and h.lifted_at is null)
    then
        raise exception 'a legal hold forbids to destroy this key' using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end
$$;
create trigger client_key_guard before update or delete on ledger.client_key
    for each row execute function ledger.guard_client_key();
alter table ledger.client_key enable always trigger client_key_guard;

grant select, insert on ledger.client_key to attune_ingestion;
-- The operator destroys keys and sees that they are; never what they are.
grant select (participant_id, key_id, created_at, destroyed_at, destroyed_by, reason) on ledger.client_key to attune_operator;
grant insert (participant_id, key_id, destroyed_at, destroyed_by, reason) on ledger.client_key to attune_operator;
grant update (wrapped_by, wrapped_key, destroyed_at, destroyed_by, reason) on ledger.client_key to attune_operator;
grant select, insert, update on ledger.legal_hold, ledger.erasure_request to attune_operator;
-- For category 4 alone: the function itself keeps the others to their services.
grant execute on function ledger.append(smallint, boolean, uuid[], uuid[], text[], text[], text[], bytea[])
    to attune_operator;
