import { type NeonQueryFunction, neon, neonConfig } from "@neondatabase/serverless";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { neonOverTcp } from "#db/neon-over-tcp/index.ts";
import { tcpUrl, url } from "./harness.ts";

// What `neon()` answers by its own route, HTTPS to Neon, it answers over TCP, to the last class and null.

type Sql = NeonQueryFunction<false, false>;
type Ask = (sql: Sql) => Promise<unknown>;

const tcp = neonOverTcp({ maxConnections: 1 });
const postgres = new pg.Client(tcpUrl);

beforeAll(async () => {
  await postgres.connect();
  await postgres.query(`
    create type mood as enum ('calm', 'in "high" spirits');
    create table item (
      id int primary key,
      name text constraint item_name_unique unique,
      parent int constraint item_parent references item deferrable initially deferred
    )
  `);
});
beforeEach(() => postgres.query("truncate item"));
afterEach(() => {
  neonConfig.fetchFunction = undefined;
});
afterAll(() => Promise.all([postgres.end(), tcp.close()]));

/** What Neon's route and TCP both answer: the result, or all that the driver's error has. */
async function byBothRoutes(ask: Ask): Promise<unknown> {
  const answers: unknown[] = [];
  for (const [route, fetchFunction] of [
    [url, undefined],
    [tcpUrl, tcp.fetch],
  ] as const) {
    neonConfig.fetchFunction = fetchFunction;
    await postgres.query("truncate item");
    answers.push(await ask(neon(route)).catch((error) => ({ message: error.message, ...error })));
  }
  const [byNeon, byTcp] = answers;
  expect(byTcp).toStrictEqual(byNeon);
  return byTcp;
}

test.each([
  ["bigint", "9007199254740993"],
  ["integer", 42],
  ["smallint", -1],
  ["double precision", 0.1],
  ["numeric", "1.2300"],
  ["boolean", true],
  ["timestamptz", new Date("2026-03-29T01:30:00.123Z")],
  ["date", "2026-02-28"],
  ["interval", "1 mon -3 days 04:05:06.789"],
  ["jsonb", { list: [1, null, "ü"], nested: { 'quo"te': "\\" } }],
  ["bytea", Buffer.from([0, 1, 92, 255])],
  ["text", "it's 100 % “ünï” 😀\n"],
  ["text", ""],
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
  ["mood", "calm"],
  ["mood[]", '{"in \\"high\\" spirits",calm}'],
  ["tsvector", "a b"],
])("a value of type %s round-trips as with pg", async (type, value) => {
  const query = `select $1::${type} as value, $1::${type}::text as text`;
  const { rows } = await postgres.query(query, [value]);
  expect(await byBothRoutes((sql) => sql.query(query, [value]))).toEqual(rows);
});

const whole = { fullResults: true } as const;
const field = (name: string, dataTypeID: number, dataTypeSize: number, dataTypeModifier = -1) => ({
  ...{ name, dataTypeID, dataTypeSize, dataTypeModifier },
  ...{ tableID: 0, columnID: 0, format: "text" },
});
const add = (sql: Sql, id: number, name: string | null = null, parent: number | null = null) =>
  sql`insert into item values (${id}, ${name}, ${parent}) returning id, name`;

test.each<[string, Ask, unknown]>([
  [
    "a full result has rows, fields, command and count",
    (sql) => sql.query("select 1 as one, 'a'::varchar(5) as two", [], whole),
    expect.objectContaining({
      rows: [{ one: 1, two: "a" }],
      fields: [field("one", 23, 4), field("two", 1043, -1, 9)],
      command: "SELECT",
      rowCount: 1,
      rowAsArray: false,
    }),
  ],
  [
    "an array result keeps columns of the same name",
    (sql) => sql.query("select 1 as x, 2 as x", [], { arrayMode: true, ...whole }),
    expect.objectContaining({ rows: [[1, 2]], rowAsArray: true }),
  ],
  ["an object result has the last of them", (sql) => sql`select 1 as x, 2 as x`, [{ x: 2 }]],
  [
    "an empty result has fields",
    (sql) => sql.query("select 1 as one where false", [], whole),
    expect.objectContaining({ rows: [], fields: [field("one", 23, 4)], rowCount: 0 }),
  ],
  ["a row may have no columns", (sql) => sql`select`, [{}]],
  ["an insert returns rows", (sql) => add(sql, 1, "one"), [{ id: 1, name: "one" }]],
  [
    "a change without returning has a count",
    async (sql) => {
      await add(sql, 1);
      return sql.query("update item set name = 'x'", [], whole);
    },
    expect.objectContaining({ rows: [], fields: [], command: "UPDATE", rowCount: 1 }),
  ],
  [
    "a command that counts nothing has no count",
    (sql) => sql.query("create temporary table gone ()", [], whole),
    expect.objectContaining({ rows: [], fields: [], command: "CREATE", rowCount: null }),
  ],
  [
    "a caller's own types apply",
    (sql) =>
      sql.query("select 7", [], { arrayMode: true, types: { getTypeParser: () => Array.of } } as never),
    [[["7"]]],
  ],
  [
    "an error carries all that Postgres says",
    async (sql) => {
      await add(sql, 1, "Ann");
      return add(sql, 2, "Ann");
    },
    expect.objectContaining({
      name: "NeonDbError",
      message: 'duplicate key value violates unique constraint "item_name_unique"',
      severity: "ERROR",
      code: "23505",
      detail: "Key (name)=(Ann) already exists.",
      schema: "public",
      table: "item",
      constraint: "item_name_unique",
      routine: "_bt_check_unique",
    }),
  ],
  [
    "an error tells the position in the statement",
    (sql) => sql`select nothing`,
    expect.objectContaining({ code: "42703", position: "8" }),
  ],
  [
    "an error in a function tells where, with its hint",
    (sql) => sql`do $$ begin raise 'no' using hint = 'Try again.', detail = 'Why.'; end $$`,
    expect.objectContaining({ code: "P0001", hint: "Try again.", detail: "Why.", where: expect.any(String) }),
  ],
  [
    "an error leaves the next request alone",
    async (sql) => [await sql`select 1 / 0`.catch(({ code }) => code), await sql`select 1 as after`],
    ["22012", [{ after: 1 }]],
  ],
  [
    "two statements in one call are refused, and neither runs",
    async (sql) => [
      await sql.query("create table half (); select 1").catch(({ code }) => code),
      await sql`select to_regclass('half') as half`,
    ],
    ["42601", [{ half: null }]],
  ],
  [
    "too few values are an error",
    (sql) => sql.query("select $1::text, $2::text", ["one"]),
    expect.objectContaining({ code: "08P01" }),
  ],
  [
    "an aborted request rejects with the signal's reason, and is not sent",
    async (sql) => {
      const signal = AbortSignal.abort(new Error("too late"));
      const aborted = sql.query("create table never ()", [], { fetchOptions: { signal } });
      return [await aborted.catch((error) => error), await sql`select to_regclass('never') as never`];
    },
    [expect.objectContaining({ name: "NeonDbError", sourceError: new Error("too late") }), [{ never: null }]],
  ],
  [
    "a batch has a result each",
    (sql) => sql.transaction([add(sql, 1), sql`select`]),
    [[{ id: 1, name: null }], [{}]],
  ],
  [
    "the options of a batch apply to each result, unless it has its own",
    (sql) => {
      const own = sql.query("select 2 as two", [], { arrayMode: false, fullResults: false });
      return sql.transaction([sql`select 1 as one`, own], { arrayMode: true, fullResults: true });
    },
    [expect.objectContaining({ rows: [[1]], command: "SELECT" }), [{ two: 2 }]],
  ],
  ["an empty batch has no results", (sql) => sql.transaction([]), []],
  [
    "a failing statement rolls back its whole batch",
    async (sql) => [
      await sql.transaction([add(sql, 1), add(sql, 1), add(sql, 2)]).catch(({ code }) => code),
      await sql`select id from item`,
    ],
    ["23505", []],
  ],
  [
    "an error at commit is the batch's error",
    async (sql) => [
      await sql.transaction([add(sql, 1, null, 2)]).catch(({ constraint }) => constraint),
      await sql`select id from item`,
    ],
    ["item_parent", []],
  ],
  [
    "a read-only batch refuses a write",
    (sql) => sql.transaction([add(sql, 1)], { readOnly: true }),
    expect.objectContaining({ code: "25006" }),
  ],
])("%s", async (_, ask, answer) => {
  expect(await byBothRoutes(ask)).toEqual(answer);
});

test.each<[Parameters<Sql["transaction"]>[1], string[]]>([
  [{}, ["read committed", "off", "off"]],
  [{ isolationLevel: "ReadUncommitted" }, ["read uncommitted", "off", "off"]],
  [{ isolationLevel: "ReadCommitted", readOnly: false }, ["read committed", "off", "off"]],
  [{ isolationLevel: "RepeatableRead", readOnly: true }, ["repeatable read", "on", "off"]],
  [{ isolationLevel: "Serializable", deferrable: false }, ["serializable", "off", "off"]],
  [{ isolationLevel: "Serializable", readOnly: true, deferrable: true }, ["serializable", "on", "on"]],
])("a batch with %o is one transaction of that kind", async (options, kind) => {
  const answer = byBothRoutes(async (sql) => {
    const modes = sql`select current_setting('transaction_isolation'), current_setting('transaction_read_only'),
      current_setting('transaction_deferrable')`;
    const now = sql`select now()::text`;
    const batch = sql.transaction([modes, now, now], { ...options, arrayMode: true });
    const [[kind], [before], [after]] = (await batch) as [[string[]], [string[]], [string[]]];
    return [kind, String(before) === String(after)];
  });
  expect(await answer).toEqual([kind, true]);
});

test.each([
  ["a setting", "set search_path to nowhere", "show search_path", '"$user", public'],
  ["a role", "set role pg_monitor", "select current_user", "postgres"],
  ["a temporary table", "create temp table leak ()", "select to_regclass('leak')", null],
  [
    "a lock",
    "select pg_advisory_lock(1)",
    `select count(*) from pg_locks join pg_database d on d.oid = database
      where locktype = 'advisory' and datname = current_database()`,
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
  const answer = byBothRoutes(async (sql) => {
    await sql.query(change);
    return sql.query(look, [], { arrayMode: true });
  });
  expect(await answer).toEqual([[expected]]);
});
