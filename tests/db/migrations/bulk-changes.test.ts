import { randomUUID } from "node:crypto";
import { beforeEach, expect, test, vi } from "vitest";
import type { Session } from "#app/auth/session/session.server.ts";
import { connectDatabase } from "#app/db/database.server.ts";
import { clearCompleted } from "#app/routes/todos/changes/clear-completed.server.ts";
import { restoreTodos } from "#app/routes/todos/changes/restore.server.ts";
import { toggleTodos } from "#app/routes/todos/changes/toggle-all.server.ts";
import { session } from "./harness.ts";

const { DATABASE_URL = "" } = process.env;
const database = connectDatabase(DATABASE_URL);
const bob = { userId: "bob", profileSeen: true } as Session;
let sql: Awaited<ReturnType<typeof session>>;

beforeEach(async () => {
  sql = await session();
  await sql.query(
    `insert into neon_auth.users_sync (raw_json) values ('{"id": "bob"}') on conflict do nothing`,
  );
  await sql.query("truncate todos, undoable_todos restart identity");
  await sql.query("insert into todos (owner_id, task) select 'bob', n::text from generate_series(1, 3) n");
});

/** Resolves once a session waits for a lock. */
async function isWaiting(): Promise<void> {
  await vi.waitFor(
    async () => {
      const { rows } = await sql.query(
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      );
      expect(rows.length).toBeGreaterThan(0);
    },
    { timeout: 60_000, interval: 10 },
  );
}

const complete = async () =>
  (await sql.query("select id from todos where is_complete order by id")).rows.map(({ id }) => id);

test('a todo that another user ticks during "toggle all" stays ticked when that is undone', async () => {
  const doug = await session();
  await doug.query("begin");
  await doug.query("update todos set is_complete = true, completed_at = now() where id = 2");
  const batch = randomUUID();
  const ticking = database.query(toggleTodos(bob, { id: ["3", "2", "1"], complete: true }, batch));
  await isWaiting();
  await doug.query("commit");
  expect(await ticking).toMatchObject([{ isDone: true, undoable: 2 }]);
  expect(await complete()).toEqual(["1", "2", "3"]);
  await database.query(restoreTodos(bob, { batch }));
  expect(await complete()).toEqual(["2"]);
});

test("todos are always locked in the same order", async () => {
  const doug = await session();
  await doug.query("begin");
  await doug.query("update todos set task = 'in use' where id = 1");
  const ticking = database.query(toggleTodos(bob, { id: ["3", "2", "1"], complete: true }, randomUUID()));
  await isWaiting();
  // A session that waits for the first of them has locked none of the others.
  await doug.query("update todos set task = 'in use' where id in (2, 3)");
  await doug.query("commit");
  expect(await ticking).toMatchObject([{ isDone: true, undoable: 3 }]);
});

test("clearing skips completed todos that another user is changing, without waiting", async () => {
  await sql.query("update todos set is_complete = true, completed_at = now()");
  const doug = await session();
  await doug.query("begin");
  await doug.query("update todos set is_complete = false, completed_at = null where id = 2");
  const [facts] = await database.query(clearCompleted(bob, {}, randomUUID()));
  expect(facts).toMatchObject({ isDone: true, undoable: 2 });
  await doug.query("commit");
  const { rows } = await sql.query("select id, is_complete from todos");
  expect(rows).toEqual([{ id: "2", is_complete: false }]);
});
