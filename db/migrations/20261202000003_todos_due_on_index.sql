-- migrate:up transaction:false
-- "Overdue" and its count read only the index. If this is interrupted, drop the invalid index that it leaves, and run it
-- again.
create index concurrently todos_due_on on todos (due_on)
  include (inserted_at, id, owner_id, assignee_id)
  where due_on is not null and not is_complete;

-- migrate:down
set local lock_timeout = '400ms';
drop index todos_due_on;
