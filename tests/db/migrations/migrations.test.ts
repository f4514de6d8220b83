import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sql from "sql-template-tag";
import { afterAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { connectDatabase } from "#app/db/database.server.ts";
import { DatabaseFault } from "#app/db/faults.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { migrate, rollback } from "#db/migrate.ts";

const { DATABASE_URL = "" } = process.env;
const database = connectDatabase(DATABASE_URL, 30_000);
const files = readdirSync("db/migrations").sort();
const directories: string[] = [];

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true });
});

beforeEach(async () => {
  await run("drop schema if exists neon_auth cascade");
  await run("drop schema public cascade");
  await run("create schema public");
});

async function run(text: string): Promise<unknown[]> {
  return database.query(statement(z.unknown(), sql([text])));
}

/** A folder with the first migrations alone. */
function migrationsUpTo(count: number): string {
  const directory = mkdtempSync(join(tmpdir(), "todos-migrations-"));
  directories.push(directory);
  for (const file of files.slice(0, count)) cpSync(join("db/migrations", file), join(directory, file));
  return directory;
}

/** What a database looks like: columns, constraints, indexes, triggers and functions, as Postgres has them. */
function shape(): Promise<unknown[]> {
  return run(`
    select format('%s.%s %s %s %s', table_schema, table_name, column_name, data_type, generation_expression) as line
    from information_schema.columns where table_schema in ('public', 'neon_auth') and table_name <> 'schema_migrations'
    union all
    select format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) from pg_constraint
    where connamespace in (select oid from pg_namespace where nspname in ('public', 'neon_auth')) and contype <> 'n'
      and conrelid::regclass::text <> 'schema_migrations'
    union all
    select indexdef from pg_indexes where schemaname in ('public', 'neon_auth') and tablename <> 'schema_migrations'
    union all
    select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
    union all
    select pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace
    order by line`);
}

test.each(
  files.map((file, index) => [file, index + 1] as const),
)("%s goes up, down and up again", async (_, count) => {
  const migrations = migrationsUpTo(count);
  if (count > 1) await migrate(DATABASE_URL, { migrations: migrationsUpTo(count - 1) });
  const before = await shape();
  await migrate(DATABASE_URL, { migrations });
  const after = await shape();
  expect(after).not.toEqual(before);
  await rollback(DATABASE_URL, { migrations });
  expect(await shape()).toEqual(before);
  await migrate(DATABASE_URL, { migrations });
  expect(await shape()).toEqual(after);
});

test("two processes may migrate at once", async () => {
  await Promise.all([migrate(DATABASE_URL), migrate(DATABASE_URL)]);
  expect(await run("select to_regclass('todos')::text as name")).toEqual([{ name: "todos" }]);
});

/** As Neon creates it, without any mark of ours. */
const neonsTable = `create table neon_auth.users_sync (
  raw_json jsonb not null,
  id text generated always as (raw_json ->> 'id') stored primary key,
  name text generated always as (raw_json ->> 'display_name') stored,
  email text generated always as (raw_json ->> 'primary_email') stored,
  created_at timestamptz generated always as
    (to_timestamp(trunc((raw_json ->> 'signed_up_at_millis')::bigint::double precision) / 1000)) stored,
  updated_at timestamptz,
  deleted_at timestamptz
)`;
const insertBob = `insert into neon_auth.users_sync (raw_json)
  values ('{"id": "bob", "primary_email": "bob@example.com", "signed_up_at_millis": 1795284266861}')`;

test("Neon's own users_sync and its rows stay the same, up and down", async () => {
  await run("create schema neon_auth");
  await run(neonsTable);
  await run(insertBob);
  const migrations = migrationsUpTo(2);
  await migrate(DATABASE_URL, { migrations });
  await rollback(DATABASE_URL, { migrations });
  expect(await run("select id, email from neon_auth.users_sync")).toEqual([
    { id: "bob", email: "bob@example.com" },
  ]);
});

test("our users_sync derives its columns from raw_json as Neon's does, and rejects writes to them", async () => {
  await migrate(DATABASE_URL, { migrations: migrationsUpTo(2) });
  await run(insertBob);
  expect(await run("select id, name, email, created_at::text from neon_auth.users_sync")).toEqual([
    { id: "bob", name: null, email: "bob@example.com", created_at: expect.stringMatching(/^2026-11-21/) },
  ]);
  await expect(run("insert into neon_auth.users_sync (raw_json, id) values ('{}', 'x')")).rejects.toThrow(
    /non-DEFAULT/,
  );
  await expect(
    run(`insert into neon_auth.users_sync (raw_json) values ('{"name": "no id"}')`),
  ).rejects.toThrow();
});

test("a schema of the newer Neon Auth without its users is left alone", async () => {
  await run("create schema neon_auth");
  await run("create table neon_auth.account (id text primary key)");
  await expect(migrate(DATABASE_URL)).rejects.toThrow();
  expect(
    await run("select table_name as name from information_schema.tables where table_schema = 'neon_auth'"),
  ).toEqual([{ name: "account" }]);
});

const demosTable = `create table todos (
  id bigint primary key generated by default as identity,
  owner_id text not null,
  task text not null,
  is_complete boolean not null default false,
  inserted_at timestamptz not null default now()
)`;

test("the demo's todos are adopted with their rows, and down restores the table", async () => {
  await run(demosTable);
  await run("insert into todos (owner_id, task) values ('bob', 'old')");
  const before = await run("select * from todos");
  const migrations = migrationsUpTo(3);
  await migrate(DATABASE_URL, { migrations });
  await run("insert into todos (owner_id, task) values ('bob', 'new')");
  await expect(
    run(`insert into todos (owner_id, task) values ('bob', repeat('x', 501))`),
  ).rejects.toMatchObject({
    constraint: "todos_task_length",
  });
  await rollback(DATABASE_URL, { migrations });
  expect(await run("select * from todos where task = 'old'")).toEqual(before);
});

test("an adopted todo with a task of any length can be ticked, and new ones follow the rule", async () => {
  await run(demosTable);
  await run(
    `insert into todos (owner_id, task) values ('bob', repeat('x', 900000)), ('bob', ''), ('bob', 'short')`,
  );
  await migrate(DATABASE_URL, { migrations: migrationsUpTo(3) });
  await run("update todos set is_complete = true");
  expect(await run("select count(*)::int as ticked from todos where is_complete")).toEqual([{ ticked: 3 }]);
  for (const task of ["", "x".repeat(501)]) {
    const refused = run(`insert into todos (owner_id, task) values ('bob', '${task}')`);
    await expect(refused).rejects.toBeInstanceOf(DatabaseFault);
  }
  expect(await run("select convalidated from pg_constraint where conname = 'todos_task_length'")).toEqual([
    { convalidated: false },
  ]);
});

test("an adopted table without a primary key gets one", async () => {
  await run(demosTable.replace("primary key ", ""));
  await migrate(DATABASE_URL);
  expect(await run("select conname as name from pg_constraint where conname = 'todos_pkey'")).toHaveLength(1);
});
