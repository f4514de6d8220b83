import sql from "sql-template-tag";
import { beforeEach, expect, test } from "vitest";
import { connectDatabase } from "#app/db/database.server.ts";
import { neon } from "#tests/mocks/neon/address.ts";
import { ask, network, one, url } from "./harness.ts";

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
