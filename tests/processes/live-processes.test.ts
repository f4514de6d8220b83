import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sql, { raw } from "sql-template-tag";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { startSession } from "#app/auth/session/session.server.ts";
import { closeDatabases, connectDatabase, type Database } from "#app/db/database.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { environment, inheritedVariables } from "#app/platform/environment.server.ts";
import { listVersion, remainingTodos } from "#app/routes/todos/list/counts.server.ts";
import { pageOf, toPage } from "#app/routes/todos/list/page.server.ts";
import { toSent } from "#app/routes/todos/list/sent-list.ts";
import { teamProgress } from "#app/routes/todos/list/team.server.ts";
import { wholeList } from "#app/routes/todos/list/views.ts";
import type { LiveEvents } from "#app/routes/todos/live/live-event.ts";
import { buildWhenStale } from "#db/local/build.ts";
import { restoreSnapshot, takeSnapshot } from "#db/local/databases/snapshots.ts";
import { freePort } from "#db/local/postgres/free-port.ts";
import { type Postgres, startPostgres } from "#db/local/postgres/server.ts";
import { type LoopbackServer, openLoopbackServer } from "#db/local/services/loopback-server.ts";
import { answerFromHandlers } from "#db/local/services/stack-server.ts";
import { migrate } from "#db/migrate.ts";
import { createStackStandIn } from "#tests/mocks/stack/index.ts";
import { by, startTcpProxy, type TcpProxy } from "#tests/setup/tcp-proxy.ts";
import { Watcher } from "./live-watcher.ts";

// Two processes of the production build on one database, with 50 pages that stay open from the first test to the last.

/** The most that pages may take after a fault has ended. */
const patience = { timeout: 60_000, interval: 20 };

let directory: string;
let postgres: Postgres;
let url: string;
let database: Database;
/** Between the processes and their requests to the database, and between them and what they listen to. */
let proxy: TcpProxy;
let listenerProxy: TcpProxy;
let stack: LoopbackServer;
let a: App;
let b: App;
let cookies: string[];
let watchers: Watcher[];

beforeAll(async () => {
  await buildWhenStale(process.cwd(), inheritedVariables(), AbortSignal.timeout(120_000));
  directory = mkdtempSync(join(tmpdir(), "todos-live-"));
  cleanUps.push(() => rmSync(directory, { recursive: true }));
  // As root, Postgres runs as a user who has to pass through.
  chmodSync(directory, 0o711);
  postgres = await startPostgres({ directory: join(directory, "postgres"), durable: false });
  cleanUps.push(() => postgres.stop(), closeDatabases);
  await run(connectDatabase(postgres.urlFor("postgres")), "create database todos");
  url = postgres.urlFor("todos");
  database = connectDatabase(url);
  await migrate(url);
  [proxy, listenerProxy] = await Promise.all([startTcpProxy(postgres.port), startTcpProxy(postgres.port)]);
  cleanUps.push(proxy.close, listenerProxy.close);

  stack = await openLoopbackServer(0);
  cleanUps.push(() => stack[Symbol.asyncDispose]());
  const project = { ...environment().stack, apiUrl: stack.origin };
  const { handlers, signAccessToken } = await createStackStandIn({
    project,
    database: connectDatabase(process.env.STACK_DATABASE_URL ?? ""),
  });
  stack.answerWith(answerFromHandlers(handlers));
  const users = ["bob", "doug", "eve", "fay", "gus"];
  for (const id of users) {
    const profile = JSON.stringify({ id, primary_email: `${id}@example.com` });
    await database.query(
      statement(z.never(), sql`insert into neon_auth.users_sync (raw_json) values (${profile}::jsonb)`),
    );
  }
  cookies = await Promise.all(
    users.map(async (sub) => {
      const setCookie = await startSession({
        accessToken: await signAccessToken({ sub }),
        refreshToken: "none",
      });
      return setCookie.split(";")[0] ?? "";
    }),
  );

  [a, b] = await Promise.all([freePort().then(startApp), freePort().then(startApp)]);
  watchers = Array.from({ length: 50 }, (_, index) => {
    const { origin } = index % 2 === 0 ? a : b;
    return new Watcher(`${origin}/events`, cookies[index % cookies.length] ?? "");
  });
  cleanUps.push(() => Promise.all(watchers.map((watcher) => watcher.close())));
}, 150_000);

/** What undoes the above, the last first. */
const cleanUps: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

interface App {
  port: number;
  origin: string;
  process: ChildProcess;
  exited: Promise<[code: number | null, signal: NodeJS.Signals | null]>;
}

/** Starts `npm start`, and waits until it answers. */
async function startApp(port: number): Promise<App> {
  const child = spawn(process.execPath, ["app/start.js"], {
    env: {
      ...inheritedVariables(),
      NODE_ENV: "production",
      PORT: String(port),
      HOST: "127.0.0.1",
      DATABASE_URL: by(proxy, url),
      DATABASE_URL_UNPOOLED: by(listenerProxy, url),
      STACK_API_URL: stack.origin,
    },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const exited = once(child, "exit") as App["exited"];
  cleanUps.push(() => child.kill("SIGKILL") && exited);
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (chunk) => String(chunk).includes("Listening on port") && resolve());
    child.once("exit", () => reject(new Error("The process ended before it listened")));
  });
  return { port, origin: `http://127.0.0.1:${port}`, process: child, exited };
}

const run = (on: Database, text: string) => on.query(statement(z.unknown(), raw(text)));
const add = (task: string) => run(database, `insert into todos (owner_id, task) values ('bob', '${task}')`);

/** What a page that loads now would show. */
async function currentList(): Promise<LiveEvents["change"]> {
  const [[state], [count], [counted], newestFirst] = await database.snapshot(
    listVersion(),
    remainingTodos(wholeList),
    teamProgress(null, null),
    pageOf({ filter: wholeList, before: null }),
  );
  const page = toPage(newestFirst, count);
  const { ownCompleted: _, ...team } = counted as NonNullable<typeof counted>;
  const list = toSent({ ...page, filter: wholeList, team });
  return { version: state?.version ?? "", list };
}

/** Waits until every page shows the current list and says that it is live, without having requested the list. */
async function allPagesAreCurrent(): Promise<void> {
  const expected = await currentList();
  const shown = () => new Set(watchers.map((watcher) => JSON.stringify([watcher.isLive, watcher.shown])));
  await expect.poll(shown, patience).toEqual(new Set([JSON.stringify([true, expected])]));
  expect(watchers.filter(({ reloads }) => reloads > 0)).toEqual([]);
}

/** Checks that pages show what changed during a fault that has ended, and what changes now. */
async function allPagesRecover(): Promise<void> {
  await allPagesAreCurrent();
  await add("afterwards");
  await allPagesAreCurrent();
}

beforeEach(allPagesAreCurrent);

test("a change made at one process, or by plain SQL, reaches the pages of both", async () => {
  for (const app of [a, b]) {
    const answer = await fetch(`${app.origin}/?index`, {
      method: "POST",
      redirect: "manual",
      headers: { Cookie: cookies[0] ?? "", Origin: environment().appOrigin },
      body: new URLSearchParams({ intent: "add", task: `by ${app.port}` }),
    });
    expect(answer.status).toBe(303);
    await allPagesAreCurrent();
  }
  await run(database, "update todos set is_complete = true");
  await allPagesAreCurrent();
  const tasks = watchers.map(({ shown }) => shown?.list?.todos.map(({ task }) => task).join());
  expect(new Set(tasks)).toEqual(new Set([`by ${a.port},by ${b.port}`]));
});

test("pages show the last of many changes made at once, and the next one", async () => {
  await Promise.all(Array.from({ length: 400 }, (_, number) => add(`at once ${number}`)));
  await allPagesAreCurrent();
  await add("afterwards");
  await allPagesAreCurrent();
  await run(database, "delete from todos");
});

test("pages catch up after Postgres restarts", async () => {
  await postgres.stop();
  postgres = await startPostgres({
    directory: join(directory, "postgres"),
    port: postgres.port,
    durable: false,
  });
  expect(postgres.urlFor("todos")).toBe(url);
  await add("after the restart");
  await allPagesRecover();
});

test("pages catch up after the listening connections are killed", async () => {
  await run(
    database,
    `with killed as (
      select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'todos-live'
    )
    insert into todos (owner_id, task) select 'bob', 'unheard' from killed`,
  );
  await allPagesRecover();
});

test("pages catch up after the listening connections go silent", async () => {
  listenerProxy.blackHole();
  await add("unheard");
  await listenerProxy.heal();
  await allPagesRecover();
});

test("while no changes are heard, pages say so and poll", async () => {
  await listenerProxy.refuse();
  await expect.poll(() => watchers.some(({ isLive }) => isLive), patience).toBe(false);
  await add("polled");
  const { version } = await currentList();
  const versions = () => new Set(watchers.map(({ version }) => version));
  await expect.poll(versions, patience).toEqual(new Set([version]));
  await listenerProxy.heal();
  await allPagesRecover();
});

test("pages catch up after the database refused connections for a while", async () => {
  const server = connectDatabase(postgres.urlFor("postgres"));
  await run(server, "alter database todos allow_connections false");
  await run(
    server,
    "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = 'todos' and pid <> pg_backend_pid()",
  );
  await expect.poll(() => watchers.some(({ isLive }) => isLive), patience).toBe(false);
  await run(server, "alter database todos allow_connections true");
  await add("let in again");
  await allPagesRecover();
});

test.each([
  "SIGTERM",
  "SIGKILL",
] as const)("pages come back by themselves after %s to their process", async (signal) => {
  a.process.kill(signal);
  await a.exited;
  await add("meanwhile");
  a = await startApp(a.port);
  await allPagesRecover();
});

test("a page that does not read is dropped, while the others see everything", async () => {
  // In JSON each of these is six bytes: what both ends' sockets hold is soon full.
  const longest = "'is ' || $1 || repeat(chr(1), 490)";
  await run(
    database,
    `insert into todos (owner_id, task) select 'bob', ${longest.replace("$1", "n")} from generate_series(1, 50) n`,
  );
  const request = get(`${a.origin}/events`, { headers: { Cookie: cookies[0] ?? "" } });
  onTestFinished(() => void request.destroy());
  const [unread] = await once(request, "response");
  for (let change = 0; change < 60; change += 1) {
    await run(
      database,
      `update todos set task = ${longest.replace("$1", String(change))} where length(task) > 400`,
    );
    const { version } = await currentList();
    await expect.poll(() => watchers.every((watcher) => watcher.version === version), patience).toBe(true);
  }
  await allPagesAreCurrent();
  const broken = once(unread, "error");
  unread.resume();
  expect(await broken).toMatchObject([{ code: "ECONNRESET" }]);
  await run(database, "delete from todos");
  await allPagesRecover();
});

test("pages show the earlier state after a restore", async () => {
  await takeSnapshot(url, "earlier");
  await allPagesRecover();
  for (const task of ["one", "two", "three"]) await add(task);
  await allPagesAreCurrent();
  await restoreSnapshot(url, "earlier");
  await allPagesRecover();
  expect((await currentList()).list?.todos.map(({ task }) => task)).not.toContain("three");
});

test("pages that were disconnected during a restore show the earlier state, too", async () => {
  await takeSnapshot(url, "earlier");
  await allPagesRecover();
  for (const task of ["one", "two", "three"]) await add(task);
  await allPagesAreCurrent();
  a.process.kill("SIGTERM");
  await a.exited;
  await restoreSnapshot(url, "earlier");
  a = await startApp(a.port);
  await allPagesRecover();
});

test("SIGTERM ends open streams cleanly, and the process exits", async () => {
  const ends = watchers.map((watcher) => watcher.ends.length);
  for (const app of [a, b]) app.process.kill("SIGTERM");
  expect(await Promise.all([a.exited, b.exited])).toEqual([
    [0, null],
    [0, null],
  ]);
  // Some reconnect while the process can still be reached, and are ended again.
  expect(watchers.map((watcher, index) => [...new Set(watcher.ends.slice(ends[index]))])).toEqual(
    watchers.map(() => ["ended"]),
  );
  [a, b] = await Promise.all([startApp(a.port), startApp(b.port)]);
  await allPagesRecover();
});
