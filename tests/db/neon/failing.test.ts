import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { neonConfig } from "@neondatabase/serverless";
import { delay, HttpResponse, http, passthrough } from "msw";
import sql from "sql-template-tag";
import { expect, onTestFinished, test } from "vitest";
import { connectDatabase } from "#app/db/database.server.ts";
import { inRequest } from "#app/platform/request-context.server.ts";
import { neon } from "#tests/mocks/neon/address.ts";
import { ask, network, one, url } from "./harness.ts";

const database = connectDatabase(url);
const unreachable = { name: "DatabaseFault", kind: "unreachable" };
const timedOut = { name: "DatabaseFault", kind: "timed out" };

/** Lets Neon answer like this until the end of the test. */
function answers(resolver: Parameters<typeof http.post>[1]): void {
  network.use(http.post(neon.sqlUrl, resolver));
}

/** What comes of a query and of a snapshot. */
function eachWay(limitMs?: number): Promise<unknown[]> {
  const asking = connectDatabase(url, limitMs);
  return Promise.all(
    [asking.query(one), asking.snapshot(one)].map((answer) => answer.catch((error) => error)),
  );
}

test("a cold start of 2 s is waited for", async () => {
  answers(async () => void (await delay(2_000)));
  expect(await eachWay()).toEqual([[{ one: 1 }], [[{ one: 1 }]]]);
});

test("a query that takes too long times out at the limit", async () => {
  answers(async () => void (await delay("infinite")));
  expect(await eachWay(100)).toMatchObject([timedOut, timedOut]);
});

test("a request that waited in vain does not ask again, and others do", async () => {
  answers(async () => void (await delay("infinite")));
  const request = { reference: "r", clientAddress: "192.0.2.1" };
  await inRequest(request, async () => {
    await expect(connectDatabase(url, 50).query(one)).rejects.toMatchObject(timedOut);
    network.resetHandlers();
    await expect(database.query(one)).rejects.toMatchObject(timedOut);
  });
  expect(await inRequest({ ...request }, () => database.query(one))).toEqual([{ one: 1 }]);
});

test("an answer that stops in the middle times out", async () => {
  await fromServer((_, response) => void response.write('{"fields": ['));
  expect(await eachWay(200)).toMatchObject([timedOut, timedOut]);
});

test.each([500, 502, 503, 504, 507])("HTTP %d means unreachable", async (status) => {
  answers(() => HttpResponse.json({ message: "no" }, { status }));
  expect(await eachWay()).toMatchObject([unreachable, unreachable]);
});

test.each([
  ["before it is answered", (_, response) => void response.destroy()],
  ["in the middle of the answer", (_, response) => void response.write("{", () => response.destroy())],
] satisfies [string, RequestListener][])("a connection cut %s means unreachable", async (_, listener) => {
  await fromServer(listener);
  expect(await eachWay()).toMatchObject([unreachable, unreachable]);
});

test("a refused connection means unreachable", async () => {
  const server = await fromServer(() => {});
  await new Promise((resolve) => server.close(resolve));
  expect(await eachWay()).toMatchObject([unreachable, unreachable]);
});

test.each([200, 400, 429, 502])("an HTML page with status %d means unreachable", async (status) => {
  answers(() => HttpResponse.html("<!doctype html><h1>Sign in to the Wi-Fi</h1>", { status }));
  expect(await eachWay()).toMatchObject([unreachable, unreachable]);
});

test("a refusal by Neon's proxy, such as a wrong password, means unreachable", async () => {
  const wrong = connectDatabase(url.replace(":password@", ":wrong@"));
  await expect(wrong.query(one)).rejects.toMatchObject({
    ...unreachable,
    cause: { message: "password authentication failed for user 'user'" },
  });
});

test("a missing database means unreachable", async () => {
  const elsewhere = connectDatabase(url.replace(/\/test_\w+/, "/no_such_database"));
  await expect(elsewhere.query(one)).rejects.toMatchObject({ ...unreachable, cause: { code: "3D000" } });
});

test("a constraint violation is a refusal with the constraint's name and Postgres's details", async () => {
  await expect(
    database.query(ask(sql`insert into todos (owner_id, task) values ('bob', '')`)),
  ).rejects.toMatchObject({
    name: "DatabaseFault",
    kind: "refused",
    constraint: "todos_task_length",
    cause: {
      name: "NeonDbError",
      message: expect.stringContaining("violates check constraint"),
      code: "23514",
      severity: "ERROR",
      detail: expect.stringContaining("Failing row"),
      schema: "public",
      table: "todos",
      constraint: "todos_task_length",
      routine: "ExecConstraints",
    },
  });
});

test.each([
  ["a statement", "57014"],
  ["a lock", "55P03"],
  ["a transaction that idles", "25P03"],
  ["a transaction", "25P04"],
])("Postgres's own limit for %s means timed out", async (_, code) => {
  answers(() => HttpResponse.json({ message: "too long", code }, { status: 400 }));
  expect(await eachWay()).toMatchObject([timedOut, timedOut]);
});

test.each(["55000", "40001", "2F002"])("Postgres's code %s is no fault by itself", async (code) => {
  answers(() => HttpResponse.json({ message: "no", code }, { status: 400 }));
  expect(await eachWay()).toMatchObject([
    { name: "NeonDbError", code },
    { name: "NeonDbError", code },
  ]);
});

test.each([
  ["select nothing", { code: "42703", position: "8" }],
  ["select 1 / 0", { code: "22012" }],
  [
    "do $$ begin raise 'no' using hint = 'Try again.', detail = 'Why.'; end $$",
    { hint: "Try again.", detail: "Why.", where: expect.stringContaining("line 1") },
  ],
])("a bug of ours stays an ordinary error: %s", async (text, said) => {
  const bug = { name: "NeonDbError", ...said };
  await expect(database.query(ask(sql([text])))).rejects.toMatchObject(bug);
  await expect(database.snapshot(one, ask(sql([text])))).rejects.toMatchObject(bug);
});

/** Sends the driver's requests to a server of the test's own, where connections can really fail. */
async function fromServer(listener: RequestListener) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sql`;
  neonConfig.fetchEndpoint = address;
  network.use(http.post(address, () => passthrough()));
  onTestFinished(() => {
    neonConfig.fetchEndpoint = neonConfig.defaults.fetchEndpoint;
    server.closeAllConnections();
    server.close();
  });
  return server;
}
