import type { Client } from "@neondatabase/serverless";
import { beforeEach, expect, test } from "vitest";
import { connectDatabase } from "#app/db/database.server.ts";
import { listVersion } from "#app/routes/todos/list/counts.server.ts";
import {
  applyMigrations,
  clear,
  createRole,
  databaseUrl,
  neonsSession,
  session,
  statementsOf,
  up,
} from "./harness.ts";

const database = connectDatabase(databaseUrl);
let sql: Client;

beforeEach(async () => {
  sql = await session();
  await clear(sql);
  await applyMigrations(sql);
  await sql.query(`insert into neon_auth.users_sync (raw_json)
    values ('{"id": "bob", "display_name": "Bob"}'), ('{"id": "doug"}')`);
  await sql.query(
    "insert into todos (owner_id, task) values ('bob', 'one'), ('bob', 'two'), ('doug', 'three')",
  );
});

const version = async () => (await database.query(listVersion()))[0]?.version;

/** What a listener has heard of everything committed so far. */
async function listener() {
  const client = await session();
  const heard: (string | undefined)[] = [];
  client.on("notification", ({ payload }) => heard.push(payload));
  await client.query("select pg_advisory_lock_shared(hashtext('todos_changed'))");
  await client.query("listen todos_changed");
  return async () => {
    // Postgres sends what was notified before it answers.
    await client.query("select");
    return heard.splice(0);
  };
}

/** A session that waits for another one fails. */
async function impatientSession(): Promise<Client> {
  const client = await session();
  await client.query("set lock_timeout = '1ms'");
  return client;
}

test.each([
  ["adding a todo", "insert into todos (owner_id, task) values ('bob', 'four')", ["todos"]],
  ["ticking one", "update todos set is_complete = true where task = 'one'", ["todos"]],
  ["renaming one", "update todos set task = 'uno' where task = 'one'", ["todos"]],
  ["deleting one", "delete from todos where task = 'one'", ["todos"]],
  ["truncating the table", "truncate todos", ["todos"]],
  ["copying many at once", "insert into todos (owner_id, task) select owner_id, task from todos", ["todos"]],
  ["a name", `update neon_auth.users_sync set raw_json = raw_json || '{"display_name": "B"}'`, ["users"]],
  ["an email", `update neon_auth.users_sync set raw_json = raw_json || '{"primary_email": "b"}'`, ["users"]],
  [
    "a role",
    `update neon_auth.users_sync set raw_json = raw_json || '{"server_metadata": {"role": "admin"}}'`,
    ["users"],
  ],
  ["a new profile", `insert into neon_auth.users_sync (raw_json) values ('{"id": "eve"}')`, ["users"]],
  [
    "a profile that is marked as deleted, and loses its todos",
    "update neon_auth.users_sync set deleted_at = now() where id = 'bob'",
    ["todos", "users"],
  ],
  [
    "a profile that is deleted, and loses its todos",
    "delete from neon_auth.users_sync where id = 'bob'",
    ["todos", "users"],
  ],
  ["truncating both", "truncate neon_auth.users_sync cascade", ["todos", "users"]],
])("%s changes the version, and is announced once", async (_, change, told) => {
  const heard = await listener();
  const before = await version();
  await sql.query(change);
  expect(await version()).not.toBe(before);
  expect((await heard()).sort()).toEqual(told);
});

test.each([
  ["an update that finds no todo", "update todos set is_complete = true where task = 'none'"],
  ["a delete that finds no todo", "delete from todos where task = 'none'"],
  ["an insert that stops at a conflict", "insert into todos select * from todos on conflict do nothing"],
  ["an update that finds no profile", "update neon_auth.users_sync set deleted_at = now() where id = 'x'"],
  [
    "a profile where only the time of the last visit changes",
    `update neon_auth.users_sync set updated_at = now(), raw_json = raw_json || '{"last_active_at_millis": 1}'`,
  ],
  ["reading", "select * from todos join neon_auth.users_sync u on u.id = owner_id"],
])("%s does not change the version, and is not announced", async (_, statement) => {
  const heard = await listener();
  const before = await version();
  await sql.query(statement);
  expect(await version()).toBe(before);
  expect(await heard()).toEqual([]);
});

test("a transaction with many changes is announced once, when it commits", async () => {
  const heard = await listener();
  const before = await version();
  await sql.query("begin");
  for (const task of ["a", "b", "c"])
    await sql.query("insert into todos (owner_id, task) values ('bob', $1)", [task]);
  await sql.query("update todos set is_complete = true");
  expect([await version(), await heard()]).toEqual([before, []]);
  await sql.query("commit");
  expect(await version()).not.toBe(before);
  expect(await heard()).toEqual(["todos"]);
});

test("a rollback, even to a savepoint, does not change the version, and other changes still do", async () => {
  const heard = await listener();
  const before = await version();
  const add = "insert into todos (owner_id, task) values ('bob', 'four')";
  await sql.query(`begin; ${add}; rollback; begin; savepoint s; ${add}; rollback to s; commit`);
  expect([await version(), await heard()]).toEqual([before, []]);
  await sql.query(`begin; savepoint s; ${add}; rollback to s; ${add}; commit`);
  expect(await version()).not.toBe(before);
  expect(await heard()).toEqual(["todos"]);
});

test("simultaneous changes to todos of one owner do not wait for each other", async () => {
  const writers = await Promise.all(
    ["one", "two"].map(async (task) => ({ task, client: await impatientSession() })),
  );
  for (const { task, client } of writers) {
    await client.query("begin");
    await client.query("update todos set task = task || '!' where task = $1", [task]);
  }
  const seen = [await version()];
  for (const { client } of writers.reverse()) {
    await client.query("commit");
    seen.push(await version());
  }
  expect(new Set(seen).size).toBe(3);
});

test("while no listener holds the lock, only changes of profiles are announced", async () => {
  const deaf = await session();
  const heard: (string | undefined)[] = [];
  deaf.on("notification", ({ payload }) => heard.push(payload));
  await deaf.query("listen todos_changed");
  await sql.query("update todos set is_complete = true");
  await sql.query("delete from neon_auth.users_sync");
  await deaf.query("select");
  expect(heard).toEqual(["users"]);
  const held = await sql.query(`select from pg_locks l join pg_database d on d.oid = l.database
    where d.datname = current_database() and l.locktype = 'advisory'`);
  expect(held.rowCount).toBe(0);
});

test("folding does not change the version, and is not announced", async () => {
  const heard = await listener();
  const before = await version();
  await sql.query("select fold_todo_changes()");
  expect((await sql.query("select from todo_changes")).rowCount).toBe(0);
  expect(await version()).toBe(before);
  expect(await heard()).toEqual([]);
});

test.each([
  "repeatable read",
  "serializable",
])("a transaction that is %s changes todos while others do", async (level) => {
  const client = await impatientSession();
  await client.query(`begin isolation level ${level}`);
  await client.query("select 1 from todos");
  await sql.query("update todos set is_complete = true where task = 'one'");
  const before = await version();
  await client.query("update todos set is_complete = true where task = 'three'");
  await client.query("update todos set task = 'tre' where task = 'three'");
  await client.query("commit");
  expect(await version()).not.toBe(before);
});

test("a restored state gets a new version", async () => {
  await sql.query("select fold_todo_changes()");
  await sql.query("create table saved as table folded_version");
  const add = "insert into todos (owner_id, task) values ('bob', 'four')";
  const seen = new Set();
  for (let n = 0; n < 5; n++) {
    await sql.query("delete from todo_changes");
    await sql.query("update folded_version set version = saved.version from saved");
    await sql.query(add);
    seen.add(await version());
  }
  expect(seen.size).toBe(5);
});

const syncSession = () => neonsSession("select, insert, update, delete, truncate", "neon_auth.users_sync");

const profileChanges = [
  `insert into neon_auth.users_sync (raw_json) values ('{"id": "eve"}')`,
  `update neon_auth.users_sync set raw_json = raw_json || '{"display_name": "E"}' where id = 'eve'`,
  "update neon_auth.users_sync set deleted_at = now() where id = 'bob'",
  "delete from neon_auth.users_sync where id = 'doug'",
];

test("Neon needs no rights of ours to write profiles, and gets no warning", async () => {
  const { client, warnings } = await syncSession();
  for (const change of profileChanges) {
    const before = await version();
    await client.query(change);
    expect(await version()).not.toBe(before);
  }
  expect(warnings).toEqual([]);
});

test("Neon's write succeeds with a warning when the version cannot be changed", async () => {
  await sql.query(
    "alter table todos drop constraint todos_owner_id_fk, drop constraint todos_assignee_id_fk",
  );
  await sql.query("drop table todo_changes cascade");
  const { client, warnings } = await syncSession();
  await client.query(`insert into neon_auth.users_sync (raw_json) values ('{"id": "eve"}')`);
  await client.query(`update neon_auth.users_sync set raw_json = raw_json || '{"display_name": "E"}'`);
  await client.query("delete from neon_auth.users_sync where id = 'doug'");
  await client.query("truncate neon_auth.users_sync");
  expect(warnings).toEqual(
    Array(4).fill(
      expect.stringMatching(/^WARNING: open pages are not told that profiles changed: .*todo_changes/),
    ),
  );
});

test("a locked table is waited for only briefly", async () => {
  const holder = await session();
  await holder.query("begin");
  await holder.query("lock table todo_changes in access exclusive mode");
  const { client, warnings } = await syncSession();
  await client.query(`insert into neon_auth.users_sync (raw_json) values ('{"id": "eve"}')`);
  await client.query("set statement_timeout = '100ms'");
  await client.query(`insert into neon_auth.users_sync (raw_json) values ('{"id": "ann"}')`);
  expect(warnings).toEqual([
    expect.stringContaining("lock timeout"),
    expect.stringContaining("statement timeout"),
  ]);
  await holder.query("rollback");
  expect((await sql.query("select from neon_auth.users_sync")).rowCount).toBe(4);
});

test("without the right to create triggers on users_sync, the migration says so and todos are still announced", async () => {
  await clear(sql);
  await sql.query("create schema neon_auth");
  // Owned by another role.
  await sql.query(`create table neon_auth.users_sync (raw_json jsonb not null, updated_at timestamptz,
    deleted_at timestamptz, name text, email text,
    id text generated always as (raw_json ->> 'id') stored primary key)`);
  const role = await createRole((name) => [
    `grant usage, create on schema public to ${name}`,
    `grant usage on schema neon_auth to ${name}`,
    `grant references, select on neon_auth.users_sync to ${name}`,
  ]);
  const url = Object.assign(new URL(databaseUrl), { username: role, password: "password" }).href;
  await up("todos_of_deleted_profiles", url);
  const said = await up("todo_changes", url);
  expect(said.join()).toContain("open pages show new names");
  const heard = await listener();
  await sql.query(`insert into neon_auth.users_sync (raw_json) values ('{"id": "bob"}')`);
  expect(await heard()).toEqual([]);
  await sql.query("insert into todos (owner_id, task) values ('bob', 'one')");
  expect(await heard()).toEqual(["todos"]);
});

test("a role that may change todos needs no rights on the ledger, and may not fold it", async () => {
  const role = await createRole((name) => [
    `grant usage on schema public to ${name}`,
    `grant all on todos to ${name}`,
  ]);
  const before = await version();
  await sql.query(`set role ${role}`);
  await sql.query("insert into todos (owner_id, task) values ('bob', 'four')");
  await expect(sql.query("select fold_todo_changes()")).rejects.toThrow(/permission denied for function/);
  expect(await version()).not.toBe(before);
});

test("after down, todos and profiles change as before", async () => {
  await sql.query(statementsOf("todo_changes").down);
  const heard = await listener();
  for (const change of ["update todos set is_complete = true", ...profileChanges, "truncate todos"])
    await sql.query(change);
  expect(await heard()).toEqual([]);
});
