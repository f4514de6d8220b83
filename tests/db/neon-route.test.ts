import { neonConfig } from "@neondatabase/serverless";
import sql from "sql-template-tag";
import { beforeEach, expect, test } from "vitest";
import { connectDatabase } from "#app/db/database.server.ts";
import { neon } from "#tests/mocks/neon/address.ts";
import { ask, network, one, tcpUrl, url } from "./neon-harness.ts";

const database = connectDatabase(url);
const requests: Request[] = [];
network.events.on("request:start", ({ request }) => requests.push(request.clone()));
beforeEach(() => void requests.splice(0));

/** What the requests since the test began asked for, and how. */
function asked() {
  return Promise.all(
    requests.map(async (request) => ({
      to: `${request.method} ${request.url}`,
      headers: Object.fromEntries([...request.headers].filter(([name]) => name.startsWith("neon-"))),
      body: await request.json(),
    })),
  );
}

const connectionString = expect.stringMatching(`^postgresql://user:password@${neon.host}/test_`);
const headers = {
  "neon-connection-string": connectionString,
  "neon-raw-text-output": "true",
  "neon-array-mode": "true",
};

test("a query is one request to Neon's API, with its values as text", async () => {
  const rows = await database.query(
    ask(sql`select ${7}::int + 1 as sum, ${null}::text as none, ${true}::boolean as yes`),
  );
  expect(rows).toEqual([{ sum: 8, none: null, yes: true }]);
  const body = {
    query: "select $1::int + 1 as sum, $2::text as none, $3::boolean as yes",
    params: ["7", null, "true"],
  };
  expect(await asked()).toEqual([{ to: `POST ${neon.sqlUrl}`, headers, body }]);
});

test("a snapshot is one request for a read-only transaction that sees one state", async () => {
  const level = ask(sql`select current_setting('transaction_isolation') as level`);
  const readOnly = ask(sql`select current_setting('transaction_read_only') as "readOnly", ${2}::int as two`);
  expect(await database.snapshot(level, readOnly)).toEqual([
    [{ level: "repeatable read" }],
    [{ readOnly: "on", two: 2 }],
  ]);
  const batch = { "neon-batch-isolation-level": "RepeatableRead", "neon-batch-read-only": "true" };
  expect(await asked()).toMatchObject([
    {
      to: `POST ${neon.sqlUrl}`,
      headers: { ...headers, ...batch },
      body: { queries: [{ params: [] }, { params: ["2"] }] },
    },
  ]);
});

test("a snapshot cannot write", async () => {
  const write = ask(sql`insert into neon_auth.users_sync (raw_json) values ('{"id": "x"}')`);
  await expect(database.snapshot(one, write)).rejects.toMatchObject({ kind: "read-only" });
});

test("several statements in one text are refused, as on Neon", async () => {
  await expect(database.query(ask(sql`select 1; select 2`))).rejects.toMatchObject({ code: "42601" });
});

test("nothing that one request sets or locks is left for the next", async () => {
  await database.query(ask(sql`select set_config('statement_timeout', '77s', false), pg_advisory_lock(1)`));
  const left = ask(sql`
    select current_setting('statement_timeout') as timeout,
      (select count(*)::int from pg_locks join pg_database d on d.oid = database
        where locktype = 'advisory' and datname = current_database()) as locks
  `);
  expect(await database.query(left)).toEqual([{ timeout: "0", locks: 0 }]);
});

test("every type of value arrives as it does over TCP", async () => {
  const values = ask(sql`
    select 1::int2 as int2, 9223372036854775807 as int8, 0.1::float8 as float8, 1.50::numeric as numeric,
      true as bool, ${'ä🦊 "\\'}::text as text, null::text as none, '' as empty, date '2026-11-21' as date,
      timestamptz '2026-11-21 10:00:00.123456+01' as at, interval '1 day 2 hours' as interval,
      '{"a": [1, null]}'::jsonb as json, decode('00ff', 'hex') as bytes, array[1, null, 3] as ints,
      array['a,b', '"c"', null] as texts, 'a b'::tsvector as words
  `);
  const empty = ask(sql`select where false`);
  const change = ask(sql`create temporary table gone ()`);
  const byNeon = [await database.snapshot(values, empty), await database.query(change)];
  const direct = connectDatabase(tcpUrl);
  const byTcp = [await direct.snapshot(values, empty), await direct.query(change)];
  neonConfig.fetchFunction = undefined;
  expect(byNeon).toEqual(byTcp);
  expect(byNeon).toMatchObject([
    [[{ int8: "9223372036854775807", numeric: "1.50", ints: [1, null, 3] }], []],
    [],
  ]);
});
