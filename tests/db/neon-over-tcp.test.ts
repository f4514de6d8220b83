import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { neon, neonConfig } from "@neondatabase/serverless";
import { expect, onTestFinished, test } from "vitest";
import { driver, postgres } from "./neon-over-tcp-harness.ts";

test.each([
  ["bigint", "9007199254740993"],
  ["integer", 42],
  ["numeric", "1.2300"],
  ["boolean", true],
  ["timestamptz", new Date("2026-03-29T01:30:00.123Z")],
  ["date", "2026-02-28"],
  ["interval", "1 mon -3 days 04:05:06.789"],
  ["jsonb", { list: [1, null, "ü"], nested: { 'quo"te': "\\" } }],
  ["bytea", Buffer.from([0, 1, 92, 255])],
  ["text", "it's 100 % “ünï” 😀\n"],
  ["text", null],
  ["text", "x".repeat(1 << 20)],
  ["text[]", ["a,b", 'quo"te', "back\\slash", "{}", "", "null", null, " é "]],
  [
    "text[]",
    [
      ["a", "b"],
      ["c", null],
    ],
  ],
  ["bigint[]", ["1", "2"]],
])("a value of type %s round-trips as with pg", async (type, value) => {
  const { sql } = driver();
  const query = `select $1::${type} as value, $1::${type}::text as text`;
  const viaPg = await postgres.query(query, [value]);
  expect(await sql.query(query, [value])).toEqual(viaPg.rows);
});

test("an enum value round-trips as with pg, also in an array", async () => {
  const { sql } = driver();
  await sql`create type mood as enum ('calm', 'in "high" spirits')`;
  const query = "select $1::mood as one, $2::mood[] as several";
  const values = ["calm", '{"in \\"high\\" spirits",calm}'];
  const viaPg = await postgres.query(query, values);
  expect(viaPg.rows).toEqual([{ one: "calm", several: expect.stringContaining("high") }]);
  expect(await sql.query(query, values)).toEqual(viaPg.rows);
});

test("a full result has the same metadata as pg's", async () => {
  const { sql } = driver();
  const query = "select 1 as one, 'a'::varchar(5) as two";
  const { fields, rows, command, rowCount } = await postgres.query(query);
  const result = await sql.query(query, [], { fullResults: true });
  expect(result).toMatchObject({ rows, command, rowCount });
  expect(result.fields).toEqual(fields);
});

test("an error carries all that Postgres says", async () => {
  const { sql } = driver({ maxConnections: 1 });
  await sql`create table person (name text constraint person_name_unique unique)`;
  await sql`insert into person values ('Ann')`;
  await expect(sql`insert into person values ('Ann')`).rejects.toMatchObject({
    name: "NeonDbError",
    message: 'duplicate key value violates unique constraint "person_name_unique"',
    severity: "ERROR",
    code: "23505",
    detail: "Key (name)=(Ann) already exists.",
    schema: "public",
    table: "person",
    constraint: "person_name_unique",
  });
  await expect(sql`select nothing`).rejects.toMatchObject({ code: "42703", position: "8" });
  expect(await sql`select 1 as after`).toEqual([{ after: 1 }]);
});

test("two statements in one call are refused, and neither runs", async () => {
  const { sql } = driver();
  await expect(sql.query("create table half (); select 1")).rejects.toMatchObject({ code: "42601" });
  expect(await sql`select to_regclass('half') as half`).toEqual([{ half: null }]);
});

test("a batch runs in one transaction at the requested isolation level", async () => {
  const { sql } = driver();
  const modes = sql`select current_setting('transaction_isolation') as isolation,
    current_setting('transaction_read_only') as read_only,
    current_setting('transaction_deferrable') as deferrable,
    pg_current_snapshot()::text || now()::text as moment`;
  const [[first], [second]] = (await sql.transaction([modes, modes], {
    isolationLevel: "Serializable",
    readOnly: true,
    deferrable: true,
  })) as [Record<string, unknown>[], Record<string, unknown>[]];
  expect(first).toMatchObject({ isolation: "serializable", read_only: "on", deferrable: "on" });
  expect(second).toEqual(first);

  const [[plain]] = (await sql.transaction([modes])) as [Record<string, unknown>[]];
  expect(plain).toMatchObject({ isolation: "read committed", read_only: "off", deferrable: "off" });
});

test("a read-only batch refuses a write", async () => {
  const { sql } = driver();
  const write = sql`create table written ()`;
  await expect(sql.transaction([write], { readOnly: true })).rejects.toMatchObject({ code: "25006" });
});

test("an unknown isolation level is refused", async () => {
  const { sql } = driver();
  const batch = sql.transaction([sql`select 1`], { isolationLevel: "Snapshot" as never });
  await expect(batch).rejects.toThrow("unknown isolation level: Snapshot");
});

test("a failing statement rolls back its whole batch before the answer", async () => {
  const { sql } = driver({ maxConnections: 1 });
  await sql`create table entry (id int primary key)`;
  const insert = (id: number) => sql`insert into entry values (${id})`;
  await expect(sql.transaction([insert(1), insert(1), insert(2)])).rejects.toMatchObject({ code: "23505" });
  await postgres.query("do 'begin lock table entry nowait; end'");
  expect(await sql`select id from entry`).toEqual([]);
  await sql.transaction([insert(1), insert(2)]);
  expect(await sql`select id from entry`).toEqual([{ id: 1 }, { id: 2 }]);
});

test("an error at commit is the batch's error", async () => {
  const { sql } = driver();
  await sql`create table node (id int primary key, parent int references node deferrable initially deferred)`;
  const orphan = sql`insert into node values (1, 2)`;
  await expect(sql.transaction([orphan])).rejects.toMatchObject({ code: "23503" });
});

test.each([
  ["a setting", "set search_path to nowhere", "show search_path", '"$user", public'],
  ["a role", "set role pg_monitor", "select current_user", "postgres"],
  ["a temporary table", "create temp table leak ()", "select to_regclass('leak')", null],
  [
    "a lock",
    "select pg_advisory_lock(1)",
    "select count(*) from pg_locks where pid = pg_backend_pid() and locktype = 'advisory'",
    "0",
  ],
  ["a channel", "listen leak", "select count(*) from pg_listening_channels()", "0"],
  ["a statement", "prepare leak as select 1", "select count(*) from pg_prepared_statements", "0"],
  [
    "an open transaction",
    "begin isolation level serializable",
    "show transaction_isolation",
    "read committed",
  ],
])("%s does not leak into the next request", async (_what, change, look, expected) => {
  const { sql } = driver({ maxConnections: 1 });
  await sql.query(change);
  expect(await sql.query(look, [], { arrayMode: true })).toEqual([[expected]]);
});

test("the statement timeout applies, and is restored after a request changes it", async () => {
  const { sql } = driver({ maxConnections: 1, statementTimeoutMs: 150 });
  await sql`set statement_timeout = 0`;
  expect(await sql`show statement_timeout`).toEqual([{ statement_timeout: "150ms" }]);
  await expect(sql`select pg_sleep(30)`).rejects.toMatchObject({ code: "57014" });
});

test("two connections serve twenty simultaneous queries", async () => {
  const { sql } = driver({ maxConnections: 2 });
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => sql`select ${index}::int as index, pg_backend_pid() as pid`),
  );
  expect(answers.map(([row]) => row?.index)).toEqual(Array.from({ length: 20 }, (_, index) => index));
  expect(new Set(answers.map(([row]) => row?.pid)).size).toBe(2);
});

test("a request for one of Neon's own hosts goes to fetch", async () => {
  const neonItself = createServer((request, response) => {
    const fields = [{ name: "host", dataTypeID: 25 }];
    const { hostname } = new URL(String(request.headers["neon-connection-string"]));
    response.end(JSON.stringify({ fields, rows: [[hostname]] }));
  }).listen(0, "127.0.0.1");
  await once(neonItself, "listening");
  const { port } = neonItself.address() as AddressInfo;
  neonConfig.fetchEndpoint = `http://127.0.0.1:${port}/sql`;
  onTestFinished(() => {
    neonConfig.fetchEndpoint = neonConfig.defaults.fetchEndpoint;
    neonItself.close();
  });
  driver();
  const sql = neon("postgresql://ann:secret@ep-cool-name-123456.eu-central-1.aws.neon.tech/neondb");
  expect(await sql`select 1`).toEqual([{ host: "ep-cool-name-123456.eu-central-1.aws.neon.tech" }]);
});
