-- migrate:up transaction:false
-- The app works without the key, too: an assignee without a profile is shown nowhere. Each step commits, so that todos
-- can be written except while the key is added, and may have run before.
do $$
begin
  for attempt in 1..4 loop
    exit when exists (
      select from pg_constraint where conrelid = 'todos'::regclass and conname = 'todos_assignee_id_fk'
    );
    begin
      -- As for todos_owner_id_fk.
      set local lock_timeout = '1500ms';
      alter table todos
        add constraint todos_assignee_id_fk foreign key (assignee_id) references neon_auth.users_sync (id)
        on delete set null not valid;
    exception when lock_not_available or deadlock_detected then
      if attempt = 4 then
        raise exception 'the foreign key todos_assignee_id_fk was not added, because other sessions kept '
          'todos or neon_auth.users_sync locked: 4 times 1.5 s were not enough. Run this again when the tables are '
          'less busy; pg_locks and pg_stat_activity show which sessions hold them';
      end if;
      -- Lets queued sessions through.
      perform pg_sleep(0.5);
    end;
    commit;
  end loop;

  -- Writers go on meanwhile.
  alter table todos validate constraint todos_assignee_id_fk;
  commit;
  alter table todos validate constraint todos_due_on_in_range;
end
$$;

-- migrate:down
set local lock_timeout = '400ms';
alter table todos
  drop constraint if exists todos_assignee_id_fk,
  drop constraint todos_due_on_in_range,
  add constraint todos_due_on_in_range check (due_on between '1900-01-01' and '9999-12-31') not valid;
