-- migrate:up
-- Who does a todo, and by which day. Neither column has a default, so no row is rewritten; the next migrations add, each
-- with a lock of its own, what takes a look at every row.

-- Longer than deadlock_timeout, 1 s: only then does Postgres cancel an autovacuum that blocks it.
set local lock_timeout = '1500ms';
alter table todos
  add column assignee_id text,
  -- A day of the calendar, the same for everyone, whatever their time zone.
  add column due_on date,
  add constraint todos_due_on_in_range check (due_on between '1900-01-01' and '9999-12-31') not valid;
alter table orphaned_todos add column assignee_id text, add column due_on date;

-- migrate:down
-- Locks of readers, too: it gives up before deadlock_timeout, 1 s.
set local lock_timeout = '400ms';
alter table todos drop column due_on, drop column assignee_id;
alter table orphaned_todos drop column due_on, drop column assignee_id;
