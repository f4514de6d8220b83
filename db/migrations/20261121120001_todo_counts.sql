-- migrate:up
-- What pages would otherwise count: docs/decisions/0009-counters-and-versions.md has the measurements.
-- Triggers keep the counters in the transaction of the change. They know nothing of profiles: whoever reads
-- them leaves out the people whose profiles are marked as deleted, because their todos may be there for a
-- while.
create table todo_counts (
  owner_id text,
  complete bigint not null,
  total bigint not null,
  -- The latest add or tick among the owner's todos.
  latest timestamptz not null,
  constraint todo_counts_pkey primary key (owner_id)
)
-- Without an index on latest, and with room in each page, a change stays in its page. Sorting 10,000 rows
-- costs a reader 2 ms.
with (fillfactor = 70);

-- Days in UTC. A transaction writes to its own shard of todos_version alone, so that no two wait for each
-- other.
create table todo_days (
  day date,
  shard bigint,
  created bigint not null,
  completed bigint not null,
  constraint todo_days_pkey primary key (day, shard)
)
with (fillfactor = 50, vacuum_truncate = off);

create function count_changed_todos() returns trigger
language plpgsql
security definer
set search_path = ''
-- Left to itself Postgres plans each statement with an array anew, every time: 0.4 ms of a tick.
set plan_cache_mode = force_generic_plan
as $$
declare
  sign constant int := case tg_op when 'DELETE' then -1 else 1 end;
  -- One entry for each owner for whom the statement changed something.
  owners text[];
  completes bigint[];
  totals bigint[];
  gained timestamptz[];
  lost timestamptz[];
  -- One entry for each such day.
  days date[];
  created bigint[];
  completed bigint[];
begin
  if tg_op = 'TRUNCATE' then
    -- Whoever changes todos has to wait for the lock on them that we hold, so nobody holds one of these rows.
    delete from public.todo_counts;
    delete from public.todo_days;
    return null;
  elsif tg_op = 'UPDATE' then
    with moves as materialized (
      select 1 as sign, n.owner_id, n.is_complete, n.inserted_at, n.completed_at from new_todos n
      union all
      select -1, o.owner_id, o.is_complete, o.inserted_at, o.completed_at from old_todos o
    ),
    by_owner as (
      select
        m.owner_id,
        sum(m.sign * m.is_complete::int) as complete,
        sum(m.sign) as total,
        max(greatest(m.inserted_at, m.completed_at)) filter (where m.sign = 1) as gained,
        max(greatest(m.inserted_at, m.completed_at)) filter (where m.sign = -1) as lost
      from moves m
      group by m.owner_id
    ),
    by_day as (
      select d.day, sum(d.created) as created, sum(d.completed) as completed
      from moves m
      cross join lateral (
        values
          ((m.inserted_at at time zone 'utc')::date, m.sign, 0),
          (case when m.is_complete then (m.completed_at at time zone 'utc')::date end, 0, m.sign)
      ) as d (day, created, completed)
      where d.day is not null
      group by d.day
      having sum(d.created) <> 0 or sum(d.completed) <> 0
    ),
    owners_entries as (
      select
        array_agg(b.owner_id order by b.owner_id) as owners,
        array_agg(b.complete order by b.owner_id) as completes,
        array_agg(b.total order by b.owner_id) as totals,
        array_agg(b.gained order by b.owner_id) as gained,
        array_agg(b.lost order by b.owner_id) as lost
      from by_owner b
      where b.complete <> 0 or b.total <> 0 or b.gained is distinct from b.lost
    ),
    days_entries as (
      select array_agg(b.day) as days, array_agg(b.created) as created, array_agg(b.completed) as completed
      from by_day b
    )
    select o.owners, o.completes, o.totals, o.gained, o.lost, d.days, d.created, d.completed
    into owners, completes, totals, gained, lost, days, created, completed
    from owners_entries o, days_entries d;
  else
    with by_owner as (
      select
        c.owner_id,
        count(*) filter (where c.is_complete) as complete,
        count(*) as total,
        max(greatest(c.inserted_at, c.completed_at)) as latest
      from changed c
      group by c.owner_id
    ),
    by_day as (
      select d.day, sum(d.created) as created, sum(d.completed) as completed
      from changed c
      cross join lateral (
        values
          ((c.inserted_at at time zone 'utc')::date, 1, 0),
          (case when c.is_complete then (c.completed_at at time zone 'utc')::date end, 0, 1)
      ) as d (day, created, completed)
      where d.day is not null
      group by d.day
    ),
    owners_entries as (
      select
        array_agg(b.owner_id order by b.owner_id) as owners,
        array_agg(sign * b.complete order by b.owner_id) as completes,
        array_agg(sign * b.total order by b.owner_id) as totals,
        array_agg(b.latest order by b.owner_id) as latest
      from by_owner b
    ),
    days_entries as (
      select
        array_agg(b.day) as days,
        array_agg(sign * b.created) as created,
        array_agg(sign * b.completed) as completed
      from by_day b
    )
    select
      o.owners, o.completes, o.totals,
      case when sign = 1 then o.latest end, case when sign = -1 then o.latest end,
      d.days, d.created, d.completed
    into owners, completes, totals, gained, lost, days, created, completed
    from owners_entries o, days_entries d;
  end if;

  if owners is not null then
    -- Locks the owners' rows, everybody in the same order. Who wants one of them waits until our commit.
    insert into public.todo_counts as c (owner_id, complete, total, latest)
    select e.owner_id, e.complete, e.total, coalesce(e.gained, '-infinity')
    from unnest(owners, completes, totals, gained) as e (owner_id, complete, total, gained)
    on conflict on constraint todo_counts_pkey do update
    set
      complete = c.complete + excluded.complete,
      total = c.total + excluded.total,
      latest = greatest(c.latest, excluded.latest);
  end if;

  if lost is not null then
    -- The latest may be gone. Statements of their own: now that we hold the rows, they see what everybody who
    -- held them before has committed.
    update public.todo_counts c
    set latest = coalesce(
      (select max(greatest(t.inserted_at, t.completed_at)) from public.todos t where t.owner_id = c.owner_id),
      '-infinity'
    )
    from unnest(owners, gained, lost) as e (owner_id, gained, lost)
    where c.owner_id = e.owner_id
      and e.lost >= c.latest
      and (e.gained is null or e.gained < e.lost);

    delete from public.todo_counts c
    where c.owner_id = any (owners)
      and c.total = 0;
  end if;

  if days is not null then
    insert into public.todo_days as c (day, shard, created, completed)
    select e.day, mine, e.created, e.completed
    from public.change_todos_version() as mine
    cross join unnest(days, created, completed) as e (day, created, completed)
    on conflict on constraint todo_days_pkey do update
    set
      created = c.created + excluded.created,
      completed = c.completed + excluded.completed;
  end if;
  return null;
end
$$;
revoke all on function count_changed_todos() from public;

-- Counts everything anew: at first, and for whoever has changed todos without its triggers. Waits for those
-- who are changing todos, and keeps others from it to the end of the transaction.
create function recount_todos() returns void
language plpgsql
set search_path = ''
as $$
begin
  lock table public.todos in share row exclusive mode;
  delete from public.todo_counts;
  delete from public.todo_days;

  insert into public.todo_counts (owner_id, complete, total, latest)
  select
    t.owner_id,
    count(*) filter (where t.is_complete),
    count(*),
    max(greatest(t.inserted_at, t.completed_at))
  from public.todos t
  group by t.owner_id;

  insert into public.todo_days (day, shard, created, completed)
  select d.day, public.change_todos_version(), sum(d.created), sum(d.completed)
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

-- Longer than deadlock_timeout, 1 s: only then does Postgres call off an autovacuum that is in the way.
set local lock_timeout = '1500ms';
select recount_todos();

-- They come before todos_version_after_…, in the order of their names: nobody holds a shard while he waits.
create trigger todo_counts_after_insert after insert on todos
  referencing new table as changed for each statement execute function count_changed_todos();
create trigger todo_counts_after_update after update on todos
  referencing old table as old_todos new table as new_todos
  for each statement execute function count_changed_todos();
create trigger todo_counts_after_delete after delete on todos
  referencing old table as changed for each statement execute function count_changed_todos();
create trigger todo_counts_after_truncate after truncate on todos
  for each statement execute function count_changed_todos();

-- Finds an owner's latest add or tick at one place. Nothing counts in todos_progress any more, so that
-- writers have no more indexes than before.
create index todos_latest on todos (owner_id, greatest(inserted_at, completed_at));
drop index todos_progress;

-- migrate:down
-- A page that holds one of these tables may wait for another. It is us who give up, before deadlock_timeout,
-- 1 s.
set local lock_timeout = '400ms';
create index todos_progress on todos (owner_id) include (is_complete, inserted_at, completed_at);
drop index todos_latest;
drop function count_changed_todos() cascade;
drop function recount_todos();
drop table todo_counts, todo_days;
