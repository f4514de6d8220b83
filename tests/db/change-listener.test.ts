import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { listenForChanges } from "#app/live/change-listener.server.ts";
import { todoChanges } from "#app/routes/todos/live/open-pages.server.ts";
import { by, startTcpProxy, type TcpProxy } from "#tests/setup/tcp-proxy.ts";

const url = process.env.DATABASE_URL ?? "";
const postgres = new pg.Client(url);
beforeAll(() => postgres.connect());
afterAll(() => postgres.end());

const errors = vi.spyOn(console, "error").mockImplementation(() => {});
beforeEach(() => errors.mockClear());

/** A connection that says nothing is noticed within 7 s. */
const patience = { timeout: 60_000, interval: 10 };

/** Listens until the end of the test, and keeps what it is told. */
function listening(databaseUrl = url) {
  const told: (string | boolean)[] = [];
  const stop = listenForChanges({
    databaseUrl,
    source: todoChanges,
    onChange: (concernsRights) => told.push(concernsRights ? "users" : "todos"),
    onLive: (isLive) => told.push(isLive),
  });
  onTestFinished(stop);
  return { told, stop };
}

async function proxied(): Promise<TcpProxy> {
  const proxy = await startTcpProxy(Number(new URL(url).port));
  onTestFinished(proxy.close);
  return proxy;
}

async function sessions(): Promise<number[]> {
  const { rows } = await postgres.query(
    "select pid from pg_stat_activity where application_name = 'todos-live' and datname = current_database()",
  );
  return rows.map(({ pid }) => pid);
}

const tell = (change: "todos" | "users") => postgres.query("select pg_notify('todos_changed', $1)", [change]);

test("it is live before the first change, and hears of todos and profiles over one connection", async () => {
  const { told, stop } = listening();
  await expect.poll(() => told, patience).toEqual([true]);
  expect(await sessions()).toHaveLength(1);
  await tell("todos");
  await tell("users");
  await expect.poll(() => told, patience).toEqual([true, "todos", "users"]);
  stop();
  await expect.poll(sessions, patience).toEqual([]);
  expect(errors.mock.calls).toEqual([]);
});

test("one transaction is announced once, and a rollback never", async () => {
  const { told } = listening();
  await expect.poll(() => told, patience).toEqual([true]);
  await postgres.query('insert into neon_auth.users_sync (raw_json) values (\'{"id": "bob"}\')');
  await expect.poll(() => told, patience).toEqual([true, "users"]);
  await postgres.query("begin");
  for (const task of ["one", "two"]) {
    await postgres.query("insert into todos (owner_id, task) values ('bob', $1)", [task]);
  }
  await postgres.query("rollback");
  await postgres.query(
    "with added as (insert into todos (owner_id, task) values ('bob', 'one')) update todos set is_complete = true",
  );
  await tell("users");
  await expect.poll(() => told, patience).toEqual([true, "users", "todos", "users"]);
});

/** Waits until the listener has proved once more that it hears. */
async function nextProof(): Promise<void> {
  const provedAt = async (): Promise<string> => {
    const { rows } = await postgres.query(
      `select query_start::text as at from pg_stat_activity
       where application_name = 'todos-live' and datname = current_database() and query like '%pg_notify%'`,
    );
    return rows[0]?.at ?? "";
  };
  const before = await provedAt();
  await expect.poll(async () => ["", before].includes(await provedAt()), patience).toBe(false);
}

test("a transaction that began before the listener is watched until it commits, and no longer", async () => {
  await postgres.query("truncate neon_auth.users_sync cascade");
  await postgres.query("begin");
  await postgres.query('insert into neon_auth.users_sync (raw_json) values (\'{"id": "bob"}\')');
  const { told } = listening();
  // More than one look, as the transaction goes on.
  await expect.poll(() => told.slice(0, 3), patience).toEqual([true, "users", "users"]);
  const later = new pg.Client(url);
  await later.connect();
  onTestFinished(() => later.end());
  await later.query("begin");
  await later.query('insert into neon_auth.users_sync (raw_json) values (\'{"id": "doug"}\')');
  const looksBeforeNextProof = async () => {
    const { length } = told;
    await nextProof();
    return told.length - length;
  };
  await postgres.query("commit");
  // What began since will announce itself.
  await expect.poll(looksBeforeNextProof, patience).toBe(0);
  await tell("todos");
  await expect.poll(() => told.at(-1), patience).toBe("todos");
});

test("a connection that answers but delivers no notifications is not live", async () => {
  // As behind a pooler: what is listened for is forgotten.
  await postgres.query("create schema deaf");
  await postgres.query(`create function deaf.pg_notify(text, text) returns void language sql as ''`);
  const user = new URL(url).username;
  await postgres.query(
    `alter role ${user} in database ${databaseName()} set search_path = deaf, public, pg_catalog`,
  );
  onTestFinished(async () => {
    await postgres.query(`alter role ${user} in database ${databaseName()} reset search_path`);
    await postgres.query("drop schema deaf cascade");
  });
  const { told } = listening();
  await expect
    .poll(() => errors.mock.calls, patience)
    .toEqual([["Listening for changes: The database does not answer"]]);
  expect(told).not.toContain(true);
});

test("a connection is replaced whenever it is killed, and each gap is reported and logged", async () => {
  const { told } = listening();
  await expect.poll(() => told, patience).toEqual([true]);
  for (const _ of ["once", "again"]) {
    told.length = 0;
    errors.mockClear();
    const [killed] = await sessions();
    await postgres.query("select pg_terminate_backend($1, 5000)", [killed]);
    await expect.poll(() => told, patience).toEqual([false, true]);
    const replacements = await sessions();
    expect(replacements).toHaveLength(1);
    expect(replacements).not.toEqual([killed]);
    await tell("todos");
    await expect.poll(() => told, patience).toEqual([false, true, "todos"]);
    expect(errors.mock.calls).toEqual([
      [expect.stringMatching(/^Listening for changes: terminating connection/)],
    ]);
  }
});

test("a silent connection is noticed and replaced", async () => {
  const proxy = await proxied();
  const { told } = listening(by(proxy, url));
  await expect.poll(() => told, patience).toEqual([true]);
  proxy.blackHole();
  await tell("todos");
  await expect.poll(() => told, patience).toEqual([true, false]);
  await proxy.heal();
  await expect.poll(() => told, patience).toEqual([true, false, true]);
  await tell("users");
  await expect.poll(() => told, patience).toEqual([true, false, true, "users"]);
  expect(proxy.connections()).toBe(1);
});

test("a database that accepts no connections is retried until it does, and logged once", async () => {
  const proxy = await proxied();
  const { told } = listening(by(proxy, url));
  await expect.poll(() => told, patience).toEqual([true]);
  const before = proxy.attempts();
  proxy.hangUp();
  await expect.poll(proxy.attempts, patience).toBeGreaterThan(before + 3);
  expect(told).toEqual([true, false]);
  await proxy.heal();
  await expect.poll(() => told, patience).toEqual([true, false, true]);
  expect(errors.mock.calls).toHaveLength(1);
});

test("a database that refuses connections at first is reached later", async () => {
  const proxy = await proxied();
  await proxy.refuse();
  const { told } = listening(by(proxy, url));
  await expect.poll(() => errors.mock.calls.length, patience).toBe(1);
  expect(told).toEqual([]);
  await proxy.heal();
  await expect.poll(() => told, patience).toEqual([true]);
});

test.each([
  ["at once", async () => {}],
  ["while it connects", async (connections: () => number) => expect.poll(connections, patience).toBe(1)],
])("stopped %s, it leaves no connection and calls back no more", async (_, moment) => {
  const proxy = await proxied();
  const { told, stop } = listening(by(proxy, url));
  await moment(proxy.connections);
  stop();
  await expect.poll(proxy.connections, patience).toBe(0);
  await expect.poll(sessions, patience).toEqual([]);
  expect(told).toEqual([]);
});

test("stopped while the database is silent, it gives up", async () => {
  const proxy = await proxied();
  proxy.blackHole();
  const { told, stop } = listening(by(proxy, url));
  await expect.poll(proxy.connections, patience).toBe(1);
  stop();
  await expect.poll(proxy.connections, patience).toBe(0);
  expect([told, errors.mock.calls]).toEqual([[], []]);
});

test("stopped while live, it calls back no more, even for a change that arrives with the stop", async () => {
  const told: (string | boolean)[] = [];
  const stop = listenForChanges({
    databaseUrl: url,
    source: todoChanges,
    onChange(concernsRights) {
      told.push(concernsRights ? "users" : "todos");
      stop();
    },
    onLive: (isLive) => told.push(isLive),
  });
  onTestFinished(stop);
  await expect.poll(() => told, patience).toEqual([true]);
  await postgres.query("select pg_notify('todos_changed', 'todos'), pg_notify('todos_changed', 'users')");
  await expect.poll(sessions, patience).toEqual([]);
  expect(told).toEqual([true, "todos"]);
});

function databaseName(): string {
  return new URL(url).pathname.slice(1);
}
