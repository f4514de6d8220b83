import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Answer, type AppProcess, startApp } from "./app-process.ts";
import { type Site, startSite } from "./site.ts";

// Requests that arrive while a dependency hangs are bounded in number, memory, and time.

/** What a process may use in all, however many requests arrive while a dependency hangs. */
const mostBytes = 512 * 1024 * 1024;
const mebibytes = (bytes: number) => Math.round(bytes / 1024 / 1024);

let site: Site;
let app: AppProcess;
let bob: string;
let people: string[];

beforeAll(async () => {
  site = await startSite();
  app = await startApp(site.variables);
  people = await Promise.all(Array.from({ length: 20 }, (_, index) => site.signedIn(`user-${index}`)));
  bob = await site.signedIn("bob");
});
afterEach(async () => {
  await Promise.all([site.proxies.database.heal(), site.proxies.stack.heal()]);
});
afterAll(async () => {
  await app?.[Symbol.asyncDispose]();
  await site?.[Symbol.asyncDispose]();
});

/** Requests `/livez` and `/readyz` repeatedly until some work is done. */
async function probedDuring(work: Promise<unknown>): Promise<{ live: Answer[]; ready: Answer[] }> {
  let isDone = false;
  const done = () => {
    isDone = true;
  };
  work.then(done, done);
  const probe = async (path: string) => {
    const answers: Answer[] = [];
    while (!isDone) answers.push(await app.get(path));
    return answers;
  };
  const [live, ready] = await Promise.all([probe("/livez"), probe("/readyz")]);
  return { live, ready };
}

const slowest = (answers: Answer[]) => Math.max(...answers.map(({ tookMs }) => tookMs));

test("50 pages at once are all answered while the database is healthy", async () => {
  const pages = await Promise.all(Array.from({ length: 50 }, () => app.get("/", bob)));
  expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([200]));
  console.log(`50 pages from a healthy database: the slowest took ${Math.round(slowest(pages))} ms`);
});

test("500 requests whose database hangs all get 503, in bounded memory, while the process stays live", async () => {
  const before = await app.usedHeap();
  site.proxies.database.blackHole();
  const requests = Promise.all(
    Array.from({ length: 500 }, (_, index) =>
      index % 2 === 0
        ? app.get("/", bob)
        : app.post("/?index", { intent: "add", task: "x".repeat(500) }, people[index % people.length]),
    ),
  );
  const [answers, { live, ready }] = await Promise.all([requests, probedDuring(requests)]);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
  expect(answers.filter(({ headers }) => !headers.get("Retry-After"))).toEqual([]);

  expect(live.length).toBeGreaterThan(0);
  expect(new Set(live.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(ready.map(({ status }) => status))).toEqual(new Set([503]));
  expect(app.peakMemory()).toBeLessThan(mostBytes);

  await site.proxies.database.heal();
  await expect.poll(async () => (await app.get("/", bob)).status, { timeout: 60_000 }).toBe(200);
  const grownBy = async () => (await app.usedHeap()) - before;
  await expect.poll(grownBy, { timeout: 60_000, interval: 500 }).toBeLessThan(20 * 1024 * 1024);
  expect(await site.tasks()).toEqual([]);
  console.log(
    `500 requests, no database: ${answers.length} answered, the last after ${Math.round(slowest(answers))} ms; at most ${mebibytes(app.peakMemory())} MiB resident; heap afterwards ${mebibytes(await grownBy())} MiB larger; the slowest of ${live.length} /livez took ${Math.round(slowest(live))} ms, of ${ready.length} /readyz ${Math.round(slowest(ready))} ms`,
  );
});

test("a longer hang takes no more memory or connections", async () => {
  site.proxies.database.blackHole();
  let refusedAtOnce = 0;
  const round = async () => {
    const answers = await Promise.all(Array.from({ length: 800 }, () => app.get("/", bob)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    refusedAtOnce = answers.filter(({ tookMs }) => tookMs < 4_500).length;
  };
  await round();
  const before = await app.usedHeap();
  await round();
  await round();
  // What the last requests left behind is gone once their time limits have passed.
  const grownBy = async () => (await app.usedHeap()) - before;
  await expect.poll(grownBy, { timeout: 60_000, interval: 500 }).toBeLessThan(5 * 1024 * 1024);
  // Ten that wait for an answer; requests that gave up closed theirs, except those that ask Postgres to cancel.
  expect(site.proxies.database.connections()).toBeLessThanOrEqual(30);
  expect(app.peakMemory()).toBeLessThan(mostBytes);
  console.log(
    `800 at once, no database: ${refusedAtOnce} told at once; after 1,600 more of them the heap is ${mebibytes(await grownBy())} MiB larger; at most ${mebibytes(app.peakMemory())} MiB resident`,
  );
});

test("150 sign-ins while Stack hangs all get 503, and signed-in users do not notice", async () => {
  site.proxies.stack.blackHole();
  const typed = { email: "patient@example.com", password: "correct horse battery" };
  const attempts = Promise.all(
    Array.from({ length: 150 }, (_, index) =>
      app.post("/sign-in", { ...typed, email: `${index}.${typed.email}` }),
    ),
  );
  const pages: Answer[] = [];
  const during = probedDuring(attempts);
  for (let count = 0; count < 20; count += 1) pages.push(await app.get("/", bob));
  const [answers, { live, ready }] = await Promise.all([attempts, during]);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
  expect(answers.filter(({ text }) => !text.includes(typed.email))).toEqual([]);
  expect(answers.filter(({ text }) => text.includes(typed.password))).toEqual([]);
  expect(new Set(live.map(({ status }) => status))).toEqual(new Set([200]));
  // With 150 attempts to read or 150 pages to write, a busy machine may be too late for the database's answer.
  for (const probes of [ready, pages]) expect(probes.map(({ status }) => status)).toContain(200);
  expect(pages.filter(({ text }) => text.includes("The sign-in service"))).toEqual([]);
  // 50 are sent; when those time out, the next open some more before they time out too.
  expect(site.proxies.stack.connections()).toBeLessThanOrEqual(200);
  expect(app.peakMemory()).toBeLessThan(mostBytes);
  console.log(
    `150 sign-ins, no Stack: the last answered after ${Math.round(slowest(answers))} ms; at most ${mebibytes(app.peakMemory())} MiB resident; the slowest page of a signed-in user took ${Math.round(slowest(pages))} ms`,
  );
});
