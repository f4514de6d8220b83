import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { neonConfig } from "@neondatabase/serverless";
import { HttpResponse, http, passthrough } from "msw";
import sql from "sql-template-tag";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { connectDatabase } from "#app/db/database.server.ts";
import { repeatable, statement } from "#app/db/statement.server.ts";
import { neon } from "#tests/mocks/neon/address.ts";
import { network, one, url } from "./harness.ts";

const database = connectDatabase(url);
const read = statement(z.object({ one: z.number() }), sql`select 1 as one`, repeatable);

/** How often Neon was asked. */
let asked = 0;
beforeEach(() => {
  asked = 0;
});

/** The first requests are answered like this, those that follow as they should be. */
function firstAnswers(times: number, answer: () => Response): void {
  network.use(
    http.post(neon.sqlUrl, () => {
      asked += 1;
      return asked <= times ? answer() : undefined;
    }),
  );
}

/** As Neon's proxy says it: https://github.com/neondatabase/neon/issues/11975. */
const fromProxy = (message: string) => () => HttpResponse.json({ message, code: "" }, { status: 500 });
/** As Neon passes on what Postgres says. */
const fromPostgres =
  (code: string, message = "no") =>
  () =>
    HttpResponse.json({ message, code }, { status: 400 });
const brokenGateway = () => new HttpResponse(null, { status: 502 });

test.each([
  ["Control plane request failed"],
  ["Couldn't connect to compute node"],
  [
    "Failed to acquire permit to connect to the database. Too many database connection attempts are currently ongoing.",
  ],
])("a query that Neon's proxy could not forward is retried, even a change: %s", async (message) => {
  firstAnswers(2, fromProxy(message));
  expect(await database.query(one)).toEqual([{ one: 1 }]);
  expect(asked).toBe(3);
});

test.each([
  ["it is starting or stopping", fromPostgres("57P03")],
  ["it has no connection left", fromPostgres("53300")],
  ["the password is another now", fromPostgres("28P01")],
  ["a restore swaps the database", fromPostgres("3D000")],
  [
    "a restore locks the database",
    fromPostgres("55000", 'database "todos" is not currently accepting connections'),
  ],
])("a query for which Postgres opened no session is retried, even a change: %s", async (_, answer) => {
  firstAnswers(1, answer);
  expect(await database.query(one)).toEqual([{ one: 1 }]);
  expect(asked).toBe(2);
});

test("a refused connection is retried, even for a change", async () => {
  const nothing = { fields: [], rows: [], command: "INSERT", rowCount: 0, rowAsArray: true };
  const server = createServer((_, response) => {
    asked += 1;
    response.end(JSON.stringify(nothing));
  });
  const listen = async (port: number) => once(server.listen(port, "127.0.0.1"), "listening");
  await listen(0);
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const address = `http://127.0.0.1:${port}/sql`;
  neonConfig.fetchEndpoint = address;
  network.use(http.post(address, () => passthrough()));
  onTestFinished(() => {
    neonConfig.fetchEndpoint = neonConfig.defaults.fetchEndpoint;
    server.closeAllConnections();
    server.close();
  });

  const change = database.query(one);
  await delay(50);
  await listen(port);
  expect(await change).toEqual([]);
  expect(asked).toBe(1);
});

test("a read that may have arrived is retried", async () => {
  firstAnswers(1, brokenGateway);
  expect(await database.query(read)).toEqual([{ one: 1 }]);
  expect(asked).toBe(2);
});

test("a snapshot that may have arrived is retried", async () => {
  firstAnswers(1, HttpResponse.error);
  expect(await database.snapshot(one)).toEqual([[{ one: 1 }]]);
  expect(asked).toBe(2);
});

test.each([
  ["a broken gateway", brokenGateway],
  ["a connection that breaks", HttpResponse.error],
  ["a session that Postgres ends", fromPostgres("57P01")],
  ["a connection that Neon loses", fromPostgres("08006")],
  ["a full disk", fromPostgres("53100")],
])("a change that may have arrived is sent once: %s", async (_, answer) => {
  firstAnswers(1, answer);
  await expect(database.query(one)).rejects.toMatchObject({ kind: "unreachable", isUnsent: false });
  expect(asked).toBe(1);
});

test("the third try is the last, 0.4 s after the first or later", async () => {
  firstAnswers(99, brokenGateway);
  const startedAt = performance.now();
  await expect(database.query(read)).rejects.toMatchObject({ kind: "unreachable" });
  const tookMs = performance.now() - startedAt;
  expect(asked).toBe(3);
  expect(tookMs).toBeGreaterThan(390);
});

test("retries end at the time limit", async () => {
  firstAnswers(99, brokenGateway);
  await expect(connectDatabase(url, 50).query(read)).rejects.toMatchObject({ kind: "unreachable" });
  expect(asked).toBeLessThanOrEqual(1);
});

test("a wrong statement and a refused change are not retried", async () => {
  firstAnswers(1, fromPostgres("42703"));
  await expect(database.query(read)).rejects.toMatchObject({ code: "42703" });
  expect(asked).toBe(1);
  firstAnswers(1, fromPostgres("23514"));
  asked = 0;
  await expect(database.query(read)).rejects.toMatchObject({ kind: "refused" });
  expect(asked).toBe(1);
});

test("ten queries run at once, 500 wait, and later ones fail at once", async () => {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let atOnce = 0;
  let most = 0;
  network.use(
    http.post(neon.sqlUrl, async () => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await released;
      atOnce -= 1;
      return HttpResponse.json({ fields: [], rows: [], command: "SELECT", rowCount: 0, rowAsArray: true });
    }),
  );
  const patient = connectDatabase(url, 20_000);
  const admitted = Array.from({ length: 510 }, () => patient.query(read));
  await expect(patient.query(read)).rejects.toMatchObject({ kind: "unreachable", isUnsent: true });
  await expect.poll(() => atOnce).toBe(10);
  release();
  expect(await Promise.all(admitted)).toHaveLength(510);
  expect(most).toBe(10);
});

test("an aborted query leaves the queue, and is not sent", async () => {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  network.use(
    http.post(neon.sqlUrl, async () => {
      asked += 1;
      await released;
    }),
  );
  const patient = connectDatabase(url, 20_000);
  const busy = Array.from({ length: 10 }, () => patient.query(read));
  const impatient = Array.from({ length: 500 }, () => connectDatabase(url, 100).query(read));
  const outcomes = await Promise.allSettled(impatient);
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(["rejected"]));
  const next = patient.query(read);
  release();
  expect(await next).toEqual([{ one: 1 }]);
  await Promise.all(busy);
  expect(asked).toBe(11);
});
