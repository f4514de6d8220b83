import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { newUser, sessionOf } from "#tests/setup/accounts.ts";
import { type Instance, startInstance } from "#tests/setup/instance.ts";

const token = "a token for Prometheus";

let instance: Instance;
beforeAll(async () => {
  instance = await startInstance({ variables: { METRICS_TOKEN: token, LOCAL_SYNC_DELAY_MS: "0" } });
});
afterAll(() => instance[Symbol.asyncDispose]());

function ask(path: string, init: RequestInit = {}) {
  return fetch(instance.appUrl + path, { redirect: "manual", ...init });
}

const scrape = (authorization?: string) =>
  ask("/metrics", authorization ? { headers: { Authorization: authorization } } : {});

async function metrics(): Promise<string> {
  const answer = await scrape(`Bearer ${token}`);
  expect(answer.status).toBe(200);
  return answer.text();
}

/** @returns the sum of the series of a metric whose labels hold all of these */
async function sumOf(name: string, labels: Record<string, string> = {}): Promise<number> {
  const series = (await metrics()).split("\n").filter((line) => /^[^#]/.test(line));
  return series
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => Object.entries(labels).every(([label, value]) => line.includes(`${label}="${value}"`)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}

function post(path: string, fields: Record<string, string>, cookie = "") {
  const headers = { Origin: instance.appUrl, Cookie: cookie };
  return ask(path, { method: "POST", headers, body: new URLSearchParams(fields) });
}

test.each([
  undefined,
  "Bearer",
  "Bearer wrong",
  `Bearer ${token.slice(0, -1)}`,
  `Bearer ${token} x`,
  `Basic ${token}`,
  token,
])("with the Authorization %s the answer is 401, and says what is missing", async (authorization) => {
  const answer = await scrape(authorization);
  expect(answer.status).toBe(401);
  expect(answer.headers.get("WWW-Authenticate")).toBe("Bearer");
  expect(answer.headers.get("Cache-Control")).toBe("no-store");
  expect(await answer.text()).not.toContain("todos_");
});

test("the right token gets Prometheus's text, which no cache keeps", async () => {
  const answer = await scrape(`Bearer ${token}`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("Content-Type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(answer.headers.get("Cache-Control")).toBe("no-store");
});

test("requests are counted by pattern and status: those to no route as one, and those of Prometheus not at all", async () => {
  const count = (labels: Record<string, string>) => sumOf("todos_request_duration_seconds_count", labels);
  const before = await count({ route: "other", status: "404" });
  for (const path of ["/nowhere-1", "/nowhere-2.js"]) await (await ask(path)).text();
  await expect.poll(() => count({ route: "other", status: "404" })).toBe(before + 2);
  await (await ask("/auth/nobody?secret-1")).text();
  await expect.poll(() => count({ route: "/auth/:provider", method: "GET", status: "404" })).toBe(1);
  await (await ask("/livez", { method: "PROPFIND" })).text();
  await expect.poll(() => count({ route: "/livez", method: "other", status: "405" })).toBe(1);
  const text = await metrics();
  expect(text).not.toMatch(/nowhere|nobody|secret-1|PROPFIND|127\.0\.0\.1|localhost|"\/metrics"/);
});

test("open pages, deliveries, the database, and Stack are measured, without a word on who or what", async () => {
  const email = `${crypto.randomUUID()}@example.com`;
  const userId = await newUser(instance, { email, name: "Bob", password: "bob counts to 3" });
  const cookie = await sessionOf(instance, userId);
  await expect.poll(async () => (await ask("/", { headers: { Cookie: cookie } })).text()).toContain(email);
  const closing = new AbortController();
  onTestFinished(() => closing.abort());
  const stream = await ask("/events", { headers: { Cookie: cookie }, signal: closing.signal });
  expect(stream.status).toBe(200);
  await expect.poll(() => sumOf("todos_open_pages")).toBe(1);
  expect(await sumOf("todos_people")).toBe(1);
  expect(await sumOf("todos_request_duration_seconds_count", { route: "/events", status: "200" })).toBe(1);

  const untilLive = stream.body?.getReader();
  for (let heard = ""; !heard.includes('"isLive":true'); )
    heard += new TextDecoder().decode((await untilLive?.read())?.value);
  expect((await post("/?index", { intent: "add", task: "a secret task" }, cookie)).status).toBe(303);
  await expect.poll(() => sumOf("todos_event_delivery_seconds_count")).toBeGreaterThan(0);
  expect(await sumOf("todos_database_round_trip_seconds_count", { outcome: "answered" })).toBeGreaterThan(0);
  expect(await sumOf("todos_queue_wait_seconds_count", { queue: "database" })).toBeGreaterThan(0);
  expect(await sumOf("todos_queue_held", { queue: "database" })).toBe(0);

  expect((await post("/sign-in", { email, password: "bob counts to 3" })).status).toBe(303);
  expect(await sumOf("todos_stack_call_seconds_count", { outcome: "answered" })).toBeGreaterThan(0);
  for (let left = 11; left > 0; left -= 1) await post("/sign-in", { email, password: "wrong" });
  expect(await sumOf("todos_stack_call_seconds_count", { outcome: "refused" })).toBeGreaterThanOrEqual(10);
  expect(await sumOf("todos_limits_reached_total", { limit: "wrong passwords" })).toBe(1);

  const text = await metrics();
  for (const secret of [email, userId, "secret task", token, "Bob"]) expect(text).not.toContain(secret);
  closing.abort();
  await expect.poll(() => sumOf("todos_open_pages")).toBe(0);
  expect(await sumOf("todos_people")).toBe(0);
});

test("the dashboard asks for every metric of the app, and for none that does not exist", async () => {
  const text = await metrics();
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = "", type]) => ({ name, type }));
  const dashboard = JSON.parse(readFileSync("docs/grafana-dashboard.json", "utf8"));
  const queries: string[] = dashboard.panels.flatMap(({ targets }: { targets: { expr: string }[] }) =>
    targets.map(({ expr }) => expr),
  );
  const asked = queries.flatMap((query) => query.match(/\b(?:todos|nodejs|process)_\w+/g) ?? []);
  const series = types.flatMap(({ name, type }) =>
    type === "histogram" ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
  );
  for (const name of asked) expect(series).toContain(name);
  for (const { name } of types.filter((each) => each.name.startsWith("todos_")))
    expect(asked.join(" ")).toContain(name);
});
