import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type AppProcess, startApp } from "./app-process.ts";
import { type Site, startSite } from "./site.ts";

// One process of the production build, whose Stack fails. tests/loaders/auth/stack-failing.test.ts has Stack's bad answers.

let site: Site;
let app: AppProcess;
let bob: string;
const typed = { email: "doug@example.com", password: "correct horse battery" };

beforeAll(async () => {
  site = await startSite();
  app = await startApp(site.variables);
  bob = await site.signedIn("bob");
  expect((await app.post("/sign-up", typed)).status).toBe(303);
});
afterEach(() => site.proxies.stack.heal());
afterAll(async () => {
  await app?.[Symbol.asyncDispose]();
  await site?.[Symbol.asyncDispose]();
});

test.each([
  "refuse",
  "hangUp",
  "blackHole",
] as const)("when a proxy breaks Stack, sign-in says so in words, and signed-in users do not notice: %s", async (failure) => {
  await site.proxies.stack[failure]();
  const [attempt, page, ready, live] = await Promise.all([
    app.post("/sign-in", typed),
    app.get("/", bob),
    app.get("/readyz"),
    app.get("/livez"),
  ]);
  expect(attempt.status).toBe(503);
  expect(attempt.headers.get("Retry-After")).toBe("5");
  expect(attempt.text).toContain("The sign-in service can't be reached.");
  expect(attempt.text).toContain(typed.email);
  expect(attempt.text).not.toContain(typed.password);
  expect([page.status, ready.status, live.status]).toEqual([200, 200, 200]);
  await site.proxies.stack.heal();
  // A connection opened in the black hole may be reused for 4 s, as long as idle ones are kept.
  const again = async () => (await app.post("/sign-in", typed)).status;
  await expect.poll(again, { timeout: 60_000 }).toBe(303);
});

test("a slow Stack slows only signing in", async () => {
  site.proxies.stack.slow(1_000);
  const [attempt, page] = await Promise.all([app.post("/sign-in", typed), app.get("/", bob)]);
  expect([attempt.status, page.status]).toEqual([303, 200]);
  expect(page.tookMs).toBeLessThan(attempt.tookMs);
});
