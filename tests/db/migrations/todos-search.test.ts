import { randomUUID } from "node:crypto";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import * as harness from "./harness.ts";
import { applyMigrations, emptiedDatabase, session, statementsOf } from "./harness.ts";

const { database } = await emptiedDatabase();

// Before this migration.
beforeEach(() => applyMigrations(database, "todo_changes"));

const up = () => harness.up("todos_search");
const down = () => harness.down("todos_search");

async function column(text: string): Promise<unknown[]> {
  return (await database.query({ text, rowMode: "array" })).rows.flat();
}
const extensions = () =>
  column("select extname from pg_extension where extname in ('pg_trgm', 'unaccent') order by extname");

test("a role that may not create the extensions learns what to do, and nothing changes", async () => {
  const role = `role_${randomUUID().slice(0, 8)}`;
  await database.query(`create role ${role}; grant all on schema public to ${role}`);
  onTestFinished(async () => void (await database.query(`drop owned by ${role}; drop role ${role}`)));
  const migrating = await session();
  await migrating.query(`begin; set local role ${role}`);
  await expect(migrating.query(statementsOf("todos_search").up)).rejects.toThrow(
    /Run "create extension pg_trgm; create extension unaccent" in this database as a role that may create them/,
  );
  await migrating.query("rollback");
  expect(await extensions()).toEqual([]);
});

test("existing extensions are used in any schema, and stay", async () => {
  await database.query("drop schema if exists tools cascade");
  await database.query("create schema tools");
  onTestFinished(async () => void (await database.query("drop schema tools cascade")));
  await database.query("create extension pg_trgm schema tools; create extension unaccent schema tools");
  await up();
  expect(await column("select searchable('Crème') like search_pattern('CREME')")).toEqual([true]);
  await down();
  expect(await extensions()).toEqual(["pg_trgm", "unaccent"]);
});

test("down drops the extensions that the migration created, except one that is in use elsewhere", async () => {
  await up();
  await database.query("create index by_owner on todos using gin (owner_id gin_trgm_ops)");
  expect(await down()).toContainEqual(expect.stringContaining("the extension pg_trgm stays"));
  expect(await extensions()).toEqual(["pg_trgm"]);
});

test.each([
  ["abc", true],
  ["日本語", true],
  ["किस", true],
  ["ёлк", true],
  ["a b", true],
  ["ab!", true],
  ["ß!", true],
  ["ab", false],
  ["a!!", false],
  ["!!!", false],
  ["🦊🦊🦊", false],
  ["%_\\", false],
])("the index helps to find %j: %j", async (query, helps) => {
  await up();
  const { rows } = await database.query("select has_trigram($1) as helps", [query]);
  expect(rows).toEqual([{ helps }]);
  // As Postgres sees it: where the index has no trigram of it, all of the index is read.
  await database.query(`insert into neon_auth.users_sync (raw_json) values ('{"id": "bob"}')`);
  await database.query(`insert into todos (owner_id, task)
    select 'bob', 'nothing of the kind: ' || n from generate_series(1, 100) n`);
  await database.query("vacuum analyze todos");
  const plan = await database.query(
    `explain (analyze, format json) select from todos where searchable(task) like search_pattern($1)`,
    [query],
  );
  const text = JSON.stringify(plan.rows);
  const reads = text.includes("Bitmap")
    ? Number(/"Bitmap Index Scan".*?"Actual Rows":([\d.]+)/.exec(text)?.[1])
    : 100;
  expect(reads < 100).toBe(helps);
});
