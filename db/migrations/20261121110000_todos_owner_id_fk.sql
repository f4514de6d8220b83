-- migrate:up transaction:false
-- Each step commits, so that todos can always be read, and written except while the key is added. Each step may have
-- run before: an up that failed halfway is run again. They are one statement, because Postgres runs several in one text
-- as one transaction, in which nothing can be committed.
do $$
begin
  -- Without the constraints of todos: a repeated id must not stop the move.
  create table if not exists orphaned_todos (
    like todos,
    orphaned_at timestamptz not null default now(),
    reason text not null
  );

  -- Stays, for users who drop the key and want it back. A profile marked as deleted is still a profile.
  -- Columns are matched by name: a migration that adds a column to todos only has to add it to orphaned_todos, too.
  create or replace function move_orphaned_todos() returns bigint
  language plpgsql
  as $move$
  declare
    moved bigint;
    news text;
  begin
    with orphans as (
      delete from todos t
      where not exists (select from neon_auth.users_sync u where u.id = t.owner_id)
      returning to_jsonb(t) as todo
    ),
    kept as (
      insert into orphaned_todos
      select o.*
      from orphans
      cross join jsonb_build_object('orphaned_at', now(), 'reason', 'its owner has no profile') as note
      cross join jsonb_populate_record(null::orphaned_todos, todo || note) as o
      returning 1
    )
    select count(*) into moved from kept;

    if moved > 0 then
      news := format('todos moved to orphaned_todos, because their owners have no profile: %s', moved);
      raise notice '%', news;
      perform pg_notify('migration', news);
    end if;
    return moved;
  end
  $move$;

  perform move_orphaned_todos();
  commit;

  for attempt in 1..4 loop
    exit when exists (
      select from pg_constraint where conrelid = 'todos'::regclass and conname = 'todos_owner_id_fk'
    );
    begin
      -- Writers queue behind this lock while it waits. It waits longer than deadlock_timeout, 1 s, because only then
      -- does Postgres cancel an autovacuum that blocks it.
      set local lock_timeout = '1500ms';
      -- The cascade has an index: todos_progress begins with owner_id.
      alter table todos
        add constraint todos_owner_id_fk foreign key (owner_id) references neon_auth.users_sync (id)
        on delete cascade not valid;
    exception when lock_not_available or deadlock_detected then
      if attempt = 4 then
        raise exception 'the foreign key todos_owner_id_fk was not added, because other sessions kept '
          'todos or neon_auth.users_sync locked: 4 times 1.5 s were not enough. The app works without it. '
          'Run this again when the tables are less busy; pg_locks and pg_stat_activity show which sessions hold them';
      end if;
      -- Lets queued sessions through.
      perform pg_sleep(0.5);
    end;
    commit;
  end loop;

  -- Moves orphans added between the first move and the key.
  perform move_orphaned_todos();
  commit;

  alter table todos validate constraint todos_owner_id_fk;
end
$$;

-- migrate:down transaction:false
do $$
declare
  staying bigint;
begin
  for attempt in 1..5 loop
    begin
      -- This locks todos and then users_sync, even for readers; a page reads users_sync first. Waiting for both takes
      -- less than deadlock_timeout, 1 s, so that this gives up, and the page gets its todos.
      set local lock_timeout = '400ms';
      alter table todos drop constraint if exists todos_owner_id_fk;
      exit;
    exception when lock_not_available then
      if attempt = 5 then
        raise exception 'the foreign key todos_owner_id_fk was not dropped, because other sessions kept '
          'todos or neon_auth.users_sync locked: 5 times 0.4 s were not enough. Nothing was changed. Run '
          'this again when the tables are less busy; pg_locks and pg_stat_activity show which sessions hold them';
      end if;
      perform pg_sleep(0.2);
    end;
  end loop;
  drop function if exists move_orphaned_todos();
  commit;

  if to_regclass('orphaned_todos') is null then
    return;
  end if;

  with first_of_id as (
    select distinct on (o.id) o.id, o.ctid as place, to_jsonb(o) as orphan
    from orphaned_todos o
    order by o.id, o.orphaned_at
  ),
  back as (
    insert into todos
    select t.*
    from first_of_id
    cross join jsonb_populate_record(null::todos, orphan) as t
    on conflict do nothing
    returning id
  )
  delete from orphaned_todos o
  using first_of_id f
  join back using (id)
  where o.ctid = f.place;

  select count(*) into staying from orphaned_todos;
  if staying = 0 then
    drop table orphaned_todos;
  else
    perform pg_notify(
      'migration',
      format('todos that stay in orphaned_todos, because others have their id or their add_key: %s', staying)
    );
  end if;
end
$$;
