-- Scoring: how far each episode has been applied, and the course of each rater on each instrument.

create table scoring.episode (
    episode_id   uuid   primary key,
    site         text   not null,
    -- Version of the last episode event applied.
    version      bigint not null,
    -- Protobuf ScoredParticipants: what norm sets are chosen by.
    participants bytea  not null
) with (fillfactor = 70);

create table scoring.trajectory (
    episode_id         uuid     not null,
    participant_id     uuid     not null,
    instrument         text     not null,
    instrument_version text     not null,
    site               text     not null,
    point_count        int      not null,
    -- Number of CourseState in trajectories.proto; 0 when no point is left.
    state              smallint not null,
    -- Version of the episode event that last changed the course.
    version            bigint   not null,
    -- Protobuf Course.
    body               bytea    not null,
    -- State and counts change with every rating and are not indexed, so that updates stay HOT.
    primary key (episode_id, participant_id, instrument, instrument_version)
) with (fillfactor = 60);

grant select, insert, update on scoring.episode, scoring.trajectory to attune_scoring;

create view published.trajectory as
    select episode_id, participant_id, instrument, instrument_version, site, point_count, state, version, body
    from scoring.trajectory;
create view published.scored_episode as select episode_id, site, version from scoring.episode;
grant select on published.trajectory, published.scored_episode to attune_alerting, attune_audit, attune_operator;
