-- migrate:up
-- Saves pages from counting, and tells whether anything that they show has changed:
-- docs/decisions/0009-counters-and-versions.md has the measurements.
--
-- Triggers record each statement's changes in a ledger, in its transaction: adding rows blocks no other session. From
-- time to time one transaction folds the ledger into a row per owner and a row per day. Views add up both, so that
-- readers see one exact state, folded or not.

-- Longer than deadlock_timeout, 1 s: only then does Postgres cancel an autovacuum that blocks it.
set local lock_timeout = '1500ms';

create table todo_changes (
  -- Not always 1: after a restore of an older state, no version may repeat.
  step bigint not null default 1 + floor(random() * 1000000),
  -- 1 for a todo as it is after the change, -1 for a todo as it was before; 0 for a change of profiles, which are not
  -- counted here.
  sign smallint not null,
  owner_id text,
  is_complete boolean,
  inserted_at timestamptz,
  completed_at timestamptz
)
-- Rows live only until the next fold.
with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

create table folded_counts (
  owner_id text,
  complete bigint not null,
  total bigint not null,
  latest timestamptz not null,
  constraint folded_counts_pkey primary key (owner_id)
)
-- Without an index on latest, and with room in each page, updates stay in their page. Sorting 10,000 rows costs a
-- reader 2 ms.
with (fillfactor = 70);

create table folded_days (
  day date,
  created bigint not null,
  completed bigint not null,
  constraint folded_days_pkey primary key (day)
)
with (fillfactor = 50);

create table folded_version (version bigint not null);
insert into folded_version select 1 + floor(random() * 1000000);

-- Finds an owner's latest add or tick in one lookup. It replaces todos_progress, which no query counts with any more,
-- so that writers maintain no more indexes than before.
create index if not exists todos_latest on todos (owner_id, greatest(inserted_at, completed_at));
drop index if exists todos_progress;

-- The current counts of owners in the ledger, including owners without a todo left. Their latest add or tick is looked
-- up when the ledger may have removed it.
create view changed_counts as
select
  p.owner_id,
  p.complete + coalesce(f.complete, 0) as complete,
  p.total + coalesce(f.total, 0) as total,
  case
    when p.lost >= greatest(f.latest, p.gained) then
      (select max(greatest(t.inserted_at, t.completed_at)) from todos t where t.owner_id = p.owner_id)
    else greatest(f.latest, p.gained)
  end as latest
from (
  select
    c.owner_id,
    sum(c.sign * c.is_complete::int) as complete,
    sum(c.sign) as total,
    max(greatest(c.inserted_at, c.completed_at)) filter (where c.sign = 1) as gained,
    max(greatest(c.inserted_at, c.completed_at)) filter (where c.sign = -1) as lost
  from todo_changes c
  where c.sign <> 0
  group by c.owner_id
) p
left join folded_counts f on f.owner_id = p.owner_id;

-- How many todos each owner has. It knows no profiles: readers leave out profiles that are marked as deleted, whose
-- todos may remain for a while.
--
-- "not in" is hashed, however many rows the planner expects in the ledger, which changes faster than its statistics.
create view todo_counts as
select f.owner_id, f.complete, f.total, f.latest
from folded_counts f
where f.owner_id not in (select c.owner_id from todo_changes c where c.owner_id is not null)
union all
select c.owner_id, c.complete, c.total, c.latest
from changed_counts c
where c.total > 0;

-- How many todos were added and ticked on each day in UTC, from the ledger alone.
create view changed_days as
select d.day, sum(d.created)::bigint as created, sum(d.completed)::bigint as completed
from todo_changes c
cross join lateral (
  values
    ((c.inserted_at at time zone 'utc')::date, c.sign, 0),
    ((c.completed_at at time zone 'utc')::date, 0, c.sign * c.is_complete::int)
) as d (day, created, completed)
where d.day is not null
group by d.day;

-- The same, of all todos.
create view todo_days as
select d.day, sum(d.created)::bigint as created, sum(d.completed)::bigint as completed
from (
  select f.day, f.created, f.completed from folded_days f
  union all
  select c.day, c.created, c.completed from changed_days c
) d
group by d.day;

-- Grows with every change of todos or profiles: read in one snapshot with the list, it identifies what the list shows.
create view todos_version as
select f.version + coalesce((select sum(c.step) from todo_changes c), 0) as version
from folded_version f;

-- Folds the ledger, unless another session is folding it. Above read committed it does nothing: a fold by another
-- session since the transaction began would make it fail to serialize.
create function fold_todo_changes() returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    return;
  end if;
  -- In the order in which "truncate todos" takes the two locks.
  lock table public.todos in access share mode;
  if not pg_try_advisory_xact_lock(hashtext('public.todo_changes')) then
    return;
  end if;

  -- Every part of the statement sees the state before it.
  with version as (
    update public.folded_version v
    set version = n.version
    from public.todos_version n
  ),
  days as (
    insert into public.folded_days as d (day, created, completed)
    select c.day, c.created, c.completed
    from public.changed_days c
    on conflict on constraint folded_days_pkey do update
    set
      created = d.created + excluded.created,
      completed = d.completed + excluded.completed
  ),
  changed as materialized (
    select c.owner_id, c.complete, c.total, c.latest from public.changed_counts c
  ),
  counts as (
    insert into public.folded_counts as f (owner_id, complete, total, latest)
    select c.owner_id, c.complete, c.total, c.latest
    from changed c
    where c.total > 0
    on conflict on constraint folded_counts_pkey do update
    set complete = excluded.complete, total = excluded.total, latest = excluded.latest
  ),
  gone as (
    delete from public.folded_counts f
    using changed c
    where f.owner_id = c.owner_id
      and c.total = 0
  )
  delete from public.todo_changes;
end
$$;
revoke all on function fold_todo_changes() from public;

-- With our rights, so that roles that may change todos need none on the ledger.
create function record_changed_todos() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  recorded bigint;
begin
  if tg_op = 'INSERT' then
    insert into public.todo_changes (sign, owner_id, is_complete, inserted_at, completed_at)
    select 1, n.owner_id, n.is_complete, n.inserted_at, n.completed_at from new_todos n;
  elsif tg_op = 'UPDATE' then
    insert into public.todo_changes (sign, owner_id, is_complete, inserted_at, completed_at)
    select 1, n.owner_id, n.is_complete, n.inserted_at, n.completed_at from new_todos n
    union all
    select -1, o.owner_id, o.is_complete, o.inserted_at, o.completed_at from old_todos o;
  elsif tg_op = 'DELETE' then
    insert into public.todo_changes (sign, owner_id, is_complete, inserted_at, completed_at)
    select -1, o.owner_id, o.is_complete, o.inserted_at, o.completed_at from old_todos o;
  else
    if current_setting('transaction_isolation') <> 'read committed' then
      raise exception 'todos can only be truncated at read committed'
        using errcode = 'feature_not_supported', hint = 'An older snapshot does not see all that is counted.';
    end if;
    perform pg_advisory_xact_lock(hashtext('public.todo_changes'));
    delete from public.folded_counts;
    delete from public.folded_days;
    with gone as (delete from public.todo_changes c returning c.step)
    update public.folded_version v
    set version = v.version + coalesce((select sum(g.step) from gone g), 0);
    insert into public.todo_changes (sign) values (0);
  end if;
  get diagnostics recorded = row_count;
  if recorded = 0 then
    return null;
  end if;

  -- Notifies only if there are listeners, because with NOTIFY transactions commit one at a time. A listener takes this
  -- lock, shared, before it listens, and looks again when all transactions that may have found it free have ended. One
  -- expression, so that no time limit ends the statement between lock and unlock.
  if not (pg_try_advisory_lock(hashtext('todos_changed')) and pg_advisory_unlock(hashtext('todos_changed'))) then
    -- Always the same payload: Postgres sends duplicates once per transaction.
    perform pg_notify('todos_changed', 'todos');
  end if;

  -- Keeps the ledger that pages read small; a statement that adds thousands of rows folds them itself. The more rows a
  -- fold takes, the fewer owners per row: folding 256 at a time cost 15 % of the changes per second.
  if random() * 2048 < recorded then
    perform public.fold_todo_changes();
  end if;
  return null;
end
$$;
revoke all on function record_changed_todos() from public;

-- Runs inside Neon's own write, and turns every error into a warning, as remove_todos_of_deleted_profile does.
-- Neon also writes a profile when only the time of the last visit has changed, which no page shows.
create function record_changed_profiles() returns trigger
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
revoke all on function record_changed_profiles() from public;

-- Counts everything again: now, and whenever todos were changed without their triggers. Waits for changes to todos in
-- progress, and blocks others until the transaction ends.
create function recount_todos() returns void
language plpgsql
set search_path = ''
as $$
begin
  lock table public.todos in share row exclusive mode;
  perform pg_advisory_xact_lock(hashtext('public.todo_changes'));
  delete from public.folded_counts;
  delete from public.folded_days;
  with gone as (delete from public.todo_changes c returning c.step)
  update public.folded_version v
  set version = v.version + coalesce((select sum(g.step) from gone g), 0);
  insert into public.todo_changes (sign) values (0);

  insert into public.folded_counts (owner_id, complete, total, latest)
  select
    t.owner_id,
    count(*) filter (where t.is_complete),
    count(*),
    max(greatest(t.inserted_at, t.completed_at))
  from public.todos t
  group by t.owner_id;

  insert into public.folded_days (day, created, completed)
  select d.day, sum(d.created), sum(d.completed)
  from (
    select (t.inserted_at at time zone 'utc')::date as day, 1 as created, 0 as completed
    from public.todos t
    union all
    select (t.completed_at at time zone 'utc')::date, 0, 1
    from public.todos t
    where t.is_complete
      and t.completed_at is not null
  ) d
  group by d.day;
  perform pg_notify('todos_changed', 'todos');
end
$$;
revoke all on function recount_todos() from public;

select recount_todos();

create trigger todo_changes_after_insert after insert on todos
  referencing new table as new_todos for each statement execute function record_changed_todos();
create trigger todo_changes_after_update after update on todos
  referencing old table as old_todos new table as new_todos
  for each statement execute function record_changed_todos();
create trigger todo_changes_after_delete after delete on todos
  referencing old table as old_todos for each statement execute function record_changed_todos();
create trigger todo_changes_after_truncate after truncate on todos
  for each statement execute function record_changed_todos();

do $$
begin
  create trigger todo_changes_after_insert after insert on neon_auth.users_sync
    referencing new table as changed for each statement execute function record_changed_profiles();
  create trigger todo_changes_after_update after update on neon_auth.users_sync
    referencing old table as before_it new table as after_it
    for each statement execute function record_changed_profiles();
  create trigger todo_changes_after_delete after delete on neon_auth.users_sync
    referencing old table as changed for each statement execute function record_changed_profiles();
  create trigger todo_changes_after_truncate after truncate on neon_auth.users_sync
    for each statement execute function record_changed_profiles();
exception when insufficient_privilege then
  perform pg_notify(
    'migration',
    'neon_auth.users_sync belongs to a role that allows us no trigger on it: open pages show new names and '
      'e-mails after the next change of a todo'
  );
end
$$;

-- migrate:down
-- A page that has locked one of these tables may wait for another. This gives up first, before deadlock_timeout, 1 s.
set local lock_timeout = '400ms';
create index todos_progress on todos (owner_id) include (is_complete, inserted_at, completed_at);
drop index todos_latest;
-- "cascade" drops their triggers, too, which on users_sync only its owner could drop.
drop function record_changed_todos() cascade;
drop function record_changed_profiles() cascade;
drop function recount_todos(), fold_todo_changes();
drop view todos_version, todo_days, changed_days, todo_counts, changed_counts;
drop table todo_changes, folded_counts, folded_days, folded_version;
