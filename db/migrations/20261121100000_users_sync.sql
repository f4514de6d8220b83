-- migrate:up
-- On Neon, Neon Auth creates and fills this table. Elsewhere this migration creates it in exactly Neon's shape, and
-- local mode's sync or the webhook route fills it. The comments mark what is ours, so that down leaves Neon's alone.
do $$
begin
  if to_regclass('neon_auth.users_sync') is not null then
    perform pg_notify('migration', 'neon_auth.users_sync is there already and stays as it is');
    return;
  end if;

  if to_regclass('neon_auth."user"') is not null or to_regclass('neon_auth.account') is not null then
    -- dbmate shows neither detail nor hint, so everything is in the message.
    raise exception 'the schema neon_auth here belongs to the newer Neon Auth, built on Better Auth, which has no '
      'users_sync. Nothing was changed. Use a database without that schema, and a Stack Auth project of your '
      'own: see "Any Postgres, any Stack Auth project" in docs/neon-and-stack.md';
  end if;

  if to_regnamespace('neon_auth') is null then
    create schema neon_auth;
    comment on schema neon_auth is 'created by the migration users_sync';
  end if;

  create table neon_auth.users_sync (
    raw_json jsonb not null,
    id text generated always as (raw_json ->> 'id') stored not null,
    name text generated always as (raw_json ->> 'display_name') stored,
    email text generated always as (raw_json ->> 'primary_email') stored,
    created_at timestamptz generated always as (
      to_timestamp(trunc((raw_json ->> 'signed_up_at_millis')::bigint::double precision) / 1000)
    ) stored,
    updated_at timestamptz,
    deleted_at timestamptz,
    primary key (id)
  );
  create index users_sync_deleted_at_idx on neon_auth.users_sync (deleted_at);
  comment on table neon_auth.users_sync is 'created by the migration users_sync';
end
$$;

-- migrate:down
do $$
begin
  if obj_description(to_regclass('neon_auth.users_sync'), 'pg_class') = 'created by the migration users_sync' then
    drop table neon_auth.users_sync;
  end if;

  if obj_description(to_regnamespace('neon_auth')::oid, 'pg_namespace') = 'created by the migration users_sync' then
    drop schema neon_auth;
  end if;
end
$$;
