import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import http from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { chromium, type Page } from "@playwright/test";
import sql, { type Sql } from "sql-template-tag";
import { z } from "zod";
import { closeDatabases, connectDatabase } from "#app/db/database.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { dataPath } from "#app/http/remix-data.ts";
import { freePort } from "#db/local/postgres/free-port.ts";
import { findChromium } from "#tests/browser/chromium.ts";
import * as accounts from "#tests/setup/accounts.ts";
import { type Instance, startInstance } from "#tests/setup/instance.ts";

// From one browser's tick to another browser's screen, with pages open on two processes of the app (`--watchers 1000`),
// and what ten changes a second cost them. `BENCH_SECONDS` (60) says for how long.

const { values } = parseArgs({ options: { watchers: { type: "string", default: "1000" } } });
const atOnce = 50;
const watchersPerProcess = Math.ceil(Number(values.watchers) / 2 / atOnce) * atOnce;
/** Each has ten pages at each process; one may have 20. */
const people = watchersPerProcess / 10;
const pages = `${(watchersPerProcess * 2).toLocaleString("en")} pages`;
const ticks = Number(process.env.BENCH_TICKS ?? 100);
const seconds = Number(process.env.BENCH_SECONDS ?? 60);

await using instance = await startInstance();
const port = Number(new URL(instance.appUrl).port);
const otherPort = await freePort();
const other = await startOtherProcess(instance);
const agent = new http.Agent({ keepAlive: true });
const database = connectDatabase(instance.databaseUrl);
try {
  const cookies = await signUpPeople();
  const id = await addTodos(cookies[0] ?? "");
  const before = processState(other.pid);

  const watchers: Watcher[][] = [[], []];
  // Not all at once: an app that is asked for thousands at the same moment answers some with 503.
  for (let each = 0; each < watchersPerProcess; each += atOnce) {
    const opening = [port, otherPort].flatMap((at, process) =>
      Array.from({ length: atOnce }, (_, index) => {
        const watcher = watch(at, cookies[(each + index) % people] ?? "");
        watchers[process]?.push(watcher);
        return watcher.opened;
      }),
    );
    await Promise.all(opening);
  }
  await delay(2_000);
  const opened = processState(other.pid);
  console.log(
    `Memory per open page: ${((opened.kilobytes - before.kilobytes) / watchersPerProcess).toFixed(0)} KB`,
  );

  const [own, others] = await deliveryTimes(watchers, id, cookies);
  console.log(`One tick to each of ${pages}, ${ticks} times (goal: median 50 ms, p99 200 ms):`);
  console.log(`  pages of the process that was asked:  ${summary(own ?? [])}`);
  console.log(`  pages of the other process:           ${summary(others ?? [])}`);

  const screens = await timesToScreen(id, cookies);
  console.log(`One tick to the screen of a Chromium beside these ${pages}: ${summary(screens)}`);

  await steadyLoad(watchers, id, cookies);
  for (const { close } of watchers.flat()) close();
} finally {
  other.process.kill("SIGTERM");
  await once(other.process, "exit");
  agent.destroy();
  await closeDatabases();
}

interface Watcher {
  opened: Promise<unknown>;
  /** When the latest change came, on the clock of `performance.now()`. */
  changedAt: number;
  changes: number;
  close(): void;
}

/** Opens a page's stream, and takes what comes without looking at all of it. */
function watch(at: number, cookie: string): Watcher {
  const request = http.get({ host: "127.0.0.1", port: at, path: "/events", headers: { Cookie: cookie } });
  const watcher: Watcher = {
    opened: new Promise((resolve, reject) => {
      request.on("error", reject);
      request.on("response", (response) => {
        if (response.statusCode !== 200) reject(new Error(`/events answered ${response.statusCode}`));
        response.setEncoding("latin1");
        response.on("data", (chunk: string) => {
          if (!chunk.includes("event: change")) return;
          watcher.changedAt = performance.now();
          watcher.changes++;
          resolve(undefined);
        });
      });
    }),
    changedAt: 0,
    changes: 0,
    close: () => request.destroy(),
  };
  return watcher;
}

/** For each tick and each watcher, the milliseconds from the form's being sent to the event. */
async function deliveryTimes(groups: Watcher[][], id: string, cookies: string[]): Promise<number[][]> {
  const times: number[][] = groups.map(() => []);
  for (let tick = 0; tick < ticks; tick++) {
    const sentAt = performance.now();
    await toggle(id, tick, cookies);
    while (groups.flat().some(({ changedAt }) => changedAt < sentAt)) await delay(5);
    for (const [index, group] of groups.entries()) {
      for (const { changedAt } of group) times[index]?.push(changedAt - sentAt);
    }
    await delay(100);
  }
  return times;
}

async function timesToScreen(id: string, cookies: string[]): Promise<number[]> {
  const browser = await chromium.launch(await findChromium());
  const page = await browser.newPage();
  const [name = "", value = ""] = (cookies[1] ?? "").split("=");
  await page.context().addCookies([{ name, value, url: instance.appUrl }]);
  await page.goto(instance.appUrl);
  await page.waitForResponse((answer) => answer.url().includes("/events"));
  const times: number[] = [];
  await toggle(id, 1, cookies);
  await delay(1_000);
  for (let tick = 0; tick < ticks / 2; tick++) {
    const shown = untilShown(page, tick % 2 === 0);
    await page.evaluate(() => undefined);
    const sentAt = Date.now();
    await toggle(id, tick, cookies);
    times.push((await shown) - sentAt);
    await delay(100);
  }
  await browser.close();
  return times;
}

/** When the last checkbox of the page is first seen in a state, in milliseconds since 1970. */
function untilShown(page: Page, isChecked: boolean): Promise<number> {
  return page.evaluate(
    (wanted) =>
      // No function with a name: esbuild marks those with a call that the page does not know.
      new Promise<number>((resolve) => {
        new MutationObserver((_, observer) => {
          const box = [...document.querySelectorAll("[role=checkbox]")].at(-1);
          if (box?.getAttribute("aria-checked") !== wanted) return;
          observer.disconnect();
          requestAnimationFrame(() => resolve(Date.now()));
        }).observe(document, { subtree: true, childList: true, attributes: true });
      }),
    String(isChecked),
  );
}

async function steadyLoad(groups: Watcher[][], id: string, cookies: string[]): Promise<void> {
  const changes = seconds * 10;
  const before = { ...processState(other.pid), transactions: await transactions(), at: performance.now() };
  const received = () => groups.flat().reduce((sum, watcher) => sum + watcher.changes, 0);
  const receivedBefore = received();
  const answers: Promise<number>[] = [];
  for (let change = 0; change < changes; change++) {
    answers.push(toggle(id, change, cookies));
    await delay(Math.max(0, before.at + (change + 1) * 100 - performance.now()));
  }
  const answered = await Promise.all(answers);
  await delay(1_000);
  const after = processState(other.pid);
  const elapsed = (performance.now() - before.at) / 1_000;
  console.log(`${changes} changes in ${elapsed.toFixed(0)} s, with ${pages} open:`);
  console.log(`  answers to the forms:     ${summary(answered)}`);
  console.log(
    `  events per page:          ${((received() - receivedBefore) / groups.flat().length).toFixed(0)}`,
  );
  const perChange = ((await transactions()) - before.transactions) / changes;
  console.log(`  transactions per change:  ${perChange.toFixed(1)}, by both processes`);
  const cpu = ((after.cpuSeconds - before.cpuSeconds) / elapsed) * 100;
  console.log(`  CPU of the other process: ${cpu.toFixed(0)} % of a core, for ${watchersPerProcess} pages`);
}

/**
 * Ticks at even numbers, and unticks at odd ones. People take turns: one of them may make 120 changes in a minute.
 * @returns how long the answer took, in milliseconds
 */
async function toggle(id: string, number: number, cookies: string[]): Promise<number> {
  const cookie = cookies[number % cookies.length] ?? "";
  const sentAt = performance.now();
  const { status } = await post(dataPath("/?index", "routes/todos/route"), cookie, {
    intent: "toggle",
    via: "script",
    id,
    complete: String(number % 2 === 0),
  });
  if (status !== 200) throw new Error(`the tick was answered with ${status}`);
  return performance.now() - sentAt;
}

/** Not at the form, where one address may sign up so many. @returns their cookies */
async function signUpPeople(): Promise<string[]> {
  const cookies: string[] = [];
  for (let person = 0; person < people; person++) {
    const account = { email: `person-${person}@example.com`, name: "", password: "correct horse" };
    cookies.push(await accounts.sessionOf(instance, await accounts.newUser(instance, account)));
  }
  while ((await count(sql`select count(*)::float8 as count from neon_auth.users_sync`)) < people)
    await delay(50);
  return cookies;
}

/** A page of todos. @returns the id of the newest */
async function addTodos(cookie: string): Promise<string> {
  for (let todo = 0; todo < 50; todo++)
    await post("/?index", cookie, { intent: "add", task: `Benchmark ${todo}` });
  const [newest] = await database.query(
    statement(z.object({ id: z.string() }), sql`select max(id)::text as id from todos`),
  );
  return newest?.id ?? "";
}

function transactions(): Promise<number> {
  return count(
    sql`select xact_commit::float8 as count from pg_stat_database where datname = current_database()`,
  );
}

async function count(query: Sql): Promise<number> {
  const [row] = await database.query(statement(z.object({ count: z.number() }), query));
  return row?.count ?? 0;
}

function post(path: string, cookie: string, fields: Record<string, string>) {
  return new Promise<{ status: number }>((resolve, reject) => {
    const request = http.request(
      {
        host: "127.0.0.1",
        port,
        path,
        agent,
        method: "POST",
        headers: {
          "Content-Type": "application/x-www-form-urlencoded",
          Origin: instance.appUrl,
          Cookie: cookie,
        },
      },
      (response) => {
        response.resume();
        response.on("end", () => resolve({ status: response.statusCode ?? 0 }));
      },
    );
    request.on("error", reject);
    request.end(new URLSearchParams(fields).toString());
  });
}

/** A second process of the app on the same database, as behind a load balancer. */
async function startOtherProcess(of: Instance) {
  const child = spawn(process.execPath, ["app/start.js"], {
    env: {
      ...process.env,
      PORT: String(otherPort),
      HOST: "127.0.0.1",
      APP_ORIGIN: of.appUrl,
      SESSION_SECRET: of.sessionSecret,
      DATABASE_URL: of.databaseUrl,
      STACK_API_URL: of.stackApiUrl,
      STACK_PROJECT_ID: of.stackProjectId,
      STACK_PUBLISHABLE_CLIENT_KEY: of.stackPublishableClientKey,
      STACK_SECRET_SERVER_KEY: of.stackSecretServerKey,
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${otherPort}/livez`).catch(() => undefined);
    if (answer?.ok) return { process: child, pid: child.pid ?? 0 };
    await delay(50);
  }
}

/** Of a process on Linux; zeros elsewhere. */
function processState(pid: number): { kilobytes: number; cpuSeconds: number } {
  try {
    const [, kilobytes = "0"] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    const ticksPerSecond = 100;
    return {
      kilobytes: Number(kilobytes),
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    };
  } catch {
    return { kilobytes: 0, cpuSeconds: 0 };
  }
}

function summary(milliseconds: number[]): string {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(0);
  return `median ${at(0.5)} ms, p99 ${at(0.99)} ms, slowest ${at(1)} ms`;
}
