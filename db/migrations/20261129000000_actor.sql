-- migrate:up
-- The only definition of an admin. Only servers can write server_metadata, and it never leaves the database.
create function is_admin(raw_json jsonb) returns boolean
language sql immutable parallel safe
return coalesce(raw_json -> 'server_metadata' ->> 'role' = 'admin', false);

-- The user who acts, as a row; none for a deleted account, whose profile is marked as deleted, or is gone although this
-- session has seen it. A new user's profile may not have arrived yet.
-- The body is a string, so that Postgres can inline it into the statements.
create function actor(user_id text, profile_seen boolean) returns table (id text, is_admin boolean)
language sql stable parallel safe
as $$
  select user_id, coalesce(bool_or(public.is_admin(u.raw_json)), false)
  from neon_auth.users_sync u
  where u.id = user_id
  having coalesce(bool_and(u.deleted_at is null), not profile_seen)
$$;

-- migrate:down
drop function actor(text, boolean), is_admin(jsonb);
