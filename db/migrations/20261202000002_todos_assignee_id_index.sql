-- migrate:up transaction:false
-- "Assigned to me" and its count, and the key when a profile is deleted. If this is interrupted, drop the invalid index
-- that it leaves, and run it again.
create index concurrently todos_assignee_id on todos (assignee_id, inserted_at desc, id desc)
  include (is_complete, owner_id)
  where assignee_id is not null;

-- migrate:down
set local lock_timeout = '400ms';
drop index todos_assignee_id;
