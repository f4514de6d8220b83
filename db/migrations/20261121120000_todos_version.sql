-- migrate:up
-- Whether anything has changed that the list shows: the sum over this table, read in the same snapshot as the
-- list. Each transaction that changes todos or profiles changes it with its own commit.
--
-- One row would be one queue. So a transaction takes any row that no other one holds, and adds one when there
-- is none: writers never wait for each other here, and there are as many rows as there once were writers at
-- once.
create table todos_version (
  shard bigint generated always as identity,
  version bigint not null,
  constraint todos_version_pkey primary key (shard)
)
-- Room for new versions of a row in its own page, where the next reader clears them away. Vacuum does not
-- give empty pages back, because it would lock out the readers for that.
with (
  fillfactor = 50,
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 1000,
  vacuum_truncate = off
);

-- Changes the version, once per transaction, and returns the shard: the transaction's own to its end.
create function change_todos_version() returns bigint
language plpgsql
as $$
declare
  -- Not always 1: after a restore of an older state no version may come a second time.
  step constant bigint := 1 + floor(random() * 1000000);
  -- Of an earlier change in this transaction. Without it each of 10,000 statements would read what all before
  -- it left in the table. The setting goes with the transaction, or with a savepoint, as the change does.
  mine bigint := nullif(current_setting('todos.version_changed', true), '');
begin
  if mine is not null then
    return mine;
  end if;

  -- At the other levels a row that was changed since the transaction began is a serialization failure.
  if current_setting('transaction_isolation') = 'read committed' then
    update public.todos_version
    set version = version + step
    where shard = (
      select v.shard
      from public.todos_version v
      -- Each session begins with another one: at 32 at once, trying all from the first took half of the time.
      order by (v.shard + pg_backend_pid()) % 64
      limit 1
      for no key update skip locked
    )
    returning shard into mine;
  end if;
  if mine is null then
    insert into public.todos_version (version)
    values (step)
    returning shard into mine;
  end if;

  perform set_config('todos.version_changed', mine::text, true);
  return mine;
end
$$;
revoke all on function change_todos_version() from public;

-- With our rights, so that whoever may change todos needs none on the version.
create function tell_of_changed_todos() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_op <> 'TRUNCATE' then
    if not exists (select from changed) then
      return null;
    end if;
  end if;
  perform public.change_todos_version();
  -- Alike in every statement: Postgres sends one of them per transaction.
  perform pg_notify('todos_changed', 'todos');
  return null;
end
$$;
revoke all on function tell_of_changed_todos() from public;

-- Runs inside Neon's own write, and makes every error a warning, as remove_todos_of_deleted_profile does.
-- Neon writes a profile, too, when only the time of the last visit is new: that concerns no page.
create function tell_of_changed_profiles() returns trigger
language plpgsql
security definer
set search_path = ''
set lock_timeout = '300ms'
as $$
begin
  if tg_op = 'UPDATE' then
    if not exists (
      select a.id, a.name, a.email, a.deleted_at, a.raw_json -> 'server_metadata' from after_it a
      except
      select b.id, b.name, b.email, b.deleted_at, b.raw_json -> 'server_metadata' from before_it b
    ) then
      return null;
    end if;
  elsif tg_op <> 'TRUNCATE' then
    if not exists (select from changed) then
      return null;
    end if;
  end if;
  perform public.change_todos_version();
  perform pg_notify('todos_changed', 'users');
  return null;
-- "others" means neither of the two after it.
exception when others or query_canceled or assert_failure then
  raise warning 'open pages are not told that profiles changed: %', sqlerrm;
  return null;
end
$$;
revoke all on function tell_of_changed_profiles() from public;

-- Longer than deadlock_timeout, 1 s: only then does Postgres call off an autovacuum that is in the way.
set local lock_timeout = '1500ms';

create trigger todos_version_after_insert after insert on todos
  referencing new table as changed for each statement execute function tell_of_changed_todos();
create trigger todos_version_after_update after update on todos
  referencing new table as changed for each statement execute function tell_of_changed_todos();
create trigger todos_version_after_delete after delete on todos
  referencing old table as changed for each statement execute function tell_of_changed_todos();
create trigger todos_version_after_truncate after truncate on todos
  for each statement execute function tell_of_changed_todos();

do $$
begin
  create trigger todos_version_after_insert after insert on neon_auth.users_sync
    referencing new table as changed for each statement execute function tell_of_changed_profiles();
  create trigger todos_version_after_update after update on neon_auth.users_sync
    referencing old table as before_it new table as after_it
    for each statement execute function tell_of_changed_profiles();
  create trigger todos_version_after_delete after delete on neon_auth.users_sync
    referencing old table as changed for each statement execute function tell_of_changed_profiles();
  create trigger todos_version_after_truncate after truncate on neon_auth.users_sync
    for each statement execute function tell_of_changed_profiles();
exception when insufficient_privilege then
  perform pg_notify(
    'migration',
    'neon_auth.users_sync belongs to a role that allows us no trigger on it: open pages show new names and '
      'e-mails after the next change of a todo'
  );
end
$$;

-- migrate:down
-- A page that holds one of these tables may wait for another. It is us who give up, before deadlock_timeout,
-- 1 s.
set local lock_timeout = '400ms';
-- Along with their triggers, which on users_sync only its owner could drop.
drop function tell_of_changed_todos() cascade;
drop function tell_of_changed_profiles() cascade;
drop function change_todos_version();
drop table todos_version;
