-- Who works where: sites, teams and people under opaque ids, from a file that an operator applies; how people are reached,
-- sealed; and what is read to show alerts and notifications to other systems.

create schema directory;
create table directory.site (
    site          text        primary key,
    -- IANA name, e.g. Europe/Berlin.
    time_zone     text        not null,
    language      text,
    working_hours text,
    -- The person who is told when nobody else can be.
    duty_desk     text,
    active        boolean     not null,
    changed_at    timestamptz not null default now()
);
create table directory.team (
    team       text        primary key,
    site       text        not null,
    active     boolean     not null,
    changed_at timestamptz not null default now()
);
create table directory.person (
    person_id     text        primary key,
    site          text        not null,
    team          text,
    roles         text[]      not null,
    supervisor_id text,
    language      text,
    -- Null: that of the site; likewise the hours.
    time_zone     text,
    working_hours text,
    active        boolean     not null,
    changed_at    timestamptz not null default now()
);
create index person_site on directory.person (site) where active;
create index person_supervisor on directory.person (supervisor_id) where active;

-- Nothing of the directory is ever deleted: what a file no longer holds becomes inactive.
create table directory.application (
    application_id bigint      generated always as identity primary key,
    applied_at     timestamptz not null default now(),
    applied_by     text        not null,
    -- SHA-256 of the file.
    file_digest    bytea       not null,
    added          int         not null,
    changed        int         not null,
    deactivated    int         not null
);

grant usage on schema directory to attune_operator;
grant select, insert, update on directory.site, directory.team, directory.person to attune_operator;
grant select, insert on directory.application to attune_operator;

-- How a person is reached, under the key of the name in sealed_by, which is not in the database. A contact that was taken
-- out of the file keeps its row and loses its content.
create table notification.contact (
    person_id  text        not null,
    kind       text        not null check (kind in ('email', 'phone', 'webhook')),
    sealed_by  text,
    sealed     bytea,
    changed_at timestamptz not null default now(),
    primary key (person_id, kind),
    check ((sealed is null) = (sealed_by is null))
);
create index contact_sealed_by on notification.contact (sealed_by, person_id, kind) where sealed is not null;
grant select on notification.contact to attune_notification;

-- The operator reaches contacts by these alone: to compare them with a file, and to seal them with another key. Without
-- the key file nobody can read what they return.
create function notification.sealed_contacts(p_people text[])
returns table (person_id text, kind text, sealed_by text, sealed bytea)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select c.person_id, c.kind, c.sealed_by, c.sealed from notification.contact c
    where c.person_id = any(p_people) and c.sealed is not null
$$;
-- A page of those that another key than this one has sealed, for the next key to take over.
create function notification.contacts_sealed_otherwise(p_by text, p_limit int)
returns table (person_id text, kind text, sealed_by text, sealed bytea)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    (select c.person_id, c.kind, c.sealed_by, c.sealed from notification.contact c
     where c.sealed is not null and c.sealed_by < p_by order by c.sealed_by, c.person_id, c.kind limit p_limit)
    union all
    (select c.person_id, c.kind, c.sealed_by, c.sealed from notification.contact c
     where c.sealed is not null and c.sealed_by > p_by order by c.sealed_by, c.person_id, c.kind limit p_limit)
    limit p_limit
$$;
-- Null for sealed takes a contact's content away.
create function notification.put_contacts(p_people text[], p_kinds text[], p_by text[], p_sealed bytea[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into notification.contact as c (person_id, kind, sealed_by, sealed)
    select * from unnest(p_people, p_kinds, p_by, p_sealed)
    on conflict (person_id, kind) do update
    set sealed_by = excluded.sealed_by, sealed = excluded.sealed, changed_at = clock_timestamp()
$$;
-- Which keys are in use, and by how many contacts.
create function notification.contact_keys() returns table (sealed_by text, contacts bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select c.sealed_by, count(*) from notification.contact c where c.sealed is not null group by c.sealed_by order by 1
$$;
revoke all on function notification.sealed_contacts(text[]), notification.contacts_sealed_otherwise(text, int),
    notification.put_contacts(text[], text[], text[], bytea[]), notification.contact_keys() from public;
grant execute on function notification.sealed_contacts(text[]), notification.contacts_sealed_otherwise(text, int),
    notification.put_contacts(text[], text[], text[], bytea[]), notification.contact_keys() to attune_operator;

-- Opaque ids and no contacts are all that others see.
create view published.directory_site as
    select site, time_zone, language, working_hours, duty_desk, active from directory.site;
create view published.directory_team as
    select team, site, active from directory.team;
create view published.directory_person as
    select person_id, site, team, roles, supervisor_id, language, time_zone, working_hours, active from directory.person;
grant select on published.directory_site, published.directory_team, published.directory_person
    to attune_ingestion, attune_alerting, attune_notification, attune_audit, attune_operator;

-- When a row was last changed: other systems ask for what is newer than what they have. Not part of what follows from the
-- ledger: a rebuilt row counts as changed.
create function published.note_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    new.changed_at := clock_timestamp();
    return new;
end
$$;

alter table alerting.alert add column changed_at timestamptz not null default now();
update alerting.alert set changed_at = coalesce(closed_at, acknowledged_at, raised_at);
create trigger alert_change before insert on alerting.alert for each row execute function published.note_change();
create trigger alert_rechange before update on alerting.alert for each row
    when (old.* is distinct from new.*) execute function published.note_change();
create index alert_changed on alerting.alert (site, changed_at, alert_id);
create index alert_changed_open on alerting.alert (site, changed_at, alert_id) where closed_at is null;
create index alert_participant on alerting.alert (participant_id, changed_at, alert_id);
-- Whose open alerts remain when somebody leaves.
create index alert_open_clinician on alerting.alert (clinician) where closed_at is null;

alter table notification.delivery add column changed_at timestamptz not null default now();
update notification.delivery set changed_at = coalesce(finished_at, created_at);
create trigger delivery_change before insert on notification.delivery
    for each row execute function published.note_change();
create trigger delivery_rechange before update on notification.delivery for each row
    when (old.* is distinct from new.*) execute function published.note_change();
create index delivery_changed on notification.delivery (site, changed_at, delivery_id);
create index if not exists delivery_of_alert on notification.delivery (alert_id);

create view published.fhir_alert as
    select alert_id, episode_id, site, kind, status, rule, participant_id, clinician, raised_at, due_at,
           acknowledged_at, closed_at, closed_as, changed_at
    from alerting.alert;
create view published.fhir_notification as
    select d.delivery_id, d.alert_id, d.site, d.kind, d.recipient, d.channel, d.status, d.created_at, d.finished_at,
           d.changed_at, a.participant_id
    from notification.delivery d join alerting.alert a on a.alert_id = d.alert_id;
grant select on published.fhir_alert, published.fhir_notification to attune_alerting;
