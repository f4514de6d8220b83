-- migrate:up
-- What a change has removed or altered, for the ten minutes in which its actor may undo it. The statement that makes
-- the change writes it, and the one that undoes the change deletes it.
create table undoable_todos (
  -- Identifies one change of one actor.
  batch uuid not null,
  todo_id bigint not null,
  actor_id text not null,
  owner_id text not null,
  changed_at timestamptz not null default now(),
  kind text not null,
  -- Of a removed todo, all columns by name: a column added to todos needs nothing here. Of a ticked todo, only
  -- is_complete and completed_at: undoing keeps all other changes.
  was jsonb not null,
  constraint undoable_todos_pkey primary key (batch, todo_id),
  constraint undoable_todos_kind check (kind in ('removed', 'ticked'))
)
-- Rows live only minutes.
with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- A deletion is undone by the todo's id.
create index undoable_todos_todo_id on undoable_todos (todo_id);
create index undoable_todos_owner_id on undoable_todos (owner_id);

-- Deleting a profile, in either way, deletes what could be brought back of its todos. A foreign key would not notice
-- deleted_at, and would keep users from dropping the other key to see the tutorial's ghosts. The trigger runs inside
-- Neon's own write: see remove_todos_of_deleted_profile. No user can bring back what it leaves behind, and the app's
-- sweep removes it.
create function remove_undoable_todos_of_deleted_profile() returns trigger
language plpgsql
security definer
set search_path = ''
set lock_timeout = '300ms'
as $$
declare
  profile constant text := case tg_op when 'DELETE' then old.id else new.id end;
begin
  with chosen as (
    select c.batch, c.todo_id
    from public.undoable_todos c
    where c.owner_id = profile
    limit 10000
    for update skip locked
  )
  delete from public.undoable_todos c
  using chosen
  where c.batch = chosen.batch
    and c.todo_id = chosen.todo_id;
  return null;
-- "others" includes neither of the two after it. The writer's statement may time out here: that must not undo it.
exception when others or query_canceled or assert_failure then
  raise warning 'todos of the deleted profile % that could be undone are left to the sweep: %', profile, sqlerrm;
  return null;
end
$$;
revoke all on function remove_undoable_todos_of_deleted_profile() from public;

do $$
begin
  -- Longer than deadlock_timeout, 1 s: only then does Postgres cancel an autovacuum that blocks it.
  set local lock_timeout = '1500ms';
  create trigger undoable_todos_of_marked_profile
    after insert or update on neon_auth.users_sync
    for each row
    when (new.deleted_at is not null)
    execute function remove_undoable_todos_of_deleted_profile();
  create trigger undoable_todos_of_deleted_profile
    after delete on neon_auth.users_sync
    for each row
    execute function remove_undoable_todos_of_deleted_profile();
exception when insufficient_privilege then
  perform pg_notify(
    'migration',
    'neon_auth.users_sync belongs to a role that allows us no trigger on it: what could be undone of a deleted '
      'profile''s todos is removed by the app''s own sweep'
  );
end
$$;

-- migrate:down
set local lock_timeout = '1500ms';
-- "cascade" drops its triggers, too, which on users_sync only its owner could drop.
drop function remove_undoable_todos_of_deleted_profile() cascade;
drop table undoable_todos;
