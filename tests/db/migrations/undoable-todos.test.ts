import { randomUUID } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { applyMigrations, databaseUrl, down, emptiedDatabase, session, up } from "./harness.ts";

const { database, rows } = await emptiedDatabase();

/** A migrated database in which each of these people has a profile, and a todo that could be brought back. */
async function removedTodosOf(...people: string[]): Promise<void> {
  await applyMigrations(database);
  for (const person of people) await addPerson(person);
}

async function addPerson(id: string, count = 1): Promise<void> {
  await rows("insert into neon_auth.users_sync (raw_json) values (jsonb_build_object('id', $1::text))", [id]);
  await rows(
    `insert into undoable_todos (batch, todo_id, actor_id, owner_id, kind, was)
     select gen_random_uuid(), n, 'admin', $1, 'removed', '{"task": "say goodbye"}' from generate_series(1, $2::int) n`,
    [id, count],
  );
}

const markDeleted = "update neon_auth.users_sync set deleted_at = now() where id = 'leaver'";
const owners = async () =>
  (await rows("select owner_id from undoable_todos order by owner_id")).map((row) => row.owner_id);
const deleted = async () =>
  (await rows("select id from neon_auth.users_sync where deleted_at is not null")).map(({ id }) => id);

test.each([
  ["is marked as deleted", markDeleted],
  ["is deleted", "delete from neon_auth.users_sync where id = 'leaver'"],
  [
    "is marked by an upsert",
    `insert into neon_auth.users_sync (raw_json, deleted_at) values ('{"id": "leaver"}', now())
     on conflict (id) do update set raw_json = excluded.raw_json, deleted_at = excluded.deleted_at`,
  ],
])("a profile that %s keeps nothing to undo, and the others keep all", async (_, end) => {
  await removedTodosOf("bob", "leaver");
  await rows(end);
  expect(await owners()).toEqual(["bob"]);
});

test("a profile that changes without being deleted keeps what can be undone", async () => {
  await removedTodosOf("bob");
  await rows(`update neon_auth.users_sync set raw_json = raw_json || '{"display_name": "Bob"}'`);
  expect(await owners()).toEqual(["bob"]);
});

test("Neon's write needs no rights of ours, and does not wait for an undo", async () => {
  await removedTodosOf("leaver");
  const role = `role_${randomUUID().replaceAll("-", "")}`;
  await rows(`create role ${role}`);
  onTestFinished(async () => {
    await rows(`drop owned by ${role} cascade`);
    await rows(`drop role ${role}`);
  });
  await rows(`grant usage on schema neon_auth to ${role}`);
  await rows(`grant select, insert, update on neon_auth.users_sync to ${role}`);
  const undoing = await session();
  await undoing.query("begin");
  await undoing.query("select from undoable_todos for update");
  const neon = await session();
  const warnings: (string | undefined)[] = [];
  neon.on("notice", ({ message }) => warnings.push(message));
  await neon.query(`set role ${role}`);
  await neon.query("set search_path = ''");
  await neon.query(markDeleted);
  await undoing.query("commit");
  expect([await deleted(), await owners(), warnings]).toEqual([["leaver"], ["leaver"], []]);
  await neon.query(markDeleted);
  expect(await owners()).toEqual([]);
});

test("while the table is locked, Neon's write succeeds with a warning", async () => {
  await removedTodosOf("leaver");
  const holder = await session();
  await holder.query("begin");
  await holder.query("lock table undoable_todos in access exclusive mode");
  const warnings: (string | undefined)[] = [];
  database.on("notice", ({ message }) => warnings.push(message));
  await rows(markDeleted);
  await holder.query("rollback");
  expect(await deleted()).toEqual(["leaver"]);
  expect(warnings).toEqual([
    expect.stringMatching(/^todos of .* leaver that could be undone .* lock timeout$/),
  ]);
});

test("with very many, some are left to the sweep", async () => {
  await removedTodosOf();
  await addPerson("leaver", 10_500);
  await rows(markDeleted);
  expect(await owners()).toHaveLength(500);
});

test("only its owner may execute the function", async () => {
  await removedTodosOf();
  expect(
    await rows(`select has_function_privilege('public', p.oid, 'execute') as allowed
      from pg_proc p where p.proname = 'remove_undoable_todos_of_deleted_profile'`),
  ).toEqual([{ allowed: false }]);
});

test("a role that does not own users_sync gets an error, and nothing changes", async () => {
  await rows("create schema neon_auth");
  await rows(`create table neon_auth.users_sync (raw_json jsonb not null, name text, email text, deleted_at timestamptz,
    id text generated always as (raw_json ->> 'id') stored primary key)`);
  await up("todos_search");
  const role = `role_${randomUUID().replaceAll("-", "")}`;
  await rows(`create role ${role} login password 'password'`);
  onTestFinished(async () => {
    await rows(`reassign owned by ${role} to current_user`);
    await rows(`drop owned by ${role} cascade`);
    await rows(`drop role ${role}`);
  });
  await rows(`grant usage, create on schema public to ${role}`);
  await rows(`grant usage on schema neon_auth to ${role}`);
  await rows(`grant select on neon_auth.users_sync to ${role}`);
  await rows(`grant all on schema_migrations to ${role}`);
  const url = Object.assign(new URL(databaseUrl), { username: role, password: "password" }).href;
  for (const _time of ["first", "again"]) {
    const said = await up("undoable_todos", url);
    expect(said).toEqual([expect.stringMatching(/users_sync belongs to a role .* sweep/)]);
    await down("undoable_todos", url);
  }
  expect(await rows("select to_regclass('undoable_todos') as left")).toEqual([{ left: null }]);
});

test("down removes everything, and up works again", async () => {
  for (const _time of ["first", "again"]) {
    await up("undoable_todos");
    await down("undoable_todos");
    expect(
      await rows(`select relname as name from pg_class where relname like '%undoable%'
        union all select proname from pg_proc where proname like '%undoable%'
        union all select tgname from pg_trigger where tgname like '%undoable%'`),
    ).toEqual([]);
  }
});

test("down forgets what could be undone of edits, and keeps the rest", async () => {
  await up("undoable_edits");
  await rows(`insert into undoable_todos (batch, todo_id, actor_id, owner_id, kind, was, became) values
    (gen_random_uuid(), 1, 'bob', 'bob', 'edited', '{"task": "one"}', '{"task": "two"}'),
    (gen_random_uuid(), 2, 'bob', 'bob', 'removed', '{"task": "one"}', null)`);
  const broken = `insert into undoable_todos (batch, todo_id, actor_id, owner_id, kind, was)
    values (gen_random_uuid(), 3, 'bob', 'bob', 'edited', '{"task": "one"}')`;
  await expect(rows(broken)).rejects.toMatchObject({ constraint: "undoable_todos_became_of_edited" });
  await down("undoable_edits");
  expect(await rows("select kind from undoable_todos")).toEqual([{ kind: "removed" }]);
  await expect(rows(broken)).rejects.toMatchObject({ constraint: "undoable_todos_kind" });
  await up("undoable_edits");
  expect(await rows("select kind, became from undoable_todos")).toEqual([{ kind: "removed", became: null }]);
});
