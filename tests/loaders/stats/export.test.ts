import { randomUUID } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { startSession } from "#app/auth/session/session.server.ts";
import { loader as signInLoader } from "#app/routes/auth/password/sign-in.tsx";
import { loader as csvLoader } from "#app/routes/export/csv.ts";
import { loader as jsonLoader } from "#app/routes/export/json.ts";
import { Browser, runSql, signedIn } from "#tests/loaders/browser.ts";
import { stackRequests, standIn } from "#tests/setup/stack.ts";
import { download, roundTrips, silenceLog, whileCutOff } from "./downloads.ts";

type Person = Browser & { userId: string };

let bob: Person;

beforeEach(async () => {
  await runSql("delete from todos");
  await runSql("delete from neon_auth.users_sync");
  bob = await signedIn("bob");
});

/** Adds todos, `todo 1` and so on, many of them with the same time. */
function addTodos({ userId }: Person, count: number): Promise<void> {
  return runSql(`insert into todos (owner_id, task, inserted_at)
    select '${userId}', 'todo ' || n, '2026-01-01Z'::timestamptz + n / 300 * interval '1 microsecond'
    from generate_series(1, ${count}) n`);
}

const files = [
  ["/export.json", jsonLoader, "application/json; charset=utf-8", "todos.json"],
  ["/export.csv", csvLoader, "text/csv; charset=utf-8", "todos.csv"],
] as const;

async function json(person = bob) {
  return JSON.parse((await download(await person.load(jsonLoader, "/export.json"))).text);
}

async function csv(person = bob): Promise<string> {
  return (await download(await person.load(csvLoader, "/export.csv"))).text;
}

test.each(files)("%s redirects a signed-out user to sign in, and back", async (path, load) => {
  expect(await new Browser().load(load, path)).toRedirectTo(`/sign-in?redirectTo=${path}`);
});

test.each(files)("%s redirects a restricted user to where they verify their address", async (path, load) => {
  const restricted = new Browser();
  const accessToken = await standIn.signAccessToken({
    sub: randomUUID(),
    email: "doug@example.com",
    is_restricted: true,
    restricted_reason: { type: "email_not_verified" },
  });
  restricted.keep(await startSession({ accessToken, refreshToken: "none" }));
  expect(await restricted.load(load, path)).toRedirectTo(
    `/verify-email?redirectTo=${encodeURIComponent(path)}`,
  );
});

test.each(files)("%s signs out a deleted user, and the sign-in page says so", async (path, load) => {
  await addTodos(bob, 1);
  await runSql(`update neon_auth.users_sync set deleted_at = now() where id = '${bob.userId}'`);
  expect(await bob.load(load, path)).toRedirectTo("/sign-in");
  expect(await (await bob.load(signInLoader, "/sign-in")).json()).toMatchObject({ wasDeleted: true });
});

test.each(
  files,
)("%s is a download that caches do not keep, with one query and no request to Stack", async (path, load, type, name) => {
  stackRequests.length = 0;
  const made = roundTrips();
  const answer = await bob.load(load, path);
  await answer.text();
  expect(answer.status).toBe(200);
  expect(answer.headers.get("Content-Type")).toBe(type);
  expect(answer.headers.get("Content-Disposition")).toBe(`attachment; filename=${name}`);
  expect(answer.headers.get("Cache-Control")).toBe("no-store");
  expect([made(), stackRequests]).toEqual([1, []]);
});

test("without todos the JSON is an empty array, and the CSV only a header", async () => {
  expect(await json()).toEqual([]);
  expect(await csv()).toBe("\uFEFFid,task,isComplete,insertedAt,completedAt,dueOn,assignee\r\n");
});

test("a user whose profile has not arrived yet gets an empty file", async () => {
  const early = Object.assign(new Browser(), { userId: randomUUID() });
  const accessToken = await standIn.signAccessToken({ sub: early.userId, email: "early@example.com" });
  early.keep(await startSession({ accessToken, refreshToken: "none" }));
  expect(await json(early)).toEqual([]);
});

test("a file has the user's own todos, oldest first, unchanged, and no one else's", async () => {
  const doug = await signedIn("doug");
  await runSql(`insert into todos (id, owner_id, task, is_complete, inserted_at, completed_at, due_on, assignee_id) values
    (9007199254740993, '${bob.userId}', 'Buy "milk", é', true, '2026-01-02 03:04:05.000006+02', '2026-01-03Z',
      '2026-01-04', '${doug.userId}'),
    (2, '${doug.userId}', 'Doug''s', false, '2026-01-02Z', null, null, null),
    (3, '${bob.userId}', E'two\nlines', false, '2026-01-01Z', null, null, null)`);
  expect(await json()).toEqual([
    {
      id: "3",
      task: "two\nlines",
      isComplete: false,
      insertedAt: "2026-01-01T00:00:00.000000Z",
      completedAt: null,
      dueOn: null,
      assignee: null,
    },
    {
      id: "9007199254740993",
      task: 'Buy "milk", é',
      isComplete: true,
      insertedAt: "2026-01-02T01:04:05.000006Z",
      completedAt: "2026-01-03T00:00:00.000000Z",
      dueOn: "2026-01-04",
      assignee: "doug@example.com",
    },
  ]);
  expect((await csv()).split("\r\n")).toEqual([
    "\uFEFFid,task,isComplete,insertedAt,completedAt,dueOn,assignee",
    '3,"two\nlines",false,2026-01-01T00:00:00.000000Z,,,',
    '9007199254740993,"Buy ""milk"", é",true,2026-01-02T01:04:05.000006Z,2026-01-03T00:00:00.000000Z,2026-01-04,doug@example.com',
    "",
  ]);
});

test("an admin's file has only their own todos", async () => {
  await addTodos(await signedIn("doug"), 2);
  await runSql(`update neon_auth.users_sync
    set raw_json = jsonb_set(raw_json, '{server_metadata}', '{"role": "admin"}') where id = '${bob.userId}'`);
  expect(await json()).toEqual([]);
});

test("tasks that look like formulas are text in the CSV, and unchanged in the JSON", async () => {
  await runSql(`insert into todos (owner_id, task) values
    ('${bob.userId}', '=HYPERLINK("x",1)'), ('${bob.userId}', 'x;=1+1')`);
  const text = await csv();
  expect(text).toContain(`,"'=HYPERLINK(""x"",1)",false,`);
  expect(text).toContain(",x;'=1+1,false,");
  expect((await json())[0].task).toBe('=HYPERLINK("x",1)');
});

test.each(files)("%s of 2,500 todos is read in batches, each once and on demand", async (path, load) => {
  await addTodos(bob, 2_500);
  const made = roundTrips();
  const reader = (await bob.load(load, path)).body?.getReader();
  const counts = [made()];
  let text = "";
  for (;;) {
    const part = await reader?.read();
    if (!part || part.done) break;
    text += new TextDecoder().decode(part.value);
    counts.push(made());
  }
  // The end of the array is a separate part.
  expect(counts).toEqual(path === "/export.json" ? [1, 1, 2, 3, 3] : [1, 1, 2, 3]);
  const numbers = [...text.matchAll(/todo (\d+)/g)].map(([, number]) => Number(number));
  expect(numbers).toEqual(Array.from({ length: 2_500 }, (_, index) => index + 1));
});

test("files whose last batch is full end correctly", async () => {
  await addTodos(bob, 2_000);
  expect(await json()).toHaveLength(2_000);
  expect((await csv()).trimEnd().split("\r\n")).toHaveLength(2_001);
});

test.each(files)("%s: nothing more is read once the client has left", async (path, load) => {
  await addTodos(bob, 2_500);
  const made = roundTrips();
  const reader = (await bob.load(load, path)).body?.getReader();
  await reader?.read();
  await reader?.cancel();
  expect([made(), (await reader?.read())?.done]).toEqual([1, true]);
});

test.each(files)("%s of a user who is deleted meanwhile is cut off", async (path, load) => {
  await addTodos(bob, 1_500);
  silenceLog();
  const answer = await bob.load(load, path);
  await runSql(`delete from neon_auth.users_sync where id = '${bob.userId}'`);
  const { text, error } = await download(answer);
  expect(error).toBeInstanceOf(Error);
  expect(text.match(/todo \d+/g)).toHaveLength(1_000);
});

test.each(
  files,
)("%s is cut off when the database fails, and cannot pass for a complete one", async (path, load) => {
  await addTodos(bob, 1_500);
  const log = silenceLog();
  const answer = await bob.load(load, path);
  const { text, error } = await whileCutOff(() => download(answer));
  expect(error).toBeInstanceOf(Error);
  if (path === "/export.csv") expect(text).toMatch(/\r\nThis file is incomplete[^,]*\r\n$/);
  else expect(() => JSON.parse(text)).toThrow(SyntaxError);
  expect(log.mock.calls).toEqual([[expect.stringContaining(`GET ${path}: `)]]);
});

test.each(files)("%s says when the database is unreachable, and when to try again", async (path, load) => {
  silenceLog();
  const answer = await whileCutOff(() => bob.load(load, path));
  expect([answer.status, answer.headers.get("Retry-After")]).toEqual([503, "5"]);
  expect(answer.headers.get("Content-Disposition")).toBeNull();
  expect(await answer.text()).toContain("cannot be reached right now");
});
