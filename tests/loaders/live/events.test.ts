import { randomUUID } from "node:crypto";
import { neonConfig } from "@neondatabase/serverless";
import sql from "sql-template-tag";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { startSession } from "#app/auth/session/session.server.ts";
import { database } from "#app/db/current.server.ts";
import { connectClient } from "#app/db/database.server.ts";
import { DatabaseFault } from "#app/db/faults.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { environment } from "#app/platform/environment.server.ts";
import { toSent } from "#app/routes/todos/list/sent-list.ts";
import { closeOpenPages, openPagesCount } from "#app/routes/todos/live/open-pages.server.ts";
import { allTodos, Browser, runSql, signedIn } from "#tests/loaders/browser.ts";
import { standIn } from "#tests/setup/stack.ts";
import { takeIntervals } from "./intervals.ts";
import { askForEvents, type Stream, watch } from "./stream.ts";

// The heartbeat, the poll, the permission check, and the reloads.
const intervals = takeIntervals();

type User = Browser & { userId: string };
let bob: User;
let doug: User;
beforeAll(async () => {
  [bob, doug] = await Promise.all([signedIn("bob"), signedIn("doug")]);
});
beforeEach(() => runSql("delete from todos"));
afterAll(closeOpenPages);

/** For hangs alone. */
const patience = { timeout: 60_000, interval: 5 };

/** Waits until a stream has sent what the loader shows now. */
async function upToDate(stream: Stream, browser: Browser = bob, search = ""): Promise<void> {
  const { data } = await browser.todosPage(`/${search}`);
  const { version, todos, earlier, remaining, areMoreRemaining, isSearchedInPart, filter, team } = data;
  const list = { todos, earlier, remaining, areMoreRemaining, isSearchedInPart, filter, team };
  await expect.poll(() => stream.last("change"), patience).toEqual({ version, list: toSent(list) });
}

/** A page that watches, has the current list, and is live. */
async function watching(browser: Browser = bob, search = ""): Promise<Stream> {
  const stream = await watch(browser, search);
  await expect.poll(() => stream.last("state"), patience).toEqual({ isLive: true });
  const events = () => stream.blocks.map(({ event }) => event).filter((event) => event !== "own");
  await expect.poll(() => events().at(-1), patience).toBe("change");
  return stream;
}

/** Divides streams among users, as many for each as they may have. */
async function usersFor(streams: number): Promise<User[]> {
  return Promise.all(Array.from({ length: Math.ceil(streams / 20) }, () => signedIn(randomUUID())));
}

const add = (task: string, { userId } = bob) =>
  runSql(`insert into todos (owner_id, task) values ('${userId}', '${task}')`);

/** Makes a change that no trigger announces or counts: only to tasks, or to users without todos. */
const unheard = (change: string) =>
  runSql(`do $$ begin set local session_replication_role = replica; ${change}; end $$`);

/** Intercepts the driver's requests until the end of the test, and can pass them on. */
function onEachRequest(work: (statements: string[], send: () => unknown) => unknown): void {
  const { fetchFunction } = neonConfig;
  neonConfig.fetchFunction = (url: string, init: { body: string }) => {
    const { query, queries = [{ query }] } = JSON.parse(init.body);
    return work(
      queries.map((each: { query: string }) => each.query),
      () => fetchFunction(url, init),
    );
  };
  onTestFinished(() => {
    neonConfig.fetchFunction = fetchFunction;
  });
}

/** Holds back the answer to the next reading. */
function holdReading() {
  let isHeld = false;
  let release = () => {};
  onEachRequest(async (statements, send) => {
    const answer = await send();
    if (!isHeld && statements.some((text) => text.includes("from todos_version"))) {
      isHeld = true;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    }
    return answer;
  });
  return { isHeld: () => isHeld, release: () => release() };
}

/** How many sessions listen on this file's database. */
async function listeners(): Promise<number | undefined> {
  const count = sql`
    select count(*)::int as listeners
    from pg_stat_activity
    where application_name = 'todos-live' and datname = current_database()
  `;
  return (await database().query(statement(z.object({ listeners: z.number() }), count)))[0]?.listeners;
}

function consoleErrors() {
  const output = vi.spyOn(console, "error").mockImplementation(() => {});
  onTestFinished(() => output.mockRestore());
  return output.mock.calls;
}

test("signed-out and deleted users are told not to reconnect", async () => {
  const errors = consoleErrors();
  expect((await askForEvents(new Browser())).status).toBe(204);
  for (const how of [
    "delete from neon_auth.users_sync",
    "update neon_auth.users_sync set deleted_at = now()",
  ]) {
    const user = await signedIn("gone");
    await runSql(`${how} where id = '${user.userId}'`);
    const answer = await askForEvents(user);
    expect([answer.status, answer.body]).toEqual([204, null]);
  }
  expect(errors).toEqual([]);
});

test("while the database is unreachable it is 503, and says when to try again", async () => {
  const errors = consoleErrors();
  const query = vi.spyOn(database(), "query");
  query.mockRejectedValue(new DatabaseFault("unreachable", undefined, new Error("no")));
  const answer = await askForEvents(bob).finally(() => query.mockRestore());
  expect([answer.status, answer.headers.get("Retry-After")]).toEqual([503, "5"]);
  expect(errors).toEqual([["GET /events: The database: unreachable < no"]]);
});

test("a stream's headers tell browsers and proxies what it is", async () => {
  const answer = await askForEvents(bob);
  await answer.body?.cancel();
  expect([answer.status, Object.fromEntries(answer.headers)]).toMatchObject([
    200,
    {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    },
  ]);
});

test("what a stream learns about the session is kept in the cookie", async () => {
  const user = await signedIn("new");
  const accessToken = await standIn.signAccessToken({ sub: user.userId });
  user.keep(await startSession({ accessToken, refreshToken: "none" }));
  const { cookie } = user;
  await (await askForEvents(user)).body?.cancel();
  expect(user.cookie).not.toBe(cookie);
});

test("a stream begins with the retry time, whether it is live, and the current list", async () => {
  await add("water the plants");
  await watching(doug);
  const stream = await watching();
  await upToDate(stream);
  const [first, ...events] = stream.blocks;
  expect(Object.keys(first ?? {})).toEqual(["retry"]);
  expect(Number(first?.retry)).toBeGreaterThanOrEqual(500);
  expect(Number(first?.retry)).toBeLessThanOrEqual(3_000);
  expect(events.map(({ event }) => event).slice(0, 3)).toEqual(["state", "reset", "change"]);
});

test("browsers do not all reconnect at once", async () => {
  const streams = await Promise.all(Array.from({ length: 20 }, () => watch(bob)));
  await expect.poll(() => streams.every(({ blocks }) => blocks.length > 0), patience).toBe(true);
  expect(new Set(streams.map(({ blocks }) => blocks[0]?.retry)).size).toBeGreaterThan(10);
});

test("two users with the same view get the same bytes", async () => {
  const streams = await Promise.all([watching(bob), watching(doug)]);
  await add("of one of them");
  await Promise.all(streams.map((stream) => upToDate(stream)));
  const [bobs, dougs] = streams.map(({ blocks }) => blocks.at(-1));
  expect(bobs).toEqual(dougs);
});

test("the full Team progress cannot be shared: its page is only told that something changed", async () => {
  const stream = await watching(bob, "?team=all");
  await add("water the plants");
  const { version } = (await bob.todosPage()).data;
  await expect.poll(() => stream.last("change"), patience).toEqual({ version });
});

test("a page of earlier todos gets its own part of the list", async () => {
  await runSql(`insert into todos (owner_id, task) select '${bob.userId}', n from generate_series(1, 60) n`);
  const { earlier } = (await bob.todosPage()).data;
  const search = `?${new URLSearchParams({ before: earlier ?? "" })}`;
  const streams = await Promise.all([watching(), watching(doug, search)]);
  await runSql("update todos set is_complete = true where task in ('3', '55')");
  await upToDate(streams[0]);
  await upToDate(streams[1], doug, search);
  expect(streams.map((stream) => stream.last("change")?.list?.todos.length)).toEqual([50, 10]);
});

test.each([
  ["?show=active", ["feed the cat"]],
  ["?show=completed", ["water the plants"]],
  ["?owner=me", ["water the plants"]],
  ["?q=WATER", ["water the plants"]],
  ["?q=WATER&show=active", []],
  ["?q=wa", ["water the plants"]],
])("a page at %j gets what a tick leaves there", async (search, left) => {
  await add("water the plants");
  await add("feed the cat", doug);
  const stream = await watching(bob, search);
  await runSql("update todos set is_complete = true where task = 'water the plants'");
  await upToDate(stream, bob, search);
  expect(stream.last("change")?.list?.todos.map(({ task }) => task)).toEqual(left);
});

test("a page of a user's own todos gets those, and no one else's", async () => {
  const streams = await Promise.all([watching(bob, "?owner=me"), watching(doug, "?owner=me")]);
  await add("of Bob", bob);
  await add("of Doug", doug);
  await upToDate(streams[0], bob, "?owner=me");
  await upToDate(streams[1], doug, "?owner=me");
  const sent = streams.map(({ blocks }) => JSON.stringify(blocks.filter(({ event }) => event === "change")));
  expect(sent.map((text) => [text.includes("of Bob"), text.includes("of Doug")])).toEqual([
    [true, false],
    [false, true],
  ]);
});

test("pages with the same filter and search form one group, however their URLs are written", async () => {
  const searches = ["?q=plants&show=active", "?show=active&q=+plants+", "?show=active&q=plants&nothing=1"];
  for (const search of searches) await watching(bob, search);
  expect(openPagesCount()).toMatchObject({ watchers: 3, groups: 1 });
  await watching(doug, "?q=plant&show=active");
  expect(openPagesCount()).toMatchObject({ watchers: 4, groups: 2 });
});

test("a link to a todo gets the page that holds it", async () => {
  await runSql(`insert into todos (owner_id, task) select '${bob.userId}', n from generate_series(1, 90) n`);
  const id = (await allTodos())[4]?.id ?? "";
  const stream = await watching(doug, `?todo=${id}`);
  await runSql(`update todos set is_complete = true where id = ${id}`);
  await upToDate(stream, doug, `?todo=${id}`);
  expect(stream.last("change")?.list?.todos.find((todo) => todo.id === id)).toMatchObject({
    isComplete: true,
  });
});

test.each([
  ["an added todo", () => doug.change({ intent: "add", task: "feed the cat" })],
  [
    "a tick",
    async () => doug.change({ intent: "toggle", id: (await allTodos())[0]?.id ?? "", complete: "true" }),
  ],
  ["plain SQL", () => runSql("delete from todos")],
  ["TRUNCATE", () => runSql("truncate todos")],
  [
    "a profile's new name",
    () =>
      runSql(`update neon_auth.users_sync set raw_json = raw_json || '{"display_name": "Rob"}'
      where id = '${bob.userId}'`),
  ],
])("%s reaches an open page as its loader would show it", async (_, change) => {
  await add("water the plants");
  const stream = await watching();
  await upToDate(stream);
  const before = stream.last("change");
  await change();
  await upToDate(stream);
  expect(stream.last("change")).not.toEqual(before);
  expect(stream.blocks.at(-1)?.id).toBe(stream.last("change")?.version);
});

test("a transaction's changes arrive once", async () => {
  const stream = await watching();
  await upToDate(stream);
  const before = stream.all("change").length;
  const session = await connectClient(environment().databaseUrl);
  await session.query("begin");
  for (const task of ["one", "two", "three"]) {
    await session.query("insert into todos (owner_id, task) values ($1, $2)", [bob.userId, task]);
  }
  await session.query("update todos set is_complete = true");
  await session.query("commit");
  await session.end();
  await upToDate(stream);
  await add("four");
  await upToDate(stream);
  const lists = stream
    .all("change")
    .slice(before)
    .map(({ list }) => list?.todos.map(({ task }) => task));
  expect(lists).toEqual([
    ["one", "two", "three"],
    ["one", "two", "three", "four"],
  ]);
});

test("200 changes in a row are read together, and the last one arrives", async () => {
  const stream = await watching();
  const before = stream.all("change").length;
  const started = performance.now();
  for (let change = 0; change < 200; change += 1) await add(`todo ${change}`);
  await upToDate(stream);
  const pauses = (performance.now() - started) / 40;
  const events = stream.all("change").length - before;
  expect(events).toBeLessThanOrEqual(Math.min(pauses + 1, 150));
});

test("a new page gets what the database has, not what the others got last", async () => {
  await add("heard");
  const first = await watching();
  await upToDate(first);
  await unheard("update todos set task = 'unheard'");
  const second = await watch(doug);
  await upToDate(second);
  const tasks = (stream: Stream) => stream.last("change")?.list?.todos.map(({ task }) => task);
  expect([tasks(first), tasks(second)]).toEqual([["heard"], ["unheard"]]);
  expect(second.blocks.map(({ event }) => event).slice(1)).toEqual(["state", "reset", "change"]);
});

test("a page that connects while others are being updated does not get what was read before it connected", async () => {
  const first = await watching();
  const { isHeld, release } = holdReading();
  await add("read");
  await expect.poll(isHeld, patience).toBe(true);
  await unheard("update todos set task = 'read later'");
  const second = await watch(doug);
  release();
  await expect.poll(() => second.last("change"), patience).toBeTruthy();
  const tasks = (stream: Stream) => stream.all("change").map(({ list }) => list?.todos[0]?.task);
  expect(tasks(second)[0]).toBe("read later");
  expect(tasks(first)).toContain("read");
});

test("what was read before listening began again does not count", async () => {
  consoleErrors();
  const stream = await watching();
  const before = stream.all("state").length;
  const { isHeld, release } = holdReading();
  await add("read");
  await expect.poll(isHeld, patience).toBe(true);
  await unheard("update todos set task = 'read later'");
  await runSql(`select pg_terminate_backend(pid, 5000) from pg_stat_activity
    where application_name = 'todos-live' and datname = current_database()`);
  const states = () => stream.all("state").slice(before);
  await expect.poll(states, patience).toEqual([{ isLive: false }, { isLive: true }]);
  release();
  await upToDate(stream);
});

test("a change that was read early, for a new page, still reaches the others", async () => {
  await add("early");
  const first = await watching();
  await upToDate(first);
  await unheard("update todos set task = 'late'; insert into todo_changes (sign) values (0)");
  const search = "?before=2000-01-01T00:00:00.000000Z_1";
  await upToDate(await watch(doug, search), doug, search);
  await runSql("select pg_notify('todos_changed', 'todos')");
  await upToDate(first);
});

/** How many attempts a read makes before it fails. */
const tries = 3;

test("a failed read is repeated until it succeeds, and logged once", async () => {
  const stream = await watching();
  const errors = consoleErrors();
  let failures = 0;
  onEachRequest((statements, send) => {
    if (failures === 2 * tries || !statements.some((text) => text.includes("from todos_version")))
      return send();
    failures += 1;
    throw new TypeError("fetch failed");
  });
  await add("water the plants");
  await expect.poll(() => stream.last("change")?.list?.todos[0]?.task, patience).toBe("water the plants");
  expect([failures, errors.length]).toEqual([2 * tries, 1]);
  expect(errors[0]?.[0]).toMatch(/^Reading for open pages: The database: unreachable/);
});

test("a silent stream sends a comment and its state at least every 20 s, for proxies and for pages", async () => {
  const stream = await watching();
  await expect.poll(() => stream.last("state")?.isLive, patience).toBe(true);
  const comments = () => stream.blocks.filter((block) => "" in block);
  const afterComments = () => stream.blocks.filter((_, index) => "" in (stream.blocks[index - 1] ?? {}));
  for (const times of [1, 2]) {
    intervals.pass(20_000);
    await expect.poll(() => comments().length, patience).toBeGreaterThanOrEqual(times);
  }
  expect(afterComments()[0]).toMatchObject({ event: "state", data: '{"isLive":true}' });
});

test("a user has at most 20 streams, and may open another one when one closes", async () => {
  const user = await signedIn("many");
  const streams = await Promise.all(Array.from({ length: 20 }, () => watching(user)));
  expect((await askForEvents(user)).status).toBe(204);
  await watching(bob);
  streams[0]?.leave();
  await watching(user);
  expect((await askForEvents(user)).status).toBe(204);
});

test("only a client that does not read is dropped, and it holds no more memory than one that reads", async () => {
  await runSql(`insert into todos (owner_id, task)
    select '${bob.userId}', repeat('🐢', 500) from generate_series(1, 50)`);
  const users = await usersFor(100);
  const before = process.memoryUsage().arrayBuffers;
  const slow = await Promise.all(
    Array.from({ length: 100 }, (_, index) => askForEvents(users[index % 5] ?? bob)),
  );
  const reader = await watching();
  let most = 0;
  for (let change = 0; openPagesCount().watchers > 1 && change < 100; change += 1) {
    await runSql("update todos set is_complete = not is_complete where id = (select min(id) from todos)");
    await upToDate(reader);
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  expect(openPagesCount()).toMatchObject({ watchers: 1, people: 1 });
  await expect(new Response(slow[0]?.body).text()).rejects.toThrow("does not read");
  // Each of them was sent 2 MB.
  expect(most).toBeLessThan(50_000_000);
  await add("and on it goes");
  await upToDate(reader);
});

test("the stream of a deleted user ends as soon as users_sync announces it, after an event to reload", async () => {
  const user = await signedIn("gone");
  const [stream, bobs] = await Promise.all([watching(user), watching(bob)]);
  await runSql(`update neon_auth.users_sync set deleted_at = now() where id = '${user.userId}'`);
  await stream.ended;
  expect(stream.last("change")).toEqual({ version: "" });
  await add("and on it goes");
  await upToDate(bobs);
});

test("a stream that was opened before the profile arrived ends when the profile is gone", async () => {
  const userId = randomUUID();
  const user = new Browser();
  user.keep(
    await startSession({ accessToken: await standIn.signAccessToken({ sub: userId }), refreshToken: "none" }),
  );
  const stream = await watching(user);
  await runSql(`insert into neon_auth.users_sync (raw_json)
    values ('{"id": "${userId}", "server_metadata": {"role": "admin"}}')`);
  // The new right shows that the profile was seen.
  const reloads = () => stream.all("change").filter(({ version }) => version === "").length;
  await expect.poll(reloads, patience).toBe(1);
  await runSql(`delete from neon_auth.users_sync where id = '${userId}'`);
  await stream.ended;
});

test("permissions are checked every 60 s, even if no change is announced", async () => {
  const user = await signedIn("gone");
  const stream = await watching(user);
  await unheard(`delete from neon_auth.users_sync where id = '${user.userId}'`);
  intervals.pass(60_000);
  await stream.ended;
});

test("a check of permissions that failed is repeated", async () => {
  const user = await signedIn("gone");
  const stream = await watching(user);
  const errors = consoleErrors();
  let failures = 0;
  onEachRequest((statements, send) => {
    if (failures === tries || !statements.some((text) => text.includes("is_admin(u.raw_json)")))
      return send();
    failures += 1;
    throw new TypeError("fetch failed");
  });
  await unheard(`delete from neon_auth.users_sync where id = '${user.userId}'`);
  intervals.pass(60_000);
  await stream.ended;
  expect([failures, errors.length]).toEqual([tries, 1]);
});

test("a stream ends when the access token that opened it expires", async () => {
  const user = await signedIn("old");
  const exp = Math.floor(Date.now() / 1_000) + 60;
  const accessToken = await standIn.signAccessToken({ sub: user.userId, exp });
  user.keep(await startSession({ accessToken, refreshToken: "none" }));
  const stream = await watching(user);
  const clock = vi.spyOn(Date, "now").mockReturnValue(exp * 1_000);
  onTestFinished(() => clock.mockRestore());
  intervals.pass(60_000);
  await stream.ended;
  expect(stream.last("change")?.version).not.toBe("");
});

test("a clock that is set back delays no stream", async () => {
  const stream = await watching();
  const clock = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 60_000);
  onTestFinished(() => clock.mockRestore());
  await add("early");
  await upToDate(stream);
  clock.mockRestore();
  await add("late");
  await upToDate(stream);
});

test("a page whose user becomes an admin, or is no longer one, is told to reload", async () => {
  const user = await signedIn("chief");
  const streams = await Promise.all([watching(user), watching(bob)]);
  const reloads = () =>
    streams.map((stream) => stream.all("change").filter(({ version }) => version === "").length);
  for (const [times, role] of ["admin", "nobody"].entries()) {
    await runSql(`update neon_auth.users_sync
      set raw_json = raw_json || '{"server_metadata": {"role": "${role}"}}' where id = '${user.userId}'`);
    await expect.poll(reloads, patience).toEqual([times + 1, 0]);
  }
});

test("beyond 12 different pages, the others are told to reload, but not all at once", async () => {
  const users = await usersFor(24 + 150);
  const view = (index: number) => `?before=2000-01-01T00:00:00.000000Z_${index + 1}`;
  const open = (index: number, search: string) => watch(users[index % users.length] ?? bob, search);
  const [shared, alone] = await Promise.all([
    Promise.all(Array.from({ length: 24 }, (_, index) => open(index, view(index % 12)))),
    Promise.all(Array.from({ length: 150 }, (_, index) => open(index, view(100 + index)))),
  ]);
  const told = (streams: Stream[]) => streams.filter((stream) => stream.last("change")).length;
  const tick = () => {
    intervals.pass(1_000);
    return told([...shared, ...alone]);
  };
  await expect.poll(tick, patience).toBe(174);
  for (const stream of [...shared, ...alone]) stream.blocks.length = 0;

  await add("water the plants");
  const { version } = (await bob.todosPage()).data;
  await expect.poll(() => told(shared), patience).toBe(24);
  expect(shared.every((stream) => stream.last("change")?.list)).toBe(true);
  expect(told(alone)).toBe(0);
  // Pages that have left take no turn.
  for (const stream of alone.splice(0, 25)) stream.leave();
  for (const many of [100, 125]) {
    intervals.pass(1_000);
    await expect.poll(() => told(alone), patience).toBe(many);
  }
  expect(alone.map((stream) => stream.all("change"))).toEqual(alone.map(() => [{ version }]));
});

/** Bob's page, with 21 users before Bob in Team progress. */
async function watchingFromBelow(): Promise<Stream> {
  await add("the oldest");
  await add("the second");
  const others = await Promise.all(Array.from({ length: 21 }, () => signedIn(randomUUID())));
  for (const other of others) await add("newer", other);
  const stream = await watching(bob);
  const line = { userId: bob.userId, email: "bob@example.com", complete: 0, total: 2 };
  await expect.poll(() => stream.last("own"), patience).toMatchObject({ progress: line });
  return stream;
}

test("a user who is not among the first in Team progress gets their own line when it changes", async () => {
  const stream = await watchingFromBelow();
  const team = (await watching(doug)).last("change")?.list?.team;
  expect(team).toMatchObject({ members: 22, complete: 0, total: 23 });
  await runSql("delete from todos where task = 'the oldest'");
  await expect.poll(() => stream.last("own"), patience).toMatchObject({ progress: { total: 1 } });
  await runSql("update todos set task = 'renamed' where task = 'newer'");
  const { version } = (await bob.todosPage()).data;
  await expect.poll(() => stream.last("change")?.version, patience).toBe(version);
  await runSql("delete from todos where task = 'the second'");
  await expect.poll(() => stream.last("own"), patience).toEqual({ progress: null });
  expect(stream.all("own")).toHaveLength(3);
});

test("a user who is among the first in Team progress gets no line of their own", async () => {
  await watchingFromBelow();
  await add("the newest", doug);
  const stream = await watching(doug);
  await runSql(`update todos set is_complete = true where owner_id = '${doug.userId}'`);
  const team = () => stream.last("change")?.list?.team.shown.find(({ userId }) => userId === doug.userId);
  await expect.poll(team, patience).toMatchObject({ complete: 1, total: 1 });
  await runSql("update todos set task = 'renamed' where task = 'newer'");
  const { version } = (await doug.todosPage()).data;
  await expect.poll(() => stream.last("change")?.version, patience).toBe(version);
  expect(stream.all("own")).toEqual([]);
});

test("while Team progress shows all users, no user gets a line of their own", async () => {
  await add("the first");
  const stream = await watching(doug);
  await add("the second");
  await upToDate(stream, doug);
  expect(stream.all("own")).toEqual([]);
});

test("a user's own line is read again after a failed read", async () => {
  const stream = await watchingFromBelow();
  const errors = consoleErrors();
  let failures = 0;
  onEachRequest((statements, send) => {
    if (failures === tries || !statements.some((text) => text.includes("where c.owner_id = any")))
      return send();
    failures += 1;
    throw new TypeError("fetch failed");
  });
  await runSql("delete from todos where task = 'the oldest'");
  await expect.poll(() => stream.last("own"), patience).toMatchObject({ progress: { total: 1 } });
  expect([failures, errors.length]).toEqual([tries, 1]);
});

test("a change costs at most 20 statements for 200 pages with the same view, and runs no loader", async () => {
  const users = await usersFor(200);
  const streams = [await watching(users[0])];
  for (let index = 1; index < 200; index += 1) streams.push(await watch(users[index % users.length] ?? bob));
  const patience = { timeout: 60_000 };
  await expect.poll(() => streams.every((stream) => stream.last("change")), patience).toBe(true);
  expect(openPagesCount()).toEqual({ watchers: 200, groups: 1, people: 10 });
  for (const stream of streams) stream.blocks.length = 0;
  const asked: string[] = [];
  onEachRequest((statements, send) => {
    // A transaction also has a beginning and an end.
    asked.push(...statements, ...(statements.length > 1 ? ["begin", "commit"] : []));
    return send();
  });
  for (const change of [
    `insert into todos (owner_id, task) values ('${bob.userId}', 'for all')`,
    `update neon_auth.users_sync set raw_json = raw_json || '{"display_name": "Robert"}' where id = '${bob.userId}'`,
  ]) {
    for (const stream of streams) stream.blocks.length = 0;
    asked.length = 0;
    await runSql(change);
    await expect.poll(() => streams.every(({ blocks }) => blocks.length > 0), patience).toBe(true);
    expect(asked.length - 1).toBeLessThanOrEqual(20);
    expect(new Set(streams.map(({ blocks }) => JSON.stringify(blocks))).size).toBe(1);
    // It contains the list: no page has to request more.
    expect(streams[0]?.last("change")?.list?.todos).toHaveLength(1);
  }
});

test("a client that leaves before the answer does not watch", async () => {
  const gone = new AbortController();
  const answer = askForEvents(bob, "", gone.signal);
  gone.abort();
  await answer;
  expect(openPagesCount()).toEqual({ watchers: 0, groups: 0, people: 0 });
});

test("after 200 pages have come and gone, nothing is left of them", async () => {
  const users = await Promise.all(Array.from({ length: 20 }, () => signedIn(randomUUID())));
  for (let round = 0; round < 10; round += 1) {
    const search = round % 3 === 0 ? "?team=all" : "";
    const gone = new AbortController();
    const [cancelled] = await Promise.all([
      Promise.all(users.slice(0, 10).map((user) => askForEvents(user, search))),
      Promise.all(users.slice(10).map((user) => askForEvents(user, search, gone.signal))),
    ]);
    expect(openPagesCount()).toMatchObject({ watchers: 20, people: 20 });
    for (const answer of cancelled) await answer.body?.cancel();
    expect(openPagesCount().watchers).toBe(10);
    gone.abort();
    expect(openPagesCount()).toEqual({ watchers: 0, groups: 0, people: 0 });
  }
  const isGone = async () => [await listeners(), intervals.count()];
  await expect.poll(isGone).toEqual([0, 0]);
  const stream = await watching();
  expect(stream.all("state")[0]).toEqual({ isLive: false });
  await upToDate(stream);
});

test("when the process stops, its streams end, and so do late ones", async () => {
  const stream = await watching();
  const late = askForEvents(bob);
  closeOpenPages();
  await stream.ended;
  for (const answer of [await late, await askForEvents(bob)]) {
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringMatching(/^retry: \d+\n\n/)]);
  }
  expect([openPagesCount().watchers, intervals.count()]).toEqual([0, 0]);
  await expect.poll(listeners, patience).toBe(0);
});
