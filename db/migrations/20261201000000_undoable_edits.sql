-- migrate:up
-- An edit can be undone while the todo is as the edit left it.

-- Longer than deadlock_timeout, 1 s: only then does Postgres cancel an autovacuum that blocks it.
set local lock_timeout = '1500ms';

-- Of an edited todo, `was` and `became` hold what users type. Text that another user has typed since is not undone.
alter table undoable_todos
  add column became jsonb,
  drop constraint undoable_todos_kind,
  add constraint undoable_todos_kind check (kind in ('removed', 'ticked', 'edited')),
  add constraint undoable_todos_became_of_edited check ((became is not null) = (kind = 'edited'));

-- migrate:down
set local lock_timeout = '1500ms';
delete from undoable_todos where kind = 'edited';
alter table undoable_todos
  drop constraint undoable_todos_became_of_edited,
  drop constraint undoable_todos_kind,
  add constraint undoable_todos_kind check (kind in ('removed', 'ticked')),
  drop column became;
