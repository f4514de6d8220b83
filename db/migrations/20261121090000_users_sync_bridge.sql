-- migrate:up
-- Neon Auth as Neon offers it today (Better Auth) keeps users in neon_auth."user", and has no users_sync. Where that
-- table is, users_sync is created beside it, in the shape of the older Neon Auth, and triggers on "user" keep it in the
-- same transaction. Elsewhere this creates functions that do nothing. It is older than the migrations before which it
-- was written because they need users_sync: the key points to it, and triggers stand on it.

-- What raw_json of users_sync holds of a row of "user", given as JSON: a column that is not there is null.
create function profile_of_user(account jsonb) returns jsonb
language sql
stable
-- Bound to these functions now, whatever the search_path of a caller.
return jsonb_build_object(
  'id', account ->> 'id',
  'display_name', nullif(account ->> 'name', ''),
  'primary_email', account ->> 'email',
  'primary_email_verified', coalesce((account ->> 'emailVerified')::boolean, false),
  'signed_up_at_millis', trunc(extract(epoch from (account ->> 'createdAt')::timestamptz) * 1000)::bigint,
  'server_metadata', case
    -- Better Auth separates several roles by commas.
    when 'admin' = any (string_to_array(account ->> 'role', ',')) then '{"role": "admin"}'::jsonb
    else '{}'::jsonb
  end
);

-- Writes what users_sync should hold of a row of "user", given as JSON, unless it does.
create function write_profile_of_user(account jsonb) returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into neon_auth.users_sync as u (raw_json, updated_at)
  values (public.profile_of_user(account), now())
  on conflict (id) do update
  set raw_json = excluded.raw_json,
    updated_at = excluded.updated_at,
    deleted_at = null
  where u.raw_json <> excluded.raw_json
    or u.deleted_at is not null;
end
$$;
revoke all on function write_profile_of_user(jsonb) from public;

-- Users whose change could not be written to users_sync.
create table users_out_of_sync (
  id text not null,
  constraint users_out_of_sync_pkey primary key (id)
);

-- Runs inside Neon's own write, which it must neither stop nor delay: it has our rights whichever role writes, waits at
-- most 0.3 s for each lock, and turns every error into a warning. The app's sweep does what is left.
create function keep_profile_of_user() returns trigger
language plpgsql
security definer
set search_path = ''
set lock_timeout = '300ms'
as $$
begin
  if tg_op <> 'DELETE' then
    perform public.write_profile_of_user(to_jsonb(new));
    return null;
  end if;

  begin
    if not exists (select from public.todos t where t.owner_id = old.id::text offset 10000) then
      delete from neon_auth.users_sync u where u.id = old.id::text;
      return null;
    end if;
  -- "others" includes neither of the two after it.
  exception when others or query_canceled or assert_failure then
    raise warning 'the profile of the deleted user % is only marked as deleted: %', old.id, sqlerrm;
  end;
  -- Hides the todos at once. The trigger on users_sync removes the first 10,000.
  update neon_auth.users_sync u
  set deleted_at = now()
  where u.id = old.id::text
    and u.deleted_at is null;
  return null;
exception when others or query_canceled or assert_failure then
  raise warning 'the profile of user % is left to the sweep: %', coalesce(new.id, old.id), sqlerrm;
  begin
    insert into public.users_out_of_sync (id) values (coalesce(new.id, old.id)::text) on conflict do nothing;
  exception when others or query_canceled or assert_failure then
    raise warning 'the sweep is not told: %', sqlerrm;
  end;
  return null;
end
$$;
revoke all on function keep_profile_of_user() from public;

-- Whether triggers keep users_sync. Null where Neon, a webhook, or local mode fills it.
create function users_sync_is_kept() returns boolean
language sql
stable
set search_path = ''
as $$
select exists (
  select
  from pg_catalog.pg_trigger t
  where t.tgrelid = to_regclass('neon_auth."user"')
    and t.tgname = 'profile_of_user'
    and t.tgenabled in ('O', 'A')
)
from pg_catalog.pg_class c
where c.oid = to_regclass('neon_auth.users_sync')
  and obj_description(c.oid, 'pg_class') = 'created by the migration users_sync_bridge'
$$;

-- Does what the triggers left, and returns for how many users. Comparing all users instead took 2.7 s for 100,000; and a
-- "user" table that is being restored is empty for a while, which must cost no profile and no todo.
create function sweep_users_sync() returns integer
language plpgsql
set search_path = ''
set lock_timeout = '300ms'
as $$
declare
  ids text[] := '{}';
begin
  if public.users_sync_is_kept() is not true then
    return 0;
  end if;

  if exists (select from public.users_out_of_sync) then
    -- From here on no user can be deleted whose profile this brings back. A row lock on "user" would do, too, but needs
    -- the right to update it.
    lock table neon_auth.users_sync in share row exclusive mode;
    with told as (
      delete from public.users_out_of_sync o returning o.id
    )
    select array_agg(t.id) into ids from told t;
    perform public.write_profile_of_user(to_jsonb(a)) from neon_auth."user" a where a.id::text = any (ids);
    update neon_auth.users_sync u
    set deleted_at = now()
    where u.id = any (ids)
      and u.deleted_at is null
      and not exists (select from neon_auth."user" a where a.id::text = u.id);
  end if;

  if exists (select from neon_auth.users_sync u where u.deleted_at is not null) then
    delete from neon_auth.users_sync u
    where u.deleted_at is not null
      and not exists (select from public.todos t where t.owner_id = u.id)
      and not exists (select from neon_auth."user" a where a.id::text = u.id);
  end if;
  return cardinality(ids);
exception when lock_not_available or deadlock_detected then
  raise warning 'profiles are left to the next sweep: %', sqlerrm;
  return 0;
end
$$;
revoke all on function sweep_users_sync() from public;

-- Creates users_sync and its triggers where "user" is, and creates lost triggers again: a "user" table that was dropped
-- and restored has none. `npm run db:migrate` calls it each time.
create function bridge_users_sync() returns void
language plpgsql
set search_path = ''
as $$
declare
  -- From the catalog: to_regclass asks for rights on the schema.
  users constant oid := (
    select c.oid
    from pg_catalog.pg_class c
    where c.relnamespace = to_regnamespace('neon_auth')
      and c.relname = 'user'
      and c.relkind in ('r', 'p')
  );
  profiles constant oid := (
    select c.oid
    from pg_catalog.pg_class c
    where c.relnamespace = to_regnamespace('neon_auth')
      and c.relname = 'users_sync'
  );
  origin constant text := obj_description(profiles, 'pg_class');
  grants text;
  orphans bigint;
begin
  if users is null then
    return;
  end if;
  if origin = 'created by the migration users_sync' then
    -- Filled by webhooks or local mode.
    if exists (select from neon_auth.users_sync) then
      return;
    end if;
  elsif profiles is not null and origin is distinct from 'created by the migration users_sync_bridge' then
    return;
  end if;

  select string_agg(g.sentence, '; ')
  into grants
  from (
    values
      (
        format('grant usage, create on schema neon_auth to %I', current_user),
        has_schema_privilege('neon_auth', 'usage') and has_schema_privilege('neon_auth', 'create')
      ),
      (
        format('grant select, trigger on neon_auth."user" to %I', current_user),
        has_table_privilege(users, 'select') and has_table_privilege(users, 'trigger')
      )
  ) g (sentence, is_there)
  where not g.is_there;
  if grants is not null then
    -- dbmate shows neither detail nor hint, so everything is in the message.
    raise exception 'neon_auth."user" belongs to the role %, and the role % may not keep users_sync beside it. '
      'Nothing was changed. What is missing: %',
      (select pg_get_userbyid(c.relowner) from pg_catalog.pg_class c where c.oid = users), current_user, grants;
  end if;

  if profiles is null then
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
  elsif obj_description(to_regnamespace('neon_auth')::oid, 'pg_namespace') = 'created by the migration users_sync' then
    -- The database was migrated before it had Neon Auth. The schema is no longer ours to drop.
    comment on schema neon_auth is null;
  end if;
  if origin is distinct from 'created by the migration users_sync_bridge' then
    comment on table neon_auth.users_sync is 'created by the migration users_sync_bridge';
  end if;

  if not public.users_sync_is_kept() then
    -- Sign-ups queue behind this lock while it waits. It waits longer than deadlock_timeout, 1 s, because only then does
    -- Postgres cancel an autovacuum that blocks it.
    set local lock_timeout = '1500ms';
    create or replace trigger profile_of_user
      after insert or update or delete on neon_auth."user"
      for each row execute function public.keep_profile_of_user();
    perform pg_notify('migration', 'triggers on neon_auth."user" keep neon_auth.users_sync from now on');
    -- No user can change until this is committed.
    perform public.write_profile_of_user(to_jsonb(a)) from neon_auth."user" a;
    select count(*)
    into orphans
    from neon_auth.users_sync u
    where u.deleted_at is null
      and not exists (select from neon_auth."user" a where a.id::text = u.id);
    if orphans > 0 then
      perform pg_notify('migration', format('profiles without a user, which stay with their todos: %s', orphans));
    end if;
  end if;
end
$$;
revoke all on function bridge_users_sync() from public;

select bridge_users_sync();

-- migrate:down
set local lock_timeout = '1500ms';
do $$
begin
  if obj_description(to_regclass('neon_auth.users_sync'), 'pg_class') = 'created by the migration users_sync_bridge' then
    drop table neon_auth.users_sync;
  end if;
end
$$;
drop function bridge_users_sync(), sweep_users_sync(), users_sync_is_kept();
-- "cascade" drops the trigger, too, which only the owner of "user" could drop by itself.
drop function keep_profile_of_user() cascade;
drop function write_profile_of_user(jsonb), profile_of_user(jsonb);
drop table users_out_of_sync;
