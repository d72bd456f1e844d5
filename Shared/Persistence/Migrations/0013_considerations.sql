-- What alerting considered, and what it had before it: with this the rules can be run again exactly, without guessing
-- where between two trajectories a person's answer or the closing of the episode fell.

create table alerting.consideration (
    episode_id   uuid     not null,
    -- The trajectory event, or the event that closed the episode.
    event_id     uuid     not null,
    -- The order in which an episode's events were considered.
    number       bigint   generated always as identity,
    -- Of the episode event behind it.
    version      bigint   not null,
    -- Whether it was the newest of its course: otherwise it has been overtaken, and only danger was looked for.
    followed     boolean  not null,
    -- Alerts that were open before.
    open_alerts  uuid[]   not null,
    episode_open boolean  not null,
    -- The kinds that the site's policy raised: bit n stands for kind n of SignalKind in trajectories.proto.
    raised_kinds int      not null,
    primary key (episode_id, event_id)
);

-- Written once.
grant select, insert on alerting.consideration to attune_alerting;

create view published.consideration as select * from alerting.consideration;
grant select on published.consideration to attune_operator;
