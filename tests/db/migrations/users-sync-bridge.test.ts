import type { Client } from "@neondatabase/serverless";
import { expect, onTestFinished, test } from "vitest";
import { openBetterAuth } from "#db/local/services/better-auth.ts";
import {
  applyMigrations,
  clear,
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

const baseUrl = "http://auth.test/todos/auth";
const settings = { databaseUrl, baseUrl, secret: "a secret for tests, 32 characters" };

/** A Better Auth server, whose tables are in this test file's database. */
async function betterAuth() {
  const server = await openBetterAuth(settings);
  onTestFinished(() => server[Symbol.asyncDispose]());
  let cookie = "";
  return {
    /** As the user who signed up last. */
    async post(path: string, body: Record<string, unknown>): Promise<{ user: { id: string } }> {
      const headers = { "content-type": "application/json", origin: "http://auth.test", cookie };
      const request = new Request(baseUrl + path, { method: "POST", headers, body: JSON.stringify(body) });
      const response = await server.answer(request);
      expect(await response.clone().text()).not.toContain('"code"');
      cookie = response.headers.getSetCookie().join(";").split(";")[0] ?? cookie;
      return await response.json();
    },
  };
}

const bob = { email: "bob@example.com", password: "correct horse", name: "Bob" };

// Its own migrations take 0.3 s, so most tests get a copy of the table.
await clear(database);
await (await openBetterAuth(settings))[Symbol.asyncDispose]();
await rows("drop schema if exists made_by_better_auth cascade");
await rows("alter schema neon_auth rename to made_by_better_auth");

async function usersTable(): Promise<void> {
  await rows("create schema if not exists neon_auth");
  await rows(`create table neon_auth."user" (like made_by_better_auth."user" including all)`);
}

/** A database with the users of Neon Auth, and with what users_sync and deleting a user need. */
async function migrated(last = "todos_of_deleted_profiles"): Promise<void> {
  await usersTable();
  await applyMigrations(database, last);
}

/** `npm run db:migrate` where nothing is pending. */
const upAgain = () => up("todos_of_deleted_profiles");

/** Adds a user by SQL, and todos of theirs. @returns their id */
async function addUser(email = "bob@example.com", todos = 0, writer: Client = database): Promise<string> {
  const added = await writer.query(
    `insert into neon_auth."user" (id, name, email, "emailVerified", "createdAt", "updatedAt")
     values (gen_random_uuid(), 'Bob', $1, false, '2026-11-21 11:11:11.111+00', now()) returning id`,
    [email],
  );
  const { id } = added.rows[0];
  if (todos > 0)
    await rows("insert into todos (owner_id, task) select $1, 'x' from generate_series(1, $2::int)", [
      id,
      todos,
    ]);
  return id;
}

const deleteUser = `delete from neon_auth."user" where id = $1`;
const sweep = "select sweep_users_sync() as users";
const count = async (table: string) => (await rows(`select count(*)::int as n from ${table}`))[0]?.n;
const profiles = () =>
  rows("select email, deleted_at is null as living from neon_auth.users_sync order by email");

const authSession = () => neonsSession("select, insert, update, delete", 'neon_auth."user"');

/** What users_sync looks like. */
const shape = () =>
  rows(`
    select format('%s %s %s %s', column_name, data_type, is_nullable, generation_expression) as line
    from information_schema.columns where table_schema = 'neon_auth' and table_name = 'users_sync'
    union all
    select indexdef from pg_indexes where schemaname = 'neon_auth' and tablename = 'users_sync'
    union all
    select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'neon_auth.users_sync'::regclass
    order by line`);

test("a user who signs up has a profile at once, and may add a todo", async () => {
  const auth = await betterAuth();
  await up();
  const { user } = await auth.post("/sign-up/email", bob);
  await rows("insert into todos (owner_id, task) values ($1, 'at once')", [user.id]);
  const stored = `select u.id, u.name, u.email, u.created_at = a."createdAt" as "isSince", u.deleted_at, u.raw_json
    from neon_auth.users_sync u join neon_auth."user" a on a.id::text = u.id`;
  expect(await rows(stored)).toEqual([
    {
      id: user.id,
      name: "Bob",
      email: "bob@example.com",
      isSince: true,
      deleted_at: null,
      raw_json: expect.objectContaining({ primary_email_verified: false, server_metadata: {} }),
    },
  ]);
});

test("the profile is written in the same transaction as the user", async () => {
  await migrated();
  const { client } = await authSession();
  await client.query("begin");
  await addUser("bob@example.com", 0, client);
  await client.query("rollback");
  expect(await profiles()).toEqual([]);
});

test("users from before the migration get their profile, and an empty name is none", async () => {
  const auth = await betterAuth();
  await auth.post("/sign-up/email", { ...bob, name: "" });
  expect(await up()).toContain('triggers on neon_auth."user" keep neon_auth.users_sync from now on');
  expect(await rows("select name, email from neon_auth.users_sync")).toEqual([
    { name: null, email: "bob@example.com" },
  ]);
});

test("a new name arrives, and a deleted account goes with its todos", async () => {
  const auth = await betterAuth();
  await up();
  const { user } = await auth.post("/sign-up/email", bob);
  await rows("insert into todos (owner_id, task) values ($1, 'say goodbye')", [user.id]);
  await auth.post("/update-user", { name: "Robert" });
  expect(await rows("select name from neon_auth.users_sync")).toEqual([{ name: "Robert" }]);
  await auth.post("/delete-user", { password: bob.password });
  expect([await profiles(), await count("todos")]).toEqual([[], 0]);
});

test.each([
  [`email = 'robert@example.com'`, { primary_email: "robert@example.com" }],
  [`"emailVerified" = true`, { primary_email_verified: true }],
  [`role = 'admin'`, { server_metadata: { role: "admin" } }],
  [`role = 'user,admin'`, { server_metadata: { role: "admin" } }],
  [`role = 'administrator'`, { server_metadata: {} }],
])("a user's change %s arrives", async (change, expected) => {
  await migrated();
  await addUser();
  await rows(`update neon_auth."user" set ${change}`);
  expect(await rows("select raw_json from neon_auth.users_sync")).toEqual([
    { raw_json: expect.objectContaining(expected) },
  ]);
});

test("an admin who loses the role is no admin in the next statement", async () => {
  await migrated("actor");
  await addUser();
  const isAdmin = "select is_admin(raw_json) as it from neon_auth.users_sync";
  await rows(`update neon_auth."user" set role = 'admin'`);
  expect(await rows(isAdmin)).toEqual([{ it: true }]);
  await rows(`update neon_auth."user" set role = 'user'`);
  expect(await rows(isAdmin)).toEqual([{ it: false }]);
});

test("a change that no page shows writes no profile", async () => {
  await migrated();
  await addUser();
  const version = "select xmin::text from neon_auth.users_sync";
  const before = await rows(version);
  await rows(`update neon_auth."user" set "updatedAt" = now(), image = 'x'`);
  expect(await rows(version)).toEqual(before);
});

test("users_sync has the shape that it has elsewhere", async () => {
  await migrated("users_sync");
  const bridged = await shape();
  await clear(database);
  await applyMigrations(database, "users_sync");
  expect(await shape()).toEqual(bridged);
});

test("Neon's server needs no rights on what is ours", async () => {
  await migrated();
  const { client, warnings } = await authSession();
  const id = await addUser("bob@example.com", 0, client);
  await client.query(`update neon_auth."user" set name = 'Robert'`);
  expect(await rows("select name from neon_auth.users_sync")).toEqual([{ name: "Robert" }]);
  await client.query(deleteUser, [id]);
  expect(await profiles()).toEqual([]);
  expect(warnings).toEqual([]);
});

test.each([
  "keep_profile_of_user()",
  "sweep_users_sync()",
  "bridge_users_sync()",
])("another role may not execute %s", async (name) => {
  await migrated();
  const role = await createRole(() => []);
  expect(await rows("select has_function_privilege($1, $2, 'execute') as allowed", [role, name])).toEqual([
    { allowed: false },
  ]);
});

test("a sign-up while users_sync is locked succeeds, and the sweep brings the profile", async () => {
  await migrated();
  const { client, warnings } = await authSession();
  const holder = await session();
  await holder.query("begin");
  await holder.query("lock table neon_auth.users_sync in share mode");
  await addUser("bob@example.com", 0, client);
  expect(await rows(sweep)).toEqual([{ users: 0 }]);
  await holder.query("rollback");
  expect(warnings).toEqual([
    expect.stringMatching(/^WARNING: the profile of user .* is left to the sweep: .*lock timeout/),
  ]);
  expect(await profiles()).toEqual([]);
  expect(await rows(sweep)).toEqual([{ users: 1 }]);
  expect(await profiles()).toEqual([{ email: "bob@example.com", living: true }]);
});

test.each([
  ["an exception", "raise exception 'no';"],
  ["an assertion", "assert false, 'no';"],
])("%s while a profile is written is a warning, and the sign-up succeeds", async (_, fault) => {
  await migrated();
  await rows(`create function refuse() returns trigger language plpgsql as $$ begin ${fault} end $$`);
  await rows(
    "create trigger refuse before insert on neon_auth.users_sync for each row execute function refuse()",
  );
  const { client, warnings } = await authSession();
  await addUser("bob@example.com", 0, client);
  expect(warnings).toEqual([expect.stringContaining("is left to the sweep: no")]);
  expect(await count(`neon_auth."user"`)).toBe(1);
});

test("a deletion while users_sync is locked succeeds, and the sweep removes the profile and its todos", async () => {
  await migrated();
  const id = await addUser("bob@example.com", 1);
  const { client, warnings } = await authSession();
  const holder = await session();
  await holder.query("begin");
  await holder.query("lock table neon_auth.users_sync in share mode");
  await client.query(deleteUser, [id]);
  await holder.query("rollback");
  expect(warnings).toHaveLength(2);
  expect(await profiles()).toEqual([{ email: "bob@example.com", living: true }]);
  await rows(sweep);
  expect([await profiles(), await count("todos"), await count("users_out_of_sync")]).toEqual([[], 0, 0]);
});

test("a user who is deleted while their todo is being ticked is hidden at once, and removed by the sweep", async () => {
  await migrated();
  const id = await addUser("bob@example.com", 1);
  const { client } = await authSession();
  const ticking = await session();
  await ticking.query("begin");
  await ticking.query("update todos set is_complete = true");
  await client.query(deleteUser, [id]);
  await ticking.query("commit");
  expect(await profiles()).toEqual([{ email: "bob@example.com", living: false }]);
  await rows(sweep);
  expect(await profiles()).toEqual([{ email: "bob@example.com", living: false }]);
  await rows("delete from todos");
  await rows(sweep);
  expect(await profiles()).toEqual([]);
});

test("with more than 10,000 todos a deleted user is hidden, and loses the first 10,000", async () => {
  await migrated();
  const id = await addUser("bob@example.com", 10_001);
  const { client } = await authSession();
  await client.query(deleteUser, [id]);
  expect(await profiles()).toEqual([{ email: "bob@example.com", living: false }]);
  expect(await count("todos")).toBe(1);
});

test("without the key a deleted user leaves the tutorial's ghosts", async () => {
  await migrated();
  const id = await addUser("bob@example.com", 2);
  await rows("alter table todos drop constraint todos_owner_id_fk");
  await rows(deleteUser, [id]);
  expect([await profiles(), await count("todos")]).toEqual([[], 2]);
});

test("the sweep brings back no user who is being deleted", async () => {
  await migrated();
  const id = await addUser();
  await rows("insert into users_out_of_sync (id) values ($1)", [id]);
  await rows("delete from neon_auth.users_sync");
  const deleting = await session();
  await deleting.query("begin");
  await deleting.query(deleteUser, [id]);
  expect(await rows(sweep)).toEqual([{ users: 0 }]);
  await deleting.query("commit");
  expect(await rows(sweep)).toEqual([{ users: 1 }]);
  expect(await profiles()).toEqual([]);
});

test("the sweep removes no profile that only has no user", async () => {
  await migrated();
  await rows(
    `insert into neon_auth.users_sync (raw_json) values ('{"id": "guest", "primary_email": "guest@example.com"}')`,
  );
  await rows(sweep);
  expect(await profiles()).toEqual([{ email: "guest@example.com", living: true }]);
});

/** As a restore does: the table is made again, without our triggers, and empty at first. */
async function restoreUsers(fill: boolean): Promise<void> {
  await rows(`create table neon_auth.copy (like neon_auth."user" including all)`);
  if (fill) await rows(`insert into neon_auth.copy select * from neon_auth."user"`);
  await rows(`drop table neon_auth."user" cascade`);
  await rows(`alter table neon_auth.copy rename to "user"`);
}

const isKept = "select users_sync_is_kept() as it";

test("a restored table of users has lost its triggers: that is noticed, and db:migrate repairs it", async () => {
  await migrated();
  const bobsId = await addUser("bob@example.com", 1);
  expect(await rows(isKept)).toEqual([{ it: true }]);
  await restoreUsers(true);
  expect(await rows(isKept)).toEqual([{ it: false }]);
  await rows(`update neon_auth."user" set name = 'Robert'`);
  await addUser("doug@example.com");
  expect(await upAgain()).toEqual(['triggers on neon_auth."user" keep neon_auth.users_sync from now on']);
  expect(await rows(isKept)).toEqual([{ it: true }]);
  expect(await rows("select email, name from neon_auth.users_sync order by email")).toEqual([
    { email: "bob@example.com", name: "Robert" },
    { email: "doug@example.com", name: "Bob" },
  ]);
  await rows(deleteUser, [bobsId]);
  expect([await count("neon_auth.users_sync"), await count("todos")]).toEqual([1, 0]);
  expect(await upAgain()).toEqual([]);
});

test("a table of users that is empty while it is restored costs no profile and no todo", async () => {
  await migrated();
  await addUser("bob@example.com", 1);
  await restoreUsers(false);
  await rows(sweep);
  expect(await upAgain()).toContain("profiles without a user, which stay with their todos: 1");
  await rows(sweep);
  expect([await profiles(), await count("todos")]).toEqual([[{ email: "bob@example.com", living: true }], 1]);
});

test("a disabled trigger is noticed, too", async () => {
  await migrated();
  await rows(`alter table neon_auth."user" disable trigger profile_of_user`);
  expect(await rows(isKept)).toEqual([{ it: false }]);
  await upAgain();
  expect(await rows(isKept)).toEqual([{ it: true }]);
});

test("missing rights are named as the grants that give them, and with these the migrations pass", async () => {
  await usersTable();
  const role = await createRole((name) => [
    `grant usage, create on schema public to ${name}`,
    `grant usage on schema neon_auth to ${name}`,
  ]);
  const url = Object.assign(new URL(databaseUrl), { username: role, password: "password" }).href;
  const client = await session(url);
  const refused = await client.query(statementsOf("users_sync_bridge").up).catch((error) => error.message);
  expect(refused).toMatch(
    /belongs to the role postgres, and the role role_\w+ may not .* Nothing was changed/,
  );
  expect(await rows("select to_regclass('neon_auth.users_sync') as it")).toEqual([{ it: null }]);

  const grants = refused.split("What is missing: ")[1].split("; ");
  expect(grants).toHaveLength(2);
  for (const grant of grants) await rows(grant);
  await up("todos_owner_id_fk", url);
  await addUser();
  expect(await profiles()).toEqual([{ email: "bob@example.com", living: true }]);
});

test.each([
  [
    "Neon's own",
    "(raw_json jsonb, deleted_at timestamptz, id text generated always as (raw_json ->> 'id') stored primary key)",
  ],
  ["an unfinished", "(id text primary key)"],
])("%s users_sync beside the table of users stays as it is", async (_, columns) => {
  await usersTable();
  await rows(`create table neon_auth.users_sync ${columns}`);
  const before = await shape();
  await rows(statementsOf("users_sync_bridge").up);
  await addUser();
  expect(await shape()).toEqual(before);
  expect([await rows(isKept), await count("neon_auth.users_sync")]).toEqual([[{ it: null }], 0]);
  await rows(statementsOf("users_sync_bridge").down);
  expect(await shape()).toEqual(before);
});

test("a database that was migrated before it had Neon Auth is taken over by db:migrate", async () => {
  await upAgain();
  await usersTable();
  await addUser();
  expect(await profiles()).toEqual([]);
  expect(await upAgain()).toEqual(['triggers on neon_auth."user" keep neon_auth.users_sync from now on']);
  expect(await profiles()).toEqual([{ email: "bob@example.com", living: true }]);
});

test("profiles that webhooks brought are not mixed with those of another service", async () => {
  await upAgain();
  await rows(
    `insert into neon_auth.users_sync (raw_json) values ('{"id": "bob", "primary_email": "bob@example.com"}')`,
  );
  await usersTable();
  await addUser("doug@example.com");
  expect(await upAgain()).toEqual([]);
  expect(await profiles()).toEqual([{ email: "bob@example.com", living: true }]);
});

test("a database that was migrated before the bridge was written gets its functions, and nothing else changes", async () => {
  await applyMigrations(database, "todos_of_deleted_profiles");
  await rows(statementsOf("users_sync_bridge").down);
  await rows("delete from schema_migrations where version = '20261121090000'");
  await rows(`insert into neon_auth.users_sync (raw_json) values ('{"id": "bob"}')`);
  const before = await shape();
  expect(await upAgain()).toEqual([]);
  expect(await shape()).toEqual(before);
  expect([await rows(isKept), await rows(sweep), await count("neon_auth.users_sync")]).toEqual([
    [{ it: null }],
    [{ users: 0 }],
    1,
  ]);
});

test("down removes what up made, and leaves the users", async () => {
  await usersTable();
  await addUser();
  const tables =
    "select table_name as name from information_schema.tables where table_schema = 'neon_auth' order by 1";
  const before = await rows(tables);
  await up("users_sync_bridge");
  await down("users_sync_bridge");
  expect(await rows(tables)).toEqual(before);
  expect(await count(`neon_auth."user"`)).toBe(1);
  await addUser("doug@example.com");
  await up("users_sync_bridge");
  expect(await profiles()).toHaveLength(2);
});
