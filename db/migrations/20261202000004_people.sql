-- migrate:up
-- Finds users by their email address, and by how their name or address begins. Only profiles of living users: the index
-- answers nothing else.

-- Longer than deadlock_timeout, 1 s: only then does Postgres cancel an autovacuum that blocks it.
set local lock_timeout = '1500ms';
do $$
begin
  create index users_sync_by_email on neon_auth.users_sync (lower(email) text_pattern_ops)
    where deleted_at is null;
  create index users_sync_by_name on neon_auth.users_sync (lower(name) text_pattern_ops)
    where deleted_at is null;
exception when insufficient_privilege then
  perform pg_notify(
    'migration',
    'neon_auth.users_sync belongs to a role that allows us no index on it: finding people reads all profiles'
  );
end
$$;

-- migrate:down
set local lock_timeout = '400ms';
drop index if exists neon_auth.users_sync_by_email, neon_auth.users_sync_by_name;
