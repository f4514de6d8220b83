import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { neon, neonConfig } from "@neondatabase/serverless";
import { expect, onTestFinished, test } from "vitest";
import { addressIn } from "#db/neon-over-tcp/connection-string.ts";
import { ConnectionError } from "#db/neon-over-tcp/index.ts";
import { driver, postgres } from "./harness.ts";

test("an unknown isolation level is refused", async () => {
  const { sql } = driver();
  const batch = sql.transaction([sql`select 1`], { isolationLevel: "Snapshot" as never });
  await expect(batch).rejects.toThrow("unknown isolation level: Snapshot");
});

test("a failed batch is rolled back before it is answered, and its connection is kept", async () => {
  const { sql } = driver({ maxConnections: 1 });
  const [before] = await sql`select pg_backend_pid() as pid`;
  await sql`create table entry (id int primary key)`;
  const insert = sql`insert into entry values (1)`;
  await expect(sql.transaction([insert, insert])).rejects.toMatchObject({ code: "23505" });
  await postgres.query("do 'begin lock table entry nowait; end'");
  expect(await sql`select pg_backend_pid() as pid`).toEqual([before]);
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

test.each([
  ["postgresql://[::1]:5433/todos", { host: "::1", port: 5433 }],
  ["postgresql://db.example.com/todos", { host: "db.example.com", port: 5432 }],
])("the address in %s is understood", (connectionString, address) => {
  expect(addressIn(connectionString)).toEqual(address);
});

test("an error of a host with several addresses, which has no message, says its code", () => {
  const error = Object.assign(new AggregateError([]), { code: "ECONNREFUSED" });
  expect(new ConnectionError(error)).toMatchObject({ message: "ECONNREFUSED", code: "ECONNREFUSED" });
});
