import { expect, test, vi } from "vitest";
import * as harness from "./harness.ts";
import { applyMigrations, emptiedDatabase, session, statementsOf } from "./harness.ts";

const { database, rows } = await emptiedDatabase();

const up = () => harness.up("todos_owner_id_fk");
const down = () => harness.down("todos_owner_id_fk");

/** The database before this migration, with profiles by these ids. */
async function todosOf(...profiles: string[]): Promise<void> {
  await applyMigrations(database, "todos");
  for (const id of profiles) await addProfile(id);
}

const addProfile = (id: string) =>
  rows("insert into neon_auth.users_sync (raw_json) values (jsonb_build_object('id', $1::text))", [id]);
const deleteProfile = (id: string) => rows("delete from neon_auth.users_sync where id = $1", [id]);
const addTodo = (owner: string, task: string) =>
  rows("insert into todos (owner_id, task) values ($1, $2)", [owner, task]);
const todos = () => rows("select owner_id as owner, task from todos order by id");
const orphans = () => rows("select owner_id as owner, task from orphaned_todos order by orphaned_at, id");

const dropKey = () => rows("alter table todos drop constraint todos_owner_id_fk");
/** As the tutorial has it. */
const tutorialsKey = `alter table todos add constraint todos_owner_id_fk
  foreign key (owner_id) references neon_auth.users_sync(id) on delete cascade`;
const key = () =>
  rows("select oid, convalidated as valid from pg_constraint where conname = 'todos_owner_id_fk'");

/** Waits until a session waits for a lock on a table. */
async function someoneWaitsFor(table: string): Promise<void> {
  const waiting = `select from pg_locks where not granted and relation = '${table}'::regclass`;
  await vi.waitFor(async () => expect(await rows(waiting)).toHaveLength(1), { interval: 5, timeout: 60_000 });
}

/** Adds, ticks and reads todos from a session of its own, without a pause, for as long as `work` takes. */
async function whileWriting<Result>(owners: string[], work: () => Promise<Result>) {
  const client = await session();
  const refusals: string[] = [];
  let written = 0;
  let isDone = false;

  async function write(): Promise<void> {
    for (let n = 0; !isDone; n++) {
      await client
        .query("insert into todos (owner_id, task) values ($1, 'meanwhile')", [owners[n % owners.length]])
        .then(
          () => written++,
          ({ message }) => refusals.push(message),
        );
      await client.query("update todos set is_complete = not is_complete where id = $1", [
        (n * 7919) % 20_000,
      ]);
      await client.query("begin");
      await client.query("select id from neon_auth.users_sync where id = 'owner 1'");
      await client.query("select count(*) from todos where owner_id = 'owner 1'");
      await client.query("commit");
    }
  }

  const [result] = await Promise.all([work().finally(() => (isDone = true)), write()]);
  return { result, written, refusals };
}

test.each([
  ["without ghosts", 0],
  ["with the ghosts of 1,000 owners", 1_000],
])("up, down and up on 20,000 todos %s, during writes, loses none", async (_, ghosts) => {
  await todosOf();
  await rows(`insert into neon_auth.users_sync (raw_json)
    select jsonb_build_object('id', 'owner ' || n) from generate_series(1, 1000) n`);
  await rows(
    `insert into todos (owner_id, task, add_key)
    select 'owner ' || n % (1000 + $1::int) + 1, 'todo ' || n, gen_random_uuid()
    from generate_series(1, 20000) n`,
    [ghosts],
  );
  const columns = "id, owner_id, task, inserted_at, add_key";
  const inTodos = `select ${columns} from todos`;
  const inBoth = `${inTodos} union all select ${columns} from orphaned_todos`;
  const content = (tables: string) =>
    rows(`select md5(string_agg(t::text, ',' order by id)) from (${tables}) t where task <> 'meanwhile'`);
  const count = async (tables: string) =>
    (await rows(`select count(*)::int as count from (${tables}) t`))[0]?.count;

  const owners = ["owner 1", "owner 2", ghosts > 0 ? "ghost" : "owner 3"];
  const before = await content(inTodos);
  let total = 20_000;

  async function goUp(): Promise<void> {
    const { result: said, written, refusals } = await whileWriting(owners, up);
    total += written;
    expect(refusals.filter((message) => !message.includes('constraint "todos_owner_id_fk"'))).toEqual([]);
    expect(await content(inBoth)).toEqual(before);
    expect(await count(inBoth)).toBe(total);
    expect(await key()).toMatchObject([{ valid: true }]);
    const moved = await count("select from orphaned_todos");
    expect(moved).toBeGreaterThanOrEqual(ghosts * 10);
    expect(said.reduce((sum, news) => sum + Number(news.match(/\d+$/)), 0)).toBe(moved);
    expect(said.length > 0).toBe(ghosts > 0);
  }

  await goUp();
  const { result: said, written, refusals } = await whileWriting(owners, down);
  total += written;
  expect(said).toEqual([]);
  expect(refusals.filter((message) => !message.includes('constraint "todos_owner_id_fk"'))).toEqual([]);
  expect(await content(inTodos)).toEqual(before);
  expect(await count(inTodos)).toBe(total);
  expect(await rows("select to_regclass('orphaned_todos') as it")).toEqual([{ it: null }]);
  await goUp();
});

test("a ghost that appears between the move and the key is moved, too", async () => {
  await todosOf("bob");
  await addTodo("bob", "water the plants");
  const late = await session();
  await late.query("begin");
  await late.query("insert into todos (owner_id, task) values ('nobody', 'haunt the house')");
  const migrating = up();
  await someoneWaitsFor("todos");
  await late.query("commit");
  expect(await migrating).toEqual([expect.stringMatching(/moved.* 1$/)]);
  expect(await todos()).toEqual([{ owner: "bob", task: "water the plants" }]);
  expect(await orphans()).toEqual([{ owner: "nobody", task: "haunt the house" }]);
  expect(await key()).toMatchObject([{ valid: true }]);
});

test("an up that cannot lock the table lets others write, gives up with a message, and can be run again", async () => {
  await todosOf("bob");
  await addTodo("nobody", "haunt the house");
  const holder = await session();
  await holder.query("begin");
  await holder.query("lock table todos in row exclusive mode");

  const migrating = (await session()).query(statementsOf("todos_owner_id_fk").up);
  const givenUp = expect(migrating).rejects.toThrow(/todos_owner_id_fk was not added.* kept .* locked/);
  await someoneWaitsFor("todos");
  // Queues behind the migration, which has to get out of the way for it: the holder holds on.
  await addTodo("bob", "water the plants");
  await givenUp;
  expect(await key()).toEqual([]);

  await holder.query("commit");
  expect(await up()).toEqual([]);
  expect(await todos()).toEqual([{ owner: "bob", task: "water the plants" }]);
  expect(await orphans()).toEqual([{ owner: "nobody", task: "haunt the house" }]);
  expect(await key()).toMatchObject([{ valid: true }]);
});

test.each([
  ["as in the tutorial", tutorialsKey, []],
  ["not valid, with ghosts", `${tutorialsKey} not valid`, [{ owner: "nobody", task: "haunt the house" }]],
])("a key that was added by hand stays: %s", async (_, alterTable, ghosts) => {
  await todosOf("bob");
  await addTodo("bob", "water the plants");
  for (const { owner, task } of ghosts) await addTodo(owner, task);
  await rows(alterTable);
  const [byHand] = await key();
  expect(await up()).toHaveLength(ghosts.length);
  expect(await key()).toEqual([{ oid: byHand?.oid, valid: true }]);
  expect(await todos()).toEqual([{ owner: "bob", task: "water the plants" }]);
  expect(await orphans()).toEqual(ghosts);
});

test("without the key there are ghosts again, until they are moved and the key is added", async () => {
  await todosOf("bob", "leaver");
  await up();
  await dropKey();
  await addTodo("bob", "water the plants");
  await addTodo("nobody", "haunt the house");
  await addTodo("leaver", "say goodbye");
  await rows("update neon_auth.users_sync set deleted_at = now() where id = 'leaver'");

  await expect(rows(tutorialsKey)).rejects.toThrow(/todos_owner_id_fk/);
  expect(await rows("select move_orphaned_todos() as moved")).toEqual([{ moved: "1" }]);
  await rows(tutorialsKey);
  expect(await rows("select move_orphaned_todos() as moved")).toEqual([{ moved: "0" }]);
  expect(await orphans()).toEqual([{ owner: "nobody", task: "haunt the house" }]);
  expect(await todos()).toEqual([
    { owner: "bob", task: "water the plants" },
    { owner: "leaver", task: "say goodbye" },
  ]);
});

test("an orphan keeps all its columns, and records when and why it was moved", async () => {
  await todosOf();
  await rows(`insert into todos (owner_id, task, is_complete, completed_at, inserted_at, add_key)
    values ('nobody', '„"\\{x}', true, '2026-01-02 03:04:05.678901+00', '-infinity', gen_random_uuid())`);
  const columns = "id, owner_id, task, is_complete, inserted_at::text, completed_at::text, add_key";
  const before = await rows(`select ${columns} from todos`);
  await up();
  expect(await rows(`select ${columns} from orphaned_todos`)).toEqual(before);
  expect(
    await rows("select reason, orphaned_at > now() - interval '1 minute' as now from orphaned_todos"),
  ).toEqual([{ reason: "its owner has no profile", now: true }]);
  await down();
  expect(await rows(`select ${columns} from todos`)).toEqual(before);
});

test("an adopted todo with a task that is too long for new ones can be moved there and back", async () => {
  await rows(`create table todos (id bigint primary key generated by default as identity, 
    owner_id text not null, task text not null, is_complete boolean not null default false,
    inserted_at timestamptz not null default now())`);
  await addTodo("nobody", "x".repeat(501));
  const before = await rows("select id, task from todos");
  await up();
  expect(await rows("select id, task from orphaned_todos")).toEqual(before);
  await down();
  expect(await rows("select id, task from todos")).toEqual(before);
});

test("down keeps orphans whose id is taken, and the next up adds more", async () => {
  await todosOf("bob");
  for (const task of ["one", "two", "three"]) await addTodo("nobody", task);
  await rows("update todos set add_key = gen_random_uuid() where task = 'two'");
  await up();
  await rows("insert into todos (id, owner_id, task) values (1, 'bob', 'in the place of one')");
  await addProfile("nobody");
  await rows(`insert into todos (owner_id, task, add_key)
    select owner_id, 'two again', add_key from orphaned_todos where task = 'two'`);

  expect(await down()).toEqual([expect.stringMatching(/stay.* 2$/)]);
  expect(await orphans()).toMatchObject([{ task: "one" }, { task: "two" }]);
  expect(await todos()).toMatchObject([
    { task: "in the place of one" },
    { task: "three" },
    { task: "two again" },
  ]);

  await deleteProfile("bob");
  expect(await up()).toEqual([expect.stringMatching(/moved.* 1$/)]);
  expect(await orphans()).toMatchObject([{ task: "one" }, { task: "two" }, { task: "in the place of one" }]);
  // Two with the same id: the first of them takes it.
  expect(await down()).toEqual([expect.stringMatching(/stay.* 2$/)]);
  expect(await todos()).toMatchObject([{ task: "one" }, { task: "three" }, { task: "two again" }]);
});

test("down works without the key or the table of orphans", async () => {
  await todosOf();
  await up();
  await dropKey();
  await rows("drop table orphaned_todos");
  expect(await down()).toEqual([]);
  expect(await rows("select from pg_proc where proname = 'move_orphaned_todos'")).toEqual([]);
});

test("down does not deadlock with a reader of profiles who then reads todos", async () => {
  await todosOf("bob");
  await up();
  const reader = await session();
  await reader.query("begin");
  await reader.query("select id from neon_auth.users_sync");
  const migrating = down();
  await someoneWaitsFor("neon_auth.users_sync");
  await reader.query("select id from todos");
  await reader.query("commit");
  expect(await migrating).toEqual([]);
  expect(await key()).toEqual([]);
});

test("a down that cannot lock the table gives up with a message, and changes nothing", async () => {
  await todosOf("bob");
  await up();
  const holder = await session();
  await holder.query("begin");
  await holder.query("lock table todos in access share mode");
  const { down: statement } = statementsOf("todos_owner_id_fk");
  await expect(rows(statement)).rejects.toThrow(/todos_owner_id_fk was not dropped.* kept .* locked/);
  expect(await key()).toMatchObject([{ valid: true }]);
});

test("deleting a profile deletes its todos with the key, and leaves ghosts without it", async () => {
  await todosOf("bob", "doug");
  await up();
  await addTodo("bob", "water the plants");
  await addTodo("doug", "paint the fence");
  await deleteProfile("bob");
  expect(await todos()).toEqual([{ owner: "doug", task: "paint the fence" }]);
  await dropKey();
  await deleteProfile("doug");
  expect(await todos()).toEqual([{ owner: "doug", task: "paint the fence" }]);
});

test("the cascade finds a user's todos by an index", async () => {
  await todosOf();
  await rows(`insert into neon_auth.users_sync (raw_json)
    select jsonb_build_object('id', 'owner ' || n) from generate_series(1, 1000) n`);
  await rows(`insert into todos (owner_id, task)
    select 'owner ' || n % 1000 + 1, 'x' from generate_series(1, 20000) n`);
  await up();
  await rows("analyze todos");
  await rows("set plan_cache_mode = force_generic_plan");
  // As Postgres's RI_FKey_cascade_del has it.
  await rows(
    "prepare cascade(text) as delete from only public.todos where $1 operator(pg_catalog.=) owner_id",
  );
  const plan = (await rows("explain execute cascade('owner 1')")).map((row) => row["QUERY PLAN"]).join("\n");
  await rows("deallocate cascade");
  await rows("reset plan_cache_mode");
  expect(plan).toMatch(/Index.* todos_/);
  expect(plan).not.toContain("Seq Scan");
});

test("orphans keep columns that a later migration adds to todos", async () => {
  await harness.up();
  const columns = (table: string) => `select column_name as name from information_schema.columns
    where table_schema = 'public' and table_name = '${table}' and is_generated = 'NEVER'`;
  expect(await rows(`${columns("todos")} except ${columns("orphaned_todos")}`)).toEqual([]);
});
