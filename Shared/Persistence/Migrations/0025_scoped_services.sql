-- Row-level security for what services answer to callers, as the portal has it (0019). Whatever a service reads for a caller it
-- reads as `attune_reader`; alerts are answered as `attune_alert_answers`. Both see of clients what the transaction's settings
-- `attune.sites` and `attune.subject` hold, and without them nothing. What consumers do is done in the services' own roles.

do $$
begin
    -- Roles belong to the whole cluster: another database may have made them already, or be about to.
    for attempt in 1..50 loop
        begin
            if not exists (select from pg_roles where rolname = 'attune_reader') then
                create role attune_reader nologin;
            end if;
            declare
                member record;
            begin
                for member in
                    select * from (values
                        ('attune_ingestion', 'attune_reader'), ('attune_alerting', 'attune_reader'),
                        ('attune_alerting', 'attune_alert_answers'), ('attune_notification', 'attune_reader'),
                        ('attune_audit', 'attune_reader')
                    ) as t (service, role)
                loop
                    -- A role that inherits would be bound by the policies of what it is a member of.
                    if (select rolinherit from pg_roles where rolname = member.service) then
                        execute format('alter role %I noinherit', member.service);
                    end if;
                    if not pg_has_role(member.service, member.role, 'member') then
                        execute format('grant %I to %I', member.role, member.service);
                    end if;
                end loop;
            end;
            return;
        exception
            -- The last one is "tuple concurrently updated".
            when duplicate_object or unique_violation or internal_error then
                perform pg_sleep(0.1);
        end;
    end loop;
    raise exception 'the roles of the services could not be made: other migrations of this cluster were in the way';
end
$$;

do $$
declare
    bound text;
begin
    foreach bound in array array[
        'ledger.episode', 'ledger.event', 'alerting.alert', 'notification.delivery', 'audit.leaf']
    loop
        execute format(
            'create policy reader_scope on %s as restrictive for select to attune_reader using ('
            'site = any (published.scope_sites()))', bound);
        execute format('grant select on %s to attune_reader', bound);
    end loop;
end
$$;

create policy answers_scope on alerting.alert as restrictive to attune_alert_answers
    using (site = any (published.scope_sites())) with check (site = any (published.scope_sites()));

create policy answers_scope on ledger.event as restrictive for select to attune_alert_answers
    using (site = any (published.scope_sites()));
revoke select on published.event from attune_alert_answers;
grant select on ledger.event, published.portal_event to attune_alert_answers;

-- An inbox is one person's.
alter table notification.inbox enable row level security;
create policy by_grant on notification.inbox to public using (true) with check (true);
create policy reader_scope on notification.inbox as restrictive to attune_reader
    using (site = any (published.scope_sites()) and subject = current_setting('attune.subject', true))
    with check (site = any (published.scope_sites()) and subject = current_setting('attune.subject', true));
grant select, update (read_at) on notification.inbox to attune_reader;

create or replace view published.portal_delivery with (security_invoker = true) as
    select delivery_id, alert_id, episode_id, site, kind, recipient, channel, status, created_at, finished_at, bounced_at
    from notification.delivery;

grant usage on schema ledger, alerting, notification, audit, published to attune_reader;
-- Versions of streams say nothing without the episode, which has its policy.
grant select (category, stream_id, version) on ledger.stream to attune_reader;
grant select on published.portal_event, published.portal_delivery, published.portal_leaf, published.fhir_alert,
    published.fhir_notification, published.audit_tile, published.audit_tree, published.audit_checkpoint to attune_reader;
-- Read with the reader's rights, so that the policies of the tables hold.
alter view published.fhir_alert set (security_invoker = true);
alter view published.fhir_notification set (security_invoker = true);

grant execute on function published.sites() to attune_reader, attune_alert_answers;
-- Where an alert is, for somebody who wanted to answer another site's: the refusal is written down there.
create function published.place_of_alert(alert uuid) returns table (episode_id uuid, site text)
language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
    select a.episode_id, a.site from alerting.alert a where a.alert_id = alert;
end;
revoke all on function published.place_of_alert(uuid) from public;
grant execute on function published.place_of_alert(uuid) to attune_alert_answers;
