-- migrate:up
-- How often somebody has tried something, within a time that began with his first try: what all processes count
-- together, so that accounts are guarded however many of them there are. Logged like any other table: a suspended
-- compute of Neon's forgets what an unlogged one holds.
create table request_limits (
  -- The limit's name, and a keyed hash of whose tries they are: no e-mail and no network address is to be found here.
  key text not null,
  points integer not null,
  expires_at timestamptz not null,
  constraint request_limits_pkey primary key (key),
  constraint request_limits_points_not_negative check (points >= 0)
)
-- Every row is written often and deleted soon. Without an index on expires_at a try is counted in place; the sweep
-- reads all of the table, which holds those of the last hour.
with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- migrate:down
drop table request_limits;
