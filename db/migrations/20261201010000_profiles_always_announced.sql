-- migrate:up
-- Listeners decline announcements while many todos change. Changes of profiles are rare and may take a right away: they
-- are announced even if no process listens.
create or replace function record_changed_profiles() returns trigger
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
  insert into public.todo_changes (sign) values (0);
  perform pg_notify('todos_changed', 'users');
  return null;
-- "others" includes neither of the two after it.
exception when others or query_canceled or assert_failure then
  raise warning 'open pages are not told that profiles changed: %', sqlerrm;
  return null;
end
$$;

-- migrate:down
create or replace function record_changed_profiles() returns trigger
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
  insert into public.todo_changes (sign) values (0);
  if not (pg_try_advisory_lock(hashtext('todos_changed')) and pg_advisory_unlock(hashtext('todos_changed'))) then
    perform pg_notify('todos_changed', 'users');
  end if;
  return null;
-- "others" includes neither of the two after it.
exception when others or query_canceled or assert_failure then
  raise warning 'open pages are not told that profiles changed: %', sqlerrm;
  return null;
end
$$;
