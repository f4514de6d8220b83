import { spawn } from "node:child_process";
import { once } from "node:events";
import sql from "sql-template-tag";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { closeDatabases, connectDatabase } from "#app/db/database.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { environment, inheritedVariables } from "#app/platform/environment.server.ts";
import { buildWhenStale } from "#db/local/build.ts";
import { freePort } from "#db/local/postgres/free-port.ts";
import { openLoopbackServer } from "#db/local/services/loopback-server.ts";
import { answerFromHandlers } from "#db/local/services/stack-server.ts";
import { createStackStandIn } from "#tests/mocks/stack/index.ts";

// Processes of the production build on one database, as `npm start` starts them: two that no proxy stands in front of,
// and one behind a proxy.

const { DATABASE_URL = "", STACK_DATABASE_URL = "" } = process.env;
const database = connectDatabase(DATABASE_URL);
const cleanUps: (() => unknown)[] = [closeDatabases];
let a: string;
let b: string;
let behindProxy: string;

beforeAll(async () => {
  await buildWhenStale(process.cwd(), inheritedVariables(), AbortSignal.timeout(120_000));
  const stack = await openLoopbackServer(0);
  cleanUps.push(() => stack[Symbol.asyncDispose]());
  const { handlers } = await createStackStandIn({
    project: { ...environment().stack, apiUrl: stack.origin },
    database: connectDatabase(STACK_DATABASE_URL),
  });
  stack.answerWith(answerFromHandlers(handlers));
  [a = "", b = "", behindProxy = ""] = await Promise.all(
    ["0", "0", "1"].map((hops) => startApp({ TRUST_PROXY_HOPS: hops, STACK_API_URL: stack.origin })),
  );
  for (const origin of [a, b, behindProxy]) await untilItCounts(origin);
}, 150_000);

afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

beforeEach(forgetCounts);

async function forgetCounts(): Promise<void> {
  await database.query(statement(z.never(), sql`delete from request_limits`));
}

/** As if every client that was counted had tried this often. */
async function countTo(points: number): Promise<void> {
  await database.query(statement(z.never(), sql`update request_limits set points = ${points}::integer`));
}

/** Starts `npm start`, and waits until it answers. @returns its origin */
async function startApp(variables: Record<string, string>): Promise<string> {
  const port = String(await freePort());
  const child = spawn(process.execPath, ["app/start.js"], {
    env: { ...inheritedVariables(), NODE_ENV: "production", PORT: port, HOST: "127.0.0.1", ...variables },
    stdio: "ignore",
  });
  const exited = once(child, "exit");
  cleanUps.push(() => child.kill("SIGTERM") && exited);
  const origin = `http://127.0.0.1:${port}`;
  const isUp = () =>
    fetch(`${origin}/livez`).then(
      ({ ok }) => ok,
      () => false,
    );
  await vi.waitUntil(isUp, { timeout: 60_000 });
  return origin;
}

/** On a busy machine a process's first count may take too long, and then it counts by itself for five seconds. */
async function untilItCounts(origin: string): Promise<void> {
  await forgetCounts();
  const keys = statement(z.object({ key: z.string() }), sql`select key from request_limits`);
  await vi.waitUntil(
    async () => {
      await signIn(origin, { email: "nobody" });
      return (await database.query(keys)).length > 0;
    },
    { timeout: 60_000 },
  );
}

/** Posts a sign-in. @returns what was answered */
function signIn(origin: string, fields: Record<string, string>, forwardedFor = ""): Promise<Response> {
  return fetch(`${origin}/sign-in`, {
    method: "POST",
    headers: { Origin: environment().appOrigin, ...(forwardedFor && { "X-Forwarded-For": forwardedFor }) },
    body: new URLSearchParams(fields),
  });
}

/** An address that a client may have made up. */
function forged(time: number): string {
  return `198.51.${time % 100}.${time % 250}`;
}

test("all processes count wrong passwords together, and the page says when to try again", async () => {
  const fields = { email: "bob@example.com", password: "wrong horse" };
  for (let time = 0; time < 10; time++) {
    expect((await signIn(time % 2 === 0 ? a : b, fields)).status).toBe(400);
  }
  for (const origin of [a, b, behindProxy]) {
    const answer = await signIn(origin, fields);
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get("Retry-After"))).toBeGreaterThan(800);
    const page = await answer.text();
    expect(page).toContain("Try again in 15 minutes.");
    expect(page).toContain('value="bob@example.com"');
    expect(page).not.toContain("wrong horse");
  }
});

test("behind a proxy only the address that it adds counts", async () => {
  const from = (address: string, time: number) =>
    signIn(behindProxy, { email: "nobody" }, `${forged(time)}, ${address}`);
  expect((await from("192.0.2.1", 1)).status).toBe(400);
  await countTo(299);
  expect((await from("192.0.2.1", 300)).status).toBe(400);
  expect((await from("192.0.2.1", 301)).status).toBe(429);
  expect((await from("192.0.2.2", 302)).status).toBe(400);
});

test("without a proxy, a client's forwarding header is ignored", async () => {
  expect((await signIn(a, { email: "nobody" }, forged(1))).status).toBe(400);
  await countTo(299);
  expect((await signIn(b, { email: "nobody" }, forged(300))).status).toBe(400);
  for (const origin of [a, b])
    expect((await signIn(origin, { email: "nobody" }, forged(301))).status).toBe(429);
});
