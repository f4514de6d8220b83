import sql, { type Sql } from "sql-template-tag";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { connectDatabase } from "#app/db/database.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { type NeonSync, startNeonSync } from "#db/local/services/neon-sync.ts";
import { createTables } from "#tests/mocks/stack/schema.ts";
import { changeUser, createUser, deleteUser } from "#tests/mocks/stack/user-changes.ts";
import { undeliveredUserEvents } from "#tests/mocks/stack/user-events.ts";

const app = connectDatabase(z.string().parse(process.env.DATABASE_URL));
const stack = connectDatabase(z.string().parse(process.env.STACK_DATABASE_URL));
let sync: NeonSync | undefined;

beforeAll(async () => {
  await stack.query(createTables());
});
beforeEach(async () => {
  await stack.query(statement(z.never(), sql`truncate users, user_events cascade`));
  await app.query(statement(z.never(), sql`truncate neon_auth.users_sync cascade`));
});
afterEach(async () => {
  await sync?.stop();
  sync = undefined;
});

function start(delayMs = 0): NeonSync {
  sync = startNeonSync({ stack, app, delayMs });
  return sync;
}

async function addBob(): Promise<string> {
  const [row] = await stack.query(createUser({ primary_email: "bob@example.com", display_name: "Bob" }));
  return z.string().parse(row?.user.id);
}

const userRow = z.object({ name: z.string().nullable(), email: z.string().nullable(), deleted: z.boolean() });

/** Waits until no event is left, and tells what the app sees then. */
async function synced(): Promise<z.infer<typeof userRow>[]> {
  await expect.poll(() => stack.query(undeliveredUserEvents()), { timeout: 60_000 }).toEqual([]);
  return app.query(
    statement(userRow, sql`select name, email, deleted_at is not null as deleted from neon_auth.users_sync`),
  );
}

const run = (command: Sql) => app.query(statement(z.unknown(), command));

test("a user who is created and then changed arrives", async () => {
  const { wake } = start();
  const id = await addBob();
  wake();
  expect(await synced()).toEqual([{ name: "Bob", email: "bob@example.com", deleted: false }]);

  await stack.query(changeUser(id, { display_name: "Robert" }));
  wake();
  expect(await synced()).toEqual([{ name: "Robert", email: "bob@example.com", deleted: false }]);
});

test("a deleted user is marked, and keeps their name and email", async () => {
  const { wake } = start();
  const id = await addBob();
  await stack.query(deleteUser(id));
  wake();
  expect(await synced()).toEqual([{ name: "Bob", email: "bob@example.com", deleted: true }]);
});

test("a change that arrives after the deletion keeps the mark", async () => {
  const { wake } = start();
  const id = await addBob();
  await stack.query(deleteUser(id));
  await stack.query(
    statement(
      z.never(),
      sql`
insert into user_events (type, user_json)
select 'user.updated', user_json || '{"display_name": "Late"}'
from user_events
where type = 'user.created'
      `,
    ),
  );
  wake();
  expect(await synced()).toEqual([{ name: "Late", email: "bob@example.com", deleted: true }]);
});

test("a deletion that arrives twice keeps its first time", async () => {
  const { wake } = start();
  const id = await addBob();
  await stack.query(deleteUser(id));
  wake();
  await synced();
  const deletedAt = statement(
    z.object({ at: z.coerce.date() }),
    sql`select deleted_at as at from neon_auth.users_sync`,
  );
  const first = await app.query(deletedAt);
  const again = sql`update user_events set delivered_at = null where type = 'user.deleted'`;
  await stack.query(statement(z.never(), again));
  wake();
  await synced();
  expect(await app.query(deletedAt)).toEqual(first);
});

test("events left by an earlier process are applied at the start", async () => {
  await addBob();
  start();
  expect(await synced()).toMatchObject([{ name: "Bob" }]);
});

test("an event arrives after the delay, not before", async () => {
  const delayMs = 400;
  const { wake } = start(delayMs);
  await addBob();
  wake();
  await synced();
  const [created] = await stack.query(
    statement(z.object({ at: z.coerce.date() }), sql`select at from user_events`),
  );
  const [arrived] = await app.query(
    statement(z.object({ at: z.coerce.date() }), sql`select updated_at as at from neon_auth.users_sync`),
  );
  expect(Number(arrived?.at) - Number(created?.at)).toBeGreaterThanOrEqual(delayMs);
});

test("while the app's database fails, no event is lost or skipped", async () => {
  const complaint = vi.spyOn(console, "error").mockImplementation(() => {});
  await run(sql`alter table neon_auth.users_sync rename to out_of_reach`);
  const { wake } = start();
  const id = await addBob();
  await stack.query(deleteUser(id));
  wake();
  await expect.poll(() => complaint.mock.calls.length).toBe(1);
  expect(await stack.query(undeliveredUserEvents())).toHaveLength(2);

  await run(sql`alter table neon_auth.out_of_reach rename to users_sync`);
  expect(await synced()).toEqual([{ name: "Bob", email: "bob@example.com", deleted: true }]);
  complaint.mockRestore();
});

test("a stop does not wait for the delay, and leaves the event to the next start", async () => {
  await addBob();
  await start(600_000).stop();
  expect(await stack.query(undeliveredUserEvents())).toHaveLength(1);
  start();
  expect(await synced()).toMatchObject([{ name: "Bob" }]);
});
