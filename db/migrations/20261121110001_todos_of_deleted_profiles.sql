-- migrate:up
-- Neon deletes a user by setting deleted_at, which no foreign key notices. Rows that are really deleted are left to the
-- key: with a trigger for them, too, there would be no ghosts after dropping the key.
--
-- The trigger runs inside Neon's own write, where an error or a wait would stop the sync of all users. So it has our
-- rights whichever role writes, waits at most 0.3 s for changes to the user's todos, and turns every error into a
-- warning. Todos that it leaves behind are hidden from all readers, and the app's sweep removes them in small batches.
-- So it does with todos of profiles that are already deleted: a migration would lock all of them until it ends.
create function remove_todos_of_deleted_profile() returns trigger
language plpgsql
security definer
set search_path = ''
set lock_timeout = '300ms'
as $$
begin
  -- 10,000 took 20 to 60 ms, and 100,000 took 210. An array, because a subquery may run again for each row, and would
  -- take another 10,000 each time.
  delete from public.todos
  where id = any (array(
    select t.id
    from public.todos t
    where t.owner_id = new.id
    limit 10000
    for update skip locked
  ));
  if exists (select from public.todos t where t.owner_id = new.id) then
    raise warning 'todos of the deleted profile % are left to the sweep: too many at once, or in use', new.id;
  end if;
  return null;
-- "others" includes neither of the two after it. The writer's statement may time out here: that must not undo it.
exception when others or query_canceled or assert_failure then
  raise warning 'todos of the deleted profile % are left to the sweep: %', new.id, sqlerrm;
  return null;
end
$$;
revoke all on function remove_todos_of_deleted_profile() from public;

do $$
begin
  -- Neon's writes queue behind this lock while it waits. It waits longer than deadlock_timeout, 1 s, because only then
  -- does Postgres cancel an autovacuum that blocks it.
  set local lock_timeout = '1500ms';
  create trigger todos_of_deleted_profile
    after insert or update on neon_auth.users_sync
    for each row
    when (new.deleted_at is not null)
    execute function remove_todos_of_deleted_profile();
exception when insufficient_privilege then
  perform pg_notify(
    'migration',
    'neon_auth.users_sync belongs to a role that allows us no trigger on it: the todos of a deleted profile '
      'are hidden at once all the same, and removed by the app''s own sweep'
  );
end
$$;

-- migrate:down
set local lock_timeout = '1500ms';
-- "cascade" drops the trigger, too, which only the owner of users_sync could drop by itself.
drop function if exists remove_todos_of_deleted_profile() cascade;
