import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import sql from "sql-template-tag";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { statement } from "#app/db/statement.server.ts";
import { type AppProcess, startApp } from "./app-process.ts";
import { type Site, startSite } from "./site.ts";

// When a compute wakes up or a connection breaks: which requests are retried, and which never are.

let site: Site;
let app: AppProcess;
let bob: string;

beforeAll(async () => {
  site = await startSite();
  await countStatements();
  app = await startApp(site.variables);
  bob = await site.signedIn("bob");
});
beforeEach(async () => {
  await site.run("delete from todos");
  // An open, idle connection.
  expect((await app.get("/", bob)).status).toBe(200);
  await delay(50);
});
afterEach(() => site.proxies.database.heal());
afterAll(async () => {
  await app?.[Symbol.asyncDispose]();
  await site?.[Symbol.asyncDispose]();
});

const change = (fields: Record<string, string>) => app.post("/?index", fields, bob);

/** The database refuses its first connection, as when asleep or restarting. */
async function whileAsleep<Result>(work: () => Promise<Result>): Promise<Result> {
  site.proxies.database.hangUp();
  const attempts = site.proxies.database.attempts();
  const result = work();
  await expect.poll(() => site.proxies.database.attempts(), { interval: 5 }).toBeGreaterThan(attempts);
  await site.proxies.database.heal();
  return result;
}

/** Cuts off the answer to the next query: Postgres has done the work, and the app cannot know. */
async function withAnswerCut<Result>(work: () => Promise<Result>): Promise<Result> {
  site.proxies.database.cutNextAnswer();
  return work();
}

async function addedTodo(task: string): Promise<string> {
  const [row] = await site.database.query(
    statement(
      z.object({ id: z.string() }),
      sql`insert into todos (owner_id, task) values ('bob', ${task}) returning id::text`,
    ),
  );
  return row?.id ?? "";
}

test("a page that finds the database asleep waits until it is awake", async () => {
  const page = await whileAsleep(() => app.get("/", bob));
  expect(page.status).toBe(200);
});

test("a page that finds connections refused waits until they are accepted", async () => {
  await site.proxies.database.refuse();
  const page = app.get("/", bob);
  // The last of three tries comes 400 ms after the first, or later.
  await delay(300);
  await site.proxies.database.heal();
  expect((await page).status).toBe(200);
});

test.each([
  ["with a key", { key: randomUUID() }],
  ["without one", {}],
])("a todo %s that finds the database asleep is added, once, since it surely did not arrive", async (_, key) => {
  const answer = await whileAsleep(() => change({ intent: "add", task: "awake", ...key }));
  expect(answer.status).toBe(303);
  expect(await site.tasks()).toEqual(["awake"]);
});

test("a page's query whose answer is cut off is retried", async () => {
  expect((await withAnswerCut(() => app.get("/", bob))).status).toBe(200);
});

test("a todo with a key whose answer is cut off is added once, and the user is told so", async () => {
  const key = randomUUID();
  const answer = await withAnswerCut(() => change({ intent: "add", task: "with a key", key }));
  expect(answer.status).toBe(303);
  expect(await site.tasks()).toEqual(["with a key"]);
  expect((await change({ intent: "add", task: "with a key", key })).status).toBe(303);
  expect(await site.tasks()).toEqual(["with a key"]);
});

test("a todo without a key whose answer is cut off is not retried: 503, and it is there once", async () => {
  const answer = await withAnswerCut(() => change({ intent: "add", task: "without a key" }));
  expect(answer.status).toBe(503);
  expect(answer.text).toContain("without a key");
  expect(await site.tasks()).toEqual(["without a key"]);
});

test.each([
  ["a tick", (id: string) => ({ intent: "toggle", id, complete: "true" })],
  ["an edit", (id: string) => ({ intent: "edit", id, task: "edited" })],
  ["a deletion", (id: string) => ({ intent: "delete", id })],
  ["a clearing", () => ({ intent: "clear-completed" })],
])("%s whose answer is cut off is not retried: 503, and a second try does no harm", async (_, fieldsFor) => {
  const id = await addedTodo("there");
  const sentBefore = await timesSent();
  const fields = fieldsFor(id);
  const answer = await withAnswerCut(() => change(fields));
  expect(answer.status).toBe(503);
  expect(Number(answer.headers.get("Retry-After"))).toBeGreaterThan(0);
  expect(await timesSent()).toBe(sentBefore + 1);
  expect([303, 404]).toContain((await change(fields)).status);
});

test("no change is made twice, whenever the connection breaks", async () => {
  const tasks = Array.from({ length: 60 }, (_, index) => `task ${index}`);
  const statuses = await Promise.all(
    tasks.map(async (task, index) => {
      await delay(index * 25);
      if (index % 2 === 1) site.proxies.database.cutNextAnswer();
      if (index % 10 === 5) {
        site.proxies.database.hangUp();
        await site.proxies.database.heal();
      }
      const { status } = await change({ intent: "add", task, ...(index % 4 === 0 && { key: randomUUID() }) });
      return [task, status] as const;
    }),
  );
  const there = await site.tasks();
  expect(new Set(there).size).toBe(there.length);
  for (const [task, status] of statuses) {
    expect([303, 503]).toContain(status);
    if (status === 303) expect(there).toContain(task);
  }
  console.log(
    `60 todos, connections breaking: ${statuses.filter(([, status]) => status === 303).length} acknowledged, ${there.length} there, none twice`,
  );
});

/** How many statements that change or delete todos Postgres has received, whether or not they changed any. */
async function timesSent(): Promise<number> {
  const [row] = await site.database.query(
    statement(z.object({ times: z.number() }), sql`select count(*)::int as times from statements_sent`),
  );
  return row?.times ?? 0;
}

async function countStatements(): Promise<void> {
  await site.run("create table statements_sent (operation text)");
  await site.run(`
    create function note_statement() returns trigger language plpgsql security definer as $$
      begin insert into public.statements_sent values (tg_op); return null; end
    $$`);
  await site.run(`
    create trigger note_statement after update or delete on todos
    for each statement execute function note_statement()`);
}
