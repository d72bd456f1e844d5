-- Whether a rating has raised an alert before, and what an episode has had.
create index alert_rating on alerting.alert (episode_id, rating_id, kind);
