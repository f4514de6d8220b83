import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type AppProcess, startApp } from "./app-process.ts";
import { type Site, startSite } from "./site.ts";

// One process of the production build, whose database fails in many ways and comes back.

let site: Site;
let app: AppProcess;
let bob: string;

beforeAll(async () => {
  site = await startSite();
  app = await startApp(site.variables);
  bob = await site.signedIn("bob");
});
afterEach(async () => {
  await site.proxies.database.heal();
});
afterAll(async () => {
  await app?.[Symbol.asyncDispose]();
  await site?.[Symbol.asyncDispose]();
});

const add = (task: string, key = randomUUID()) => app.post("/?index", { intent: "add", task, key }, bob);

/** Checks what users get without a database, and that everything works again once it is back. */
async function isToldInWords(task: string): Promise<void> {
  const [page, change, signUp, ready, live] = await Promise.all([
    app.get("/", bob),
    add(task),
    app.get("/sign-up"),
    app.get("/readyz"),
    app.get("/livez"),
  ]);
  for (const answer of [page, change]) {
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect(answer.text).toContain("The database cannot be reached right now.");
    expect(answer.text).not.toMatch(/postgres|ECONN|ETIMEDOUT|127\.0\.0\.1|insert into/i);
  }
  expect(change.text).toContain(task);
  expect(signUp.status).toBe(200);
  expect(ready.status).toBe(503);
  expect(live.status).toBe(200);
}

/** A role's settings apply from its next session on. */
const endSessions = () =>
  site.run("select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = 'app'");

async function isBack(): Promise<void> {
  const task = `after ${randomUUID()}`;
  await expect.poll(async () => (await app.get("/readyz")).status, { timeout: 60_000 }).toBe(200);
  expect((await add(task)).status).toBe(303);
  const page = await app.get("/", bob);
  expect(page.status).toBe(200);
  expect(page.text).toContain(task);
}

test("when the database refuses connections the site says so, and recovers with it", async () => {
  await isBack();
  await site.proxies.database.refuse();
  await isToldInWords("refused");
  await site.proxies.database.heal();
  await isBack();
  expect(await site.tasks()).not.toContain("refused");
});

test("when the database accepts connections and cuts them the site says so, and recovers with it", async () => {
  site.proxies.database.hangUp();
  await isToldInWords("hung up");
  await site.proxies.database.heal();
  await isBack();
  expect(await site.tasks()).not.toContain("hung up");
});

test("when the database hangs on open connections the site says so, and recovers with it", async () => {
  await Promise.all(Array.from({ length: 10 }, () => app.get("/", bob)));
  expect(site.proxies.database.connections()).toBeGreaterThan(1);
  site.proxies.database.blackHole();
  await isToldInWords("hanging");
  await site.proxies.database.heal();
  await isBack();
  expect(await site.tasks()).not.toContain("hanging");
});

test("a process that starts while its database hangs is live, and becomes ready once the database answers", async () => {
  site.proxies.database.blackHole();
  await using other = await startApp(site.variables);
  const [page, ready] = await Promise.all([other.get("/", bob), other.get("/readyz")]);
  expect([page.status, ready.status]).toEqual([503, 503]);
  await site.proxies.database.heal();
  await expect.poll(async () => (await other.get("/readyz")).status, { timeout: 60_000 }).toBe(200);
  expect((await other.get("/", bob)).status).toBe(200);
});

test("when the database restarts the site recovers without a restart", async () => {
  const pages = [app.get("/", bob)];
  const restarted = site.restartPostgres();
  for (let count = 0; count < 20; count += 1) pages.push(app.get("/", bob));
  const statuses = new Set((await Promise.all(pages)).map(({ status }) => status));
  expect([...statuses].filter((status) => status !== 200 && status !== 503)).toEqual([]);
  await restarted;
  await isBack();
});

test("with a read-only database the site shows the todos, and says of each change that it cannot be made now", async () => {
  await isBack();
  await site.run("insert into todos (owner_id, task) values ('bob', 'there to be read')");
  await site.run("alter role app set default_transaction_read_only = on", "postgres");
  await endSessions();
  const [page, change, ready] = await Promise.all([app.get("/", bob), add("not now"), app.get("/readyz")]);
  expect(page.status).toBe(200);
  expect(page.text).toContain("there to be read");
  expect(change.status).toBe(503);
  expect(change.headers.get("Retry-After")).not.toBeNull();
  expect(change.text).toContain("Todos cannot be changed right now, only read.");
  expect(change.text).toContain("not now");
  expect(ready.status).toBe(200);
  await site.run("alter role app reset default_transaction_read_only", "postgres");
  await endSessions();
  await isBack();
  expect(await site.tasks()).not.toContain("not now");
});

test("when the database has no connection left the site says so, and recovers with it", async () => {
  await site.run("alter role app connection limit 0", "postgres");
  await endSessions();
  await isToldInWords("one too many");
  await site.run("alter role app connection limit -1", "postgres");
  await isBack();
  expect(await site.tasks()).not.toContain("one too many");
});

test("a slow database makes the site slow, with no other effect", async () => {
  site.proxies.database.slow(150);
  const [page, change] = await Promise.all([app.get("/", bob), add("slowly")]);
  expect([page.status, change.status]).toEqual([200, 303]);
  await site.proxies.database.heal();
  expect((await site.tasks()).filter((task) => task === "slowly")).toHaveLength(1);
});
