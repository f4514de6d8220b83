-- migrate:up
-- How many attempts a client or account has made since the first one of its time window. All processes count together,
-- so that accounts are guarded however many processes run. Not unlogged: a suspended Neon compute loses such a table.
create table request_limits (
  -- The limit's name, and a keyed hash of the user, email, or network address that it is for: none can be read here.
  key text not null,
  points integer not null,
  expires_at timestamptz not null,
  constraint request_limits_pkey primary key (key),
  constraint request_limits_points_not_negative check (points >= 0)
)
-- Rows are updated often and deleted soon. Without an index on expires_at they are updated in place; the sweep reads
-- the whole table, which holds the last hour's.
with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- migrate:down
drop table request_limits;
