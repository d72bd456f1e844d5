-- Where each consumer group stands, and what it could not handle. The same two tables in the schema
-- of every consuming service, so that both change in the service's own transaction.

do $$
declare
    service text;
begin
    foreach service in array array['scoring', 'alerting', 'notification', 'audit']
    loop
        execute format('create schema %1$I', service);
        execute format('grant usage on schema %1$I to attune_%1$s', service);
        -- Positions belong to one Kafka cluster: after its loss the offsets of the new one start anew.
        -- next_offset -2 is the beginning of the partition, whatever offset that has.
        execute format($ddl$
            create table %1$I.consumer_offset (
                cluster_id  text        not null,
                topic       text        not null,
                partition   int         not null,
                next_offset bigint      not null,
                epoch       bigint      not null,
                owner       text        not null,
                updated_at  timestamptz not null default now(),
                primary key (cluster_id, topic, partition)
            ) with (fillfactor = 50)
            $ddl$, service);
        execute format($ddl$
            create table %1$I.quarantine (
                quarantine_id bigint      generated always as identity primary key,
                cluster_id    text        not null,
                topic         text        not null,
                partition     int         not null,
                "offset"      bigint      not null,
                record_key    bytea       not null,
                headers       jsonb       not null,
                payload       bytea,
                -- 'failed': could not be handled; 'waiting': came after a failed one of the same key.
                state         text        not null check (state in ('failed', 'waiting', 'released', 'discarded')),
                reason_code   text        not null,
                reason        text        not null,
                parked_at     timestamptz not null default now(),
                settled_at    timestamptz,
                unique (cluster_id, topic, partition, "offset")
            )
            $ddl$, service);
        execute format($ddl$
            create index quarantine_open_key on %1$I.quarantine (record_key) where settled_at is null
            $ddl$, service);
        execute format('grant select, insert, update on %1$I.consumer_offset, %1$I.quarantine to attune_%1$s', service);
    end loop;
end
$$;

create view published.consumer_position as
    select 'attune-scoring' as consumer_group, p.* from scoring.consumer_offset p
    union all select 'attune-alerting', p.* from alerting.consumer_offset p
    union all select 'attune-notification', p.* from notification.consumer_offset p
    union all select 'attune-audit', p.* from audit.consumer_offset p;

-- Without key and payload: an operator sees that and why something waits, not whose it is.
create view published.quarantine as
    select 'attune-scoring' as consumer_group, q.quarantine_id, q.topic, q.partition, q."offset", q.state,
           q.reason_code, q.reason, q.parked_at, q.settled_at from scoring.quarantine q
    union all select 'attune-alerting', q.quarantine_id, q.topic, q.partition, q."offset", q.state,
           q.reason_code, q.reason, q.parked_at, q.settled_at from alerting.quarantine q
    union all select 'attune-notification', q.quarantine_id, q.topic, q.partition, q."offset", q.state,
           q.reason_code, q.reason, q.parked_at, q.settled_at from notification.quarantine q
    union all select 'attune-audit', q.quarantine_id, q.topic, q.partition, q."offset", q.state,
           q.reason_code, q.reason, q.parked_at, q.settled_at from audit.quarantine q;
grant select on published.consumer_position, published.quarantine
    to attune_scoring, attune_alerting, attune_notification, attune_audit, attune_operator;
