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
function listening(databaseUrl = url, options: { answerLimitMs?: number } = {}) {
  const told: (string | boolean)[] = [];
  const stop = listenForChanges({
    databaseUrl,
    source: todoChanges,
    onChange: (concernsRights) => told.push(concernsRights ? "users" : "todos"),
    onLive: (isLive) => told.push(isLive),
    ...options,
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
  const later = await session();
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

/** A second session that waits for locks, hears announcements, or leaves a transaction open. */
async function session(): Promise<pg.Client> {
  const client = new pg.Client(url);
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/** What the listener's session waits for. */
async function waitsFor(): Promise<string | null> {
  const { rows } = await postgres.query(
    `select wait_event from pg_stat_activity
     where application_name = 'todos-live' and datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows[0]?.wait_event ?? null;
}

/** Whether the listener asks for announcements. */
async function isAnnounced(): Promise<boolean> {
  const { rows } = await postgres.query(
    `select from pg_locks l join pg_database d on d.oid = l.database
     where d.datname = current_database() and l.locktype = 'advisory' and l.mode = 'ShareLock' and l.granted`,
  );
  return rows.length > 0;
}

/**
 * A live listener in a burst, held at its first reading of the version.
 * @returns `next` lets it finish the reading, and holds it at the next one; `go` lets it go on
 */
async function inBurst() {
  const listener = listening(url, { answerLimitMs: 60_000 });
  await expect.poll(() => listener.told, patience).toEqual([true]);
  const holders = [await session(), await session()];
  const hold = (client?: pg.Client) =>
    client?.query("begin; lock table folded_version in access exclusive mode");
  const isHeld = () => expect.poll(waitsFor, patience).toBe("relation");
  await hold(holders[0]);
  // In transactions of their own: Postgres sends duplicates once per transaction.
  const announcements = "begin; select pg_notify('todos_changed', 'todos'); commit;".repeat(20);
  await expect
    .poll(async () => {
      await postgres.query(announcements);
      return waitsFor();
    }, patience)
    .toBe("relation");
  const go = () => holders[0]?.query("rollback");
  return {
    ...listener,
    go,
    async next() {
      const held = hold(holders[1]);
      await expect
        .poll(async () => {
          const waiting = await postgres.query(
            "select from pg_locks where relation = 'folded_version'::regclass and not granted",
          );
          return waiting.rowCount;
        }, patience)
        .toBe(2);
      await go();
      holders.reverse();
      await held;
      await isHeld();
    },
  };
}

/** A change that does not fold the ledger, which would wait for a held reading. */
const addQuietly = (client: pg.Client) =>
  client.query(
    "begin isolation level repeatable read; insert into todos (owner_id, task) values ('bob', 'in a burst')",
  );

/** What is announced to a session that asks for nothing. */
async function bystander() {
  const client = await session();
  const heard: (string | undefined)[] = [];
  await client.query("listen todos_changed");
  client.on("notification", ({ payload }) => heard.push(payload));
  return async () => {
    await client.query("select");
    return heard.splice(0);
  };
}

test("in a burst changes are not announced, none is missed, and profiles still are", async () => {
  await postgres.query("truncate neon_auth.users_sync cascade");
  await postgres.query('insert into neon_auth.users_sync (raw_json) values (\'{"id": "bob"}\')');
  const [heard, { told, next, go }] = [await bystander(), await inBurst()];
  await next();
  told.length = 0;
  await heard();
  await next();
  expect(told).toEqual([]);
  await addQuietly(postgres);
  await postgres.query("commit");
  expect(await heard()).toEqual([]);
  await next();
  expect(told).toEqual(["todos"]);
  await postgres.query('insert into neon_auth.users_sync (raw_json) values (\'{"id": "doug"}\')');
  expect(await heard()).toEqual(["users"]);
  await next();
  expect(told).toEqual(["todos", "users", "todos"]);
  await go();
  await expect.poll(isAnnounced, patience).toBe(true);
  told.length = 0;
  await addQuietly(postgres);
  await postgres.query("commit");
  expect(await heard()).toEqual(["todos"]);
  // The burst's last reading may come after the change, and tell of it, too.
  await expect.poll(() => [...new Set(told)], patience).toEqual(["todos"]);
});

test("after a burst no version is read, and a transaction that is open is watched until it commits", async () => {
  await postgres.query("truncate neon_auth.users_sync cascade");
  await postgres.query('insert into neon_auth.users_sync (raw_json) values (\'{"id": "bob"}\')');
  const [heard, writer, { told, go }] = [await bystander(), await session(), await inBurst()];
  await addQuietly(writer);
  await go();
  await expect.poll(isAnnounced, patience).toBe(true);
  await heard();
  await nextProof();
  // A reading would wait for this lock, until the connection is given up.
  const holder = await session();
  await holder.query("begin; lock table folded_version in access exclusive mode");
  await nextProof();
  await nextProof();
  await holder.query("rollback");
  expect(told).not.toContain(false);
  const { length } = told;
  await writer.query("commit");
  expect(await heard()).toEqual([]);
  await expect.poll(() => told.length, patience).toBeGreaterThan(length);
});

test("a change between a burst's last reading and the next announcement is not missed", async () => {
  const [taker, { told, go }] = [await session(), await inBurst()];
  await taker.query("select pg_advisory_lock(hashtext('todos_changed'))");
  await go();
  await expect.poll(waitsFor, patience).toBe("advisory");
  told.length = 0;
  await postgres.query("insert into todo_changes (sign) values (0)");
  await taker.query("select pg_advisory_unlock(hashtext('todos_changed'))");
  await expect.poll(() => told, patience).toEqual(["todos"]);
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
