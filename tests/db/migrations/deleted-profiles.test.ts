import { expect, test } from "vitest";
import {
  applyMigrations,
  createRole,
  databaseUrl,
  down,
  emptiedDatabase,
  neonsSession,
  session,
  statementsOf,
  up,
} from "./harness.ts";

const { database, rows } = await emptiedDatabase();

/** A migrated database in which each of these people has a profile and one todo. */
async function todosOf(...people: string[]): Promise<void> {
  await applyMigrations(database);
  for (const person of people) await addPerson(person);
}

async function addPerson(id: string): Promise<void> {
  await rows(insertProfile, [id]);
  await rows("insert into todos (owner_id, task) values ($1, 'say goodbye')", [id]);
}

const insertProfile =
  "insert into neon_auth.users_sync (raw_json) values (jsonb_build_object('id', $1::text))";
const markDeleted = "update neon_auth.users_sync set deleted_at = now() where id = $1";

const dropKey = () => rows("alter table todos drop constraint todos_owner_id_fk");
const owners = async () => (await rows("select owner_id from todos order by id")).map((row) => row.owner_id);
const deleted = async () =>
  (await rows("select id from neon_auth.users_sync where deleted_at is not null")).map(({ id }) => id);

async function syncSession() {
  const neons = await neonsSession("select, insert, update", "neon_auth.users_sync");
  await neons.client.query("set statement_timeout = '1s'");
  return neons;
}

const withAndWithoutKey = test.each([
  ["with the key", async () => {}],
  ["without the key", dropKey],
]);

withAndWithoutKey("a profile that is marked as deleted loses its todos, %s", async (_, prepare) => {
  await todosOf("bob", "leaver");
  await prepare();
  const { client, warnings } = await syncSession();
  await client.query(markDeleted, ["leaver"]);
  expect(await owners()).toEqual(["bob"]);
  expect(await deleted()).toEqual(["leaver"]);
  expect(warnings).toEqual([]);
});

withAndWithoutKey("so does one that is marked by an upsert, %s", async (_, prepare) => {
  await todosOf("bob", "leaver");
  await prepare();
  const { client } = await syncSession();
  await client.query(`insert into neon_auth.users_sync (raw_json, deleted_at)
    values ('{"id": "leaver"}', now())
    on conflict (id) do update set raw_json = excluded.raw_json, deleted_at = excluded.deleted_at`);
  expect(await owners()).toEqual(["bob"]);
  expect(await deleted()).toEqual(["leaver"]);
});

test("so does a profile that arrives already deleted", async () => {
  await todosOf("bob");
  await dropKey();
  await rows("insert into todos (owner_id, task) values ('leaver', 'say goodbye')");
  const { client } = await syncSession();
  await client.query(
    `insert into neon_auth.users_sync (raw_json, deleted_at) values ('{"id": "leaver"}', now())`,
  );
  expect(await owners()).toEqual(["bob"]);
});

test("a profile that changes without being deleted keeps its todos", async () => {
  await todosOf("bob");
  await rows(
    `update neon_auth.users_sync set raw_json = raw_json || '{"display_name": "Bob"}', updated_at = now()`,
  );
  expect(await owners()).toEqual(["bob"]);
});

test("with 100,000 todos some are left to the sweep, and Neon's write finishes within a second", async () => {
  await todosOf("leaver");
  await rows("insert into todos (owner_id, task) select 'leaver', 'x' from generate_series(2, 100000)");
  const { client, warnings } = await syncSession();
  await client.query(markDeleted, ["leaver"]);
  expect(await deleted()).toEqual(["leaver"]);
  expect(await rows("select count(*)::int as left from todos")).toEqual([{ left: 90_000 }]);
  expect(warnings).toEqual([expect.stringMatching(/^WARNING: todos of the deleted profile leaver are left/)]);
  // The next write to the same profile goes on.
  await client.query("update neon_auth.users_sync set updated_at = now()");
  expect(await rows("select count(*)::int as left from todos")).toEqual([{ left: 80_000 }]);
});

test("a todo that another user is ticking is left to the sweep, and the write succeeds", async () => {
  await todosOf("leaver", "leaver's other self");
  await rows("insert into todos (owner_id, task) values ('leaver', 'in use')");
  const ticking = await session();
  await ticking.query("begin");
  await ticking.query("update todos set is_complete = true where task = 'in use'");
  const { client, warnings } = await syncSession();
  await client.query(markDeleted, ["leaver"]);
  await ticking.query("commit");
  expect(await deleted()).toEqual(["leaver"]);
  expect(await owners()).toEqual(["leaver's other self", "leaver"]);
  expect(warnings).toEqual([expect.stringContaining("are left to the sweep: too many at once, or in use")]);
});

test.each([
  ["waited for only briefly", "1s", "lock timeout"],
  ["given up when Neon's own time runs out", "100ms", "statement timeout"],
])("a table that is locked is %s", async (_, statementTimeout, reason) => {
  await todosOf("leaver");
  const holder = await session();
  await holder.query("begin");
  await holder.query("lock table todos in access exclusive mode");
  const { client, warnings } = await syncSession();
  await client.query(`set statement_timeout = '${statementTimeout}'`);
  await client.query(markDeleted, ["leaver"]);
  expect(await deleted()).toEqual(["leaver"]);
  expect(warnings).toEqual([expect.stringContaining(reason)]);
  await holder.query("rollback");
  expect(await owners()).toEqual(["leaver"]);
});

test.each([
  ["an exception", "raise exception 'no';"],
  ["an assertion", "assert false, 'no';"],
])("%s while todos are removed is a warning, and Neon's write succeeds", async (_, fault) => {
  await todosOf("leaver");
  await rows(`create function refuse() returns trigger language plpgsql as $$ begin ${fault} end $$`);
  await rows("create trigger refuse before delete on todos for each row execute function refuse()");
  const { client, warnings } = await syncSession();
  await client.query(markDeleted, ["leaver"]);
  expect(await deleted()).toEqual(["leaver"]);
  expect(await owners()).toEqual(["leaver"]);
  expect(warnings).toEqual(["WARNING: todos of the deleted profile leaver are left to the sweep: no"]);
});

test("Neon's write succeeds without a todos table", async () => {
  await todosOf("leaver");
  await rows("drop table todos cascade");
  const { client, warnings } = await syncSession();
  await client.query(markDeleted, ["leaver"]);
  expect(await deleted()).toEqual(["leaver"]);
  expect(warnings).toHaveLength(1);
});

test("only its owner may execute the function", async () => {
  await todosOf();
  const role = await createRole(() => []);
  expect(
    await rows(
      "select has_function_privilege($1, 'remove_todos_of_deleted_profile()', 'execute') as allowed",
      [role],
    ),
  ).toEqual([{ allowed: false }]);
});

test("profiles deleted before the migration are left to the sweep", async () => {
  await up("todos_owner_id_fk");
  await addPerson("leaver");
  await rows(markDeleted, ["leaver"]);
  await up();
  expect(await owners()).toEqual(["leaver"]);
});

test("it keeps working when the key's migration is rolled back", async () => {
  await todosOf("bob", "leaver");
  await rows(statementsOf("todos_owner_id_fk").down);
  await rows(markDeleted, ["leaver"]);
  expect(await owners()).toEqual(["bob"]);
});

test("after down a deleted profile keeps its todos", async () => {
  await up("todos_of_deleted_profiles");
  await down("todos_of_deleted_profiles");
  await addPerson("leaver");
  await rows(markDeleted, ["leaver"]);
  expect(await owners()).toEqual(["leaver"]);
});

test.each([
  [
    "without the right to create the trigger gets a warning, and the migration continues",
    "references, select",
    1,
    ["leaver"],
  ],
  [
    "that may create the trigger but does not own users_sync can roll it back",
    "references, select, trigger",
    0,
    [],
  ],
])("a role %s", async (_, rights, news, left) => {
  await rows("create schema neon_auth");
  // Owned by another role.
  await rows(`create table neon_auth.users_sync (raw_json jsonb not null, deleted_at timestamptz,
    id text generated always as (raw_json ->> 'id') stored primary key)`);
  const role = await createRole((name) => [
    `grant usage, create on schema public to ${name}`,
    `grant usage on schema neon_auth to ${name}`,
    `grant ${rights} on neon_auth.users_sync to ${name}`,
  ]);
  const url = Object.assign(new URL(databaseUrl), { username: role, password: "password" }).href;
  await up("todos_owner_id_fk", url);

  for (const _time of ["first", "again"]) {
    const said = await up("todos_of_deleted_profiles", url);
    expect(said).toHaveLength(news);
    expect(said.join()).toMatch(news ? /users_sync belongs to a role .* sweep/ : /^$/);
    await addPerson("leaver");
    await rows(markDeleted, ["leaver"]);
    expect(await owners()).toEqual(left);
    await rows("delete from neon_auth.users_sync");
    await down("todos_of_deleted_profiles", url);
  }
  expect(await rows("select from pg_trigger where not tgisinternal")).toEqual([]);
});
