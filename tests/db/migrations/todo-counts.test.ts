import type { Client } from "@neondatabase/serverless";
import { beforeEach, expect, test, vi } from "vitest";
import { connectDatabase } from "#app/db/database.server.ts";
import {
  allUsersBatch,
  statsTotals,
  todosPerDay,
  type UserStats,
  type UsersCursor,
  type UsersSort,
  usersCursor,
  usersPage,
} from "#app/routes/stats/queries.server.ts";
import { remainingTodos } from "#app/routes/todos/list/counts.server.ts";
import { progressOf, teamProgress } from "#app/routes/todos/list/team.server.ts";
import { wholeList } from "#app/routes/todos/list/views.ts";
import { applyMigrations, clear, session, statementsOf } from "./harness.ts";

const { DATABASE_URL = "" } = process.env;
const database = connectDatabase(DATABASE_URL);
let sql: Client;

const people = Array.from({ length: 12 }, (_, n) => `person ${n}`);
const boss = { userId: "boss", profileSeen: true } as Parameters<typeof statsTotals>[0];
const member = { ...boss, userId: "person 0" };

beforeEach(async () => {
  sql = await session();
  await clear(sql);
  await applyMigrations(sql);
  await sql.query(`insert into neon_auth.users_sync (raw_json)
    values ('{"id": "boss", "primary_email": "boss@example.com", "server_metadata": {"role": "admin"}}')`);
  await addProfiles(people);
});

async function addProfiles(ids: string[]): Promise<void> {
  await sql.query(
    `insert into neon_auth.users_sync (raw_json)
     select jsonb_build_object('id', id, 'primary_email', nullif(id, 'person 3') || '@example.com')
     from unnest($1::text[]) as id`,
    [ids],
  );
}

const today = "2026-01-01";

const dropKey = () => sql.query("alter table todos drop constraint todos_owner_id_fk");

/** What pages show, by our statements. */
async function shown() {
  const [[remaining], [team], [totals], days, users] = await database.snapshot(
    remainingTodos(wholeList),
    teamProgress(null, 1),
    statsTotals(boss),
    todosPerDay(boss),
    allUsersBatch(boss, null, today),
  );
  return { remaining: remaining?.remaining, team, totals, days, users };
}

/** The same, by counting everything. */
async function counted() {
  const rows = async (text: string) => (await sql.query(text)).rows;
  const visible = `select t.* from todos t left join neon_auth.users_sync u on u.id = t.owner_id
    where u.deleted_at is null`;
  const progress = `select u.id as "userId", u.email, u.name, u.deleted_at,
      count(t.id) filter (where t.is_complete)::int as complete, count(t.id)::int as total,
      max(greatest(t.inserted_at, t.completed_at)) as latest
    from neon_auth.users_sync u left join todos t on t.owner_id = u.id where u.deleted_at is null group by u.id`;
  const [remaining] = await rows(`select count(*)::int as n from (${visible}) t where not is_complete`);
  const [totals] =
    await rows(`select count(*)::int as todos, count(*) filter (where is_complete)::int as complete,
    (select count(*)::int from neon_auth.users_sync where deleted_at is null) as users from (${visible}) t`);
  return {
    remaining: remaining.n,
    team: {
      ...(
        await rows(`select count(*)::int as members, coalesce(sum(complete), 0)::int as complete,
          coalesce(sum(total), 0)::int as total, 0 as "ownCompleted" from (${progress}) p where total > 0`)
      )[0],
      shown: await rows(`select "userId", email, name, complete, total
        from (${progress}) p where total > 0 order by latest desc, "userId" limit 20`),
    },
    totals,
    days: await rows(`select to_char(day, 'YYYY-MM-DD') as day,
        (select count(*)::int from (${visible}) t where (inserted_at at time zone 'utc')::date = day) as created,
        (select count(*)::int from (${visible}) t
          where is_complete and (completed_at at time zone 'utc')::date = day) as completed
      from (select (now() at time zone 'utc')::date - n as day from generate_series(0, 29) n) d order by 1`),
    users: await rows(`select "userId", email, name, total - complete as open, complete, total,
        (select count(*)::int from (${visible}) t
          where owner_id = "userId" and not is_complete and due_on < '${today}') as overdue,
        (select count(*)::int from (${visible}) t where assignee_id = "userId" and not is_complete) as assigned,
        to_char(latest at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as latest
      from (${progress}) p order by "userId"`),
  };
}

/** What the pages show, and the counters row by row, are what they should be: before the ledger is folded, and after. */
async function expectExact(): Promise<void> {
  const expected = await counted();
  for (const counters of ["todo_counts", "todo_counts", "folded_counts"]) {
    const { rows } = await sql.query(`
      select * from (
        select owner_id, count(*) filter (where is_complete) as complete, count(*) as total,
          max(greatest(inserted_at, completed_at)) as latest
        from todos group by owner_id
      ) t full join ${counters} c using (owner_id)
      where (t.complete, t.total, t.latest) is distinct from (c.complete, c.total, c.latest)`);
    expect(rows).toEqual([]);
    expect(await shown()).toEqual(expected);
    await sql.query("select fold_todo_changes()");
  }
}

/** The same sequence of numbers from 0 to below 1 for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Random = () => number;
const someone = (random: Random) => people[Math.floor(random() * people.length)] ?? "";
const someDay = (random: Random) => `now() - interval '${Math.floor(random() * 40 * 24)} hours'`;
/** Some todos, locked in one order, so that only our triggers could bring about a deadlock. */
const some = (random: Random, count: number) =>
  `select id from todos where id % 23 = ${Math.floor(random() * 23)} order by id limit ${count} for update`;

/**
 * With the key a cascade locks a profile and then its todos, and an undo the other way round. That has nothing to
 * do with our triggers: the cascade gives up before Postgres would call it a deadlock, after 1 s.
 */
const deleteProfile = (id: string) => `
  with patience as materialized (select set_config('lock_timeout', '100ms', true))
  delete from neon_auth.users_sync using patience where id = '${id}'`;

const changes: ((random: Random) => string)[] = [
  (random) =>
    `insert into todos (owner_id, task, inserted_at) values ('${someone(random)}', 'x', ${someDay(random)})`,
  (random) => `insert into todos (owner_id, task, is_complete, completed_at)
    select '${someone(random)}', 'x', n % 2 = 0, case when n % 2 = 0 then now() end from generate_series(1, 5) n`,
  (random) => `insert into todos (owner_id, task, inserted_at)
    select owner, 'x', ${someDay(random)} from unnest(array['${someone(random)}', '${someone(random)}']) owner`,
  (random) => `with chosen as (${some(random, 1)}) update todos t
    set is_complete = not is_complete, completed_at = case when not is_complete then now() end
    from chosen where t.id = chosen.id`,
  (random) => `with chosen as (${some(random, 10)}) update todos t
    set is_complete = not is_complete, completed_at = case when not is_complete then ${someDay(random)} end
    from chosen where t.id = chosen.id`,
  (random) => `with chosen as (${some(random, 3)}) update todos t set owner_id = '${someone(random)}'
    from chosen where t.id = chosen.id`,
  (random) =>
    `with chosen as (${some(random, 5)}) update todos t
    set task = 'y', due_on = '${today}'::date - ${Math.floor(random() * 2)}, assignee_id = '${someone(random)}'
    from chosen where t.id = chosen.id`,
  (random) => `with chosen as (${some(random, 2)}) delete from todos t using chosen where t.id = chosen.id`,
  // Undo, in one statement: away, and there again as it was.
  (
    random,
  ) => `with chosen as (${some(random, 1)}), gone as (delete from todos t using chosen where t.id = chosen.id returning t.*)
    insert into todos (owner_id, task, is_complete, inserted_at, completed_at)
    select owner_id, task, is_complete, inserted_at, completed_at from gone`,
  (random) =>
    `update neon_auth.users_sync set deleted_at = case when deleted_at is null then now() end where id = '${someone(random)}'`,
];

test.each([
  ["with the foreign key", async () => {}],
  ["without the foreign key", dropKey],
])("eight clients make 800 random changes, %s: pages show what a full count shows", async (_, prepare) => {
  await prepare();
  const failures: string[] = [];
  const clients = await Promise.all(Array.from({ length: 8 }, () => session()));
  await Promise.all(
    clients.map(async (client, n) => {
      const random = randomNumbers(n + 1);
      for (let count = 0; count < 100; count++) {
        // Rarely: a profile that goes for good, and comes back; and everything at once.
        const rare = random();
        const who = someone(random);
        const change = changes[Math.floor(random() * changes.length)]?.(random) ?? "";
        const text =
          rare < 0.02
            ? deleteProfile(who)
            : rare < 0.04
              ? `insert into neon_auth.users_sync (raw_json) values ('{"id": "${who}"}') on conflict do nothing`
              : rare < 0.045
                ? "truncate todos"
                : rare < 0.1
                  ? "select fold_todo_changes()"
                  : change;
        await client.query(text).catch(({ message }) => failures.push(message));
      }
    }),
  );
  const expected = /constraint "todos_(owner|assignee)_id_fk"|lock timeout/;
  expect(failures.filter((message) => !expected.test(message))).toEqual([]);
  expect((await sql.query("select from todos")).rowCount).toBeGreaterThan(0);
  await expectExact();
});

const add = (owner: string, at: string, completedAt: string | null = null) =>
  sql.query(
    `insert into todos (owner_id, task, inserted_at, is_complete, completed_at)
     values ($1, 'x', now() - $2::interval, $3::interval is not null, now() - $3::interval)`,
    [owner, at, completedAt],
  );

const counterChanges = [
  ["deleting the latest", "delete from todos where owner_id = 'person 1' and completed_at is not null"],
  ["unticking it", "update todos set is_complete = false, completed_at = null where owner_id = 'person 1'"],
  ["giving it away", "update todos set owner_id = 'person 5' where owner_id = 'person 1' and is_complete"],
  [
    "moving it to another day",
    "update todos set inserted_at = now() - interval '9 days', completed_at = null",
  ],
  ["deleting an owner's last one", "delete from todos where owner_id = 'person 2'"],
  ["deleting all", "delete from todos"],
  ["truncating", "truncate todos"],
  ["deleting profiles", "delete from neon_auth.users_sync where id in ('person 1', 'person 2')"],
  [
    "marking a profile as deleted",
    "update neon_auth.users_sync set deleted_at = now() where id = 'person 1'",
  ],
  [
    "ticking by the tutorial's own statement, which knows no times,",
    "update todos set is_complete = not is_complete",
  ],
] as const;
const unfolded = async () => {};
const folded = () => sql.query("select fold_todo_changes()");
test.each(
  counterChanges.flatMap(([name, change]) => [
    [name, "that are in the ledger", change, unfolded] as const,
    [name, "that are folded", change, folded] as const,
  ]),
)("the counters are exact after %s: todos %s", async (_name, _where, change, fold) => {
  await add("person 1", "5 days", "1 hour");
  await add("person 1", "3 days");
  await add("person 2", "2 days");
  await fold();
  await sql.query(change);
  await expectExact();
});

/** Until a session waits for another one's lock. */
async function someoneWaits(): Promise<void> {
  const waiting = `select from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  await vi.waitFor(async () => expect((await sql.query(waiting)).rowCount).toBe(1), {
    interval: 5,
    timeout: 60_000,
  });
}

test("simultaneous changes to todos of different owners do not wait for each other", async () => {
  await add("person 1", "1 hour");
  await add("person 2", "1 hour");
  const first = await session();
  await first.query("begin");
  await first.query("update todos set is_complete = true, completed_at = now() where owner_id = 'person 1'");
  await sql.query("set lock_timeout = '1ms'");
  await sql.query("update todos set is_complete = true, completed_at = now() where owner_id = 'person 2'");
  await first.query("commit");
  await expectExact();
});

test("the migration counts what a writer commits while it waits", async () => {
  await sql.query(statementsOf("todo_changes").down);
  const writer = await session();
  await writer.query("begin");
  await writer.query("insert into todos (owner_id, task) values ('person 1', 'x')");
  // It waits as long as the writer takes here, on any machine.
  const up = statementsOf("todo_changes").up.replace(/set local lock_timeout = '\d+ms'/, "");
  const migrating = sql.query(`begin; ${up}; commit`);
  const onlooker = sql;
  sql = await session();
  await someoneWaits();
  await writer.query("commit");
  await migrating;
  sql = onlooker;
  await expectExact();
});

test("two changes to todos of one owner do not wait for each other, and both are counted", async () => {
  await add("person 1", "3 days");
  await add("person 1", "2 days", "1 day");
  await add("person 1", "2 days", "1 hour");
  const first = await session();
  await first.query("begin");
  await first.query("delete from todos where completed_at > now() - interval '2 hours'");
  await sql.query("set lock_timeout = '1ms'");
  await sql.query("delete from todos where completed_at < now() - interval '2 hours'");
  await sql.query("select fold_todo_changes()");
  await first.query("commit");
  await expectExact();
});

const inLedger = async () => (await sql.query("select from todo_changes where sign <> 0")).rowCount ?? 0;

test("folding does not block changes to todos, and changes made meanwhile are folded later", async () => {
  await add("person 1", "3 days");
  const first = await session();
  await first.query("begin");
  await first.query("select fold_todo_changes()");
  const before = await inLedger();
  await sql.query("set lock_timeout = '1ms'");
  await add("person 1", "2 days", "1 hour");
  await sql.query("select fold_todo_changes()");
  expect(await inLedger()).toBe(before + 1);
  await first.query("commit");
  await expectExact();
});

test("a transaction above read committed folds nothing, and does not fail", async () => {
  await add("person 1", "3 days");
  const first = await session();
  await first.query("begin isolation level repeatable read");
  await first.query("select from todos");
  await sql.query("select fold_todo_changes()");
  await first.query(
    "insert into todos (owner_id, task) select 'person 1', 'x' from generate_series(1, 3000)",
  );
  await first.query("commit");
  expect(await inLedger()).toBe(3000);
  await expectExact();
});

test("a change of thousands of todos folds them itself", async () => {
  await sql.query("insert into todos (owner_id, task) select 'person 1', 'x' from generate_series(1, 2048)");
  expect(await inLedger()).toBe(0);
  await expectExact();
});

test("a transaction that may not see everything counted cannot truncate todos", async () => {
  await add("person 1", "3 days");
  await sql.query("begin isolation level repeatable read");
  await expect(sql.query("truncate todos")).rejects.toThrow("todos can only be truncated at read committed");
  await sql.query("rollback");
  await expectExact();
});

test("remaining todos of a deleted profile are not counted", async () => {
  await sql.query("drop trigger todos_of_deleted_profile on neon_auth.users_sync");
  await add("person 1", "1 day", "1 hour");
  await add("person 2", "1 day");
  await sql.query("update neon_auth.users_sync set deleted_at = now() where id = 'person 1'");
  const { remaining, team, totals, days } = await shown();
  expect([remaining, team?.shown.length, team?.members, totals]).toEqual([
    1,
    1,
    1,
    { users: 12, todos: 1, complete: 0 },
  ]);
  expect(days.map(({ created }) => created).reduce((sum, n) => sum + n)).toBe(1);
  expect(days.map(({ completed }) => completed).reduce((sum, n) => sum + n)).toBe(0);
  await expectExact();
});

test("a ghost's todos count as todos, but the ghost is not in the team", async () => {
  await dropKey();
  await add("nobody", "1 day");
  await add("person 1", "2 days");
  const { remaining, team, totals } = await shown();
  expect([remaining, team?.shown.map(({ userId }) => userId), team?.members, totals?.todos]).toEqual([
    2,
    ["person 1"],
    1,
    2,
  ]);
  await expectExact();
});

test("the progress of some users matches Team progress", async () => {
  await add("person 1", "1 day", "1 hour");
  await add("person 2", "1 day");
  await sql.query("update neon_auth.users_sync set deleted_at = now() where id = 'person 2'");
  expect(await database.query(progressOf(["person 1", "person 2", "person 3", "x"]))).toEqual([
    { userId: "person 1", email: "person 1@example.com", name: null, complete: 1, total: 1 },
  ]);
  expect(await database.query(progressOf([]))).toEqual([]);
});

test("statistics are for admins who are not deleted: others get no rows", async () => {
  const all = (session: typeof boss) =>
    database.snapshot(
      statsTotals(session),
      todosPerDay(session),
      usersPage(session, { sort: "email", descending: false, after: null }, today),
      allUsersBatch(session, null, today),
    );
  expect((await all(boss)).map((rows) => rows.length)).toEqual([1, 30, 13, 13]);
  expect(await all(member)).toEqual([[], [], [], []]);
  expect(await all({ ...boss, userId: "x" })).toEqual([[], [], [], []]);
  await sql.query("update neon_auth.users_sync set deleted_at = now() where id = 'boss'");
  expect(await all(boss)).toEqual([[], [], [], []]);
});

const sorts: UsersSort[] = ["email", "open", "total", "complete", "latest"];
test.each(
  sorts.flatMap((sort) =>
    [false, true].map((descending) => [sort, descending ? "down" : "up", descending] as const),
  ),
)("users are paged by %s, %s, without losing or repeating one", async (sort, _, descending) => {
  await addProfiles(Array.from({ length: 110 }, (_, n) => `extra ${n}`));
  await sql.query(`insert into todos (owner_id, task, inserted_at, is_complete)
    select 'extra ' || n % 70, 'x', now() - n % 50 * interval '1 microsecond', n % 3 = 0 from generate_series(1, 200) n`);
  const pages: UserStats[][] = [];
  for (let after: UsersCursor | null = null; ; ) {
    const page: UserStats[] = await database.query(usersPage(boss, { sort, descending, after }, today));
    const last = page.length > 50 ? page[49] : undefined;
    pages.push(page.slice(0, 50));
    if (!last) break;
    after = usersCursor(last, sort);
  }
  const users = pages.flat();
  expect(pages.map(({ length }) => length)).toEqual([50, 50, 23]);
  expect(new Set(users.map(({ userId }) => userId)).size).toBe(123);
  // As text, with nothing first: numbers of up to two digits are padded.
  const keys = users.map((user) =>
    String(user[sort] ?? "").padStart(sort === "email" || sort === "latest" ? 0 : 2),
  );
  const sorted = [...keys].sort();
  expect(keys).toEqual(descending ? sorted.reverse() : sorted);
});

test("an adopted list is counted at the start, and again after changes that the triggers missed", async () => {
  await add("person 1", "5 days", "1 hour");
  await sql.query(statementsOf("todo_changes").down);
  await add("person 2", "3 days");
  await sql.query(statementsOf("todo_changes").up);
  await expectExact();
  await sql.query("set session_replication_role = replica");
  await add("person 3", "2 days");
  await sql.query("delete from todos where owner_id = 'person 1'");
  await sql.query("set session_replication_role = default");
  expect(await shown()).not.toEqual(await counted());
  await sql.query("select recount_todos()");
  await expectExact();
});

test("a migration that would wait too long for a writer gives up, and changes nothing", async () => {
  await sql.query(statementsOf("todo_changes").down);
  const writer = await session();
  await writer.query("begin");
  await writer.query("lock table todos in row exclusive mode");
  await expect(sql.query(`begin; ${statementsOf("todo_changes").up}`)).rejects.toThrow(/lock timeout/);
  await sql.query("rollback");
  await writer.query("commit");
  expect((await sql.query("select to_regclass('todo_changes')::text as it")).rows).toEqual([{ it: null }]);
});

test("changes by a role with rights on todos only are counted, too", async () => {
  await sql.query("begin");
  await sql.query("create role role_of_the_counters");
  await sql.query("grant usage on schema public to role_of_the_counters");
  await sql.query("grant all on todos to role_of_the_counters");
  await sql.query("set local role role_of_the_counters");
  await sql.query("set local search_path = ''");
  await sql.query("insert into public.todos (owner_id, task) values ('person 1', 'x')");
  await sql.query("update public.todos set is_complete = true");
  await sql.query("reset role");
  expect((await sql.query("select complete, total from public.todo_counts")).rows).toEqual([
    { complete: "1", total: "1" },
  ]);
  await sql.query("rollback");
});
