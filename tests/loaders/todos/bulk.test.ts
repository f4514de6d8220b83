import { beforeEach, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { allTodos, Browser, runSql, signedIn } from "#tests/loaders/browser.ts";
import { admin, bob, doug, emptyList, everything, setRole } from "./team.ts";

beforeEach(async () => {
  await emptyList();
  await setRole("admin");
});

/** Todos of Bob and Doug in turn, every third of them ticked an hour ago. */
async function todosOfBoth(count: number): Promise<string[]> {
  await runSql(`insert into todos (owner_id, task, is_complete, completed_at)
    select case when n % 2 = 0 then '${bob.userId}' else '${doug.userId}' end, 'todo ' || n,
      n % 3 = 0, case when n % 3 = 0 then now() - interval '1 hour' end
    from generate_series(1, ${count}) n order by n`);
  return (await allTodos()).map(({ id }) => id);
}

const fieldsOf = (ids: string[], complete = "true"): [string, string][] => [
  ["intent", "toggle-all"],
  ...ids.map((id): [string, string] => ["id", id]),
  ["complete", complete],
];

const undoableAnswer = z.object({
  ok: z.literal(true),
  batch: z.uuid(),
  count: z.number(),
  sentence: z.string(),
});

/** Makes a change as the script does. @returns the batch, and the number of todos changed */
async function batchOf(browser: Browser, fields: [string, string][]) {
  const answer = await browser.change([...fields, ["via", "script"]]);
  expect(answer.status).toBe(200);
  return undoableAnswer.parse(await answer.json());
}

const clear: [string, string][] = [["intent", "clear-completed"]];
const clearEveryones: [string, string][] = [...clear, ["scope", "everyone"]];
const completeTasks = async () =>
  (await allTodos()).filter(({ isComplete }) => isComplete).map(({ task }) => task);

test("any user ticks all todos on the page, even other users'", async () => {
  const ids = await todosOfBoth(50);
  expect(await doug.change(fieldsOf(ids))).toRedirectTo("/");
  expect((await allTodos()).every(({ isComplete }) => isComplete)).toBe(true);
  expect(await doug.change(fieldsOf(ids, "false"))).toRedirectTo("/");
  expect((await allTodos()).some(({ isComplete }) => isComplete)).toBe(false);
});

test("only the named todos are ticked, and one that was already ticked keeps its time", async () => {
  const ids = await todosOfBoth(6);
  const before = await everything();
  const { count } = await batchOf(bob, fieldsOf(ids.slice(0, 4)));
  expect(count).toBe(3);
  const after = await everything();
  expect([after[2], after[4], after[5]]).toEqual([before[2], before[4], before[5]]);
  expect((await allTodos()).map(({ isComplete }) => isComplete)).toEqual([
    true,
    true,
    true,
    true,
    false,
    true,
  ]);
});

test.each([
  "toggle",
  "toggle-all",
])("after a tick and an untick by %s a todo is as it was", async (intent) => {
  const [id = ""] = await todosOfBoth(1);
  const before = await everything();
  for (const complete of ["true", "false"]) await doug.change({ intent, id, complete });
  expect(await everything()).toEqual(before);
});

test.each([
  "true",
  "false",
])("undoing complete=%s restores exactly what it changed, with its times", async (complete) => {
  const ids = await todosOfBoth(9);
  const before = await everything();
  const { batch } = await batchOf(doug, fieldsOf(ids, complete));
  expect(await everything()).not.toEqual(before);
  expect((await bob.change({ intent: "restore", batch })).status).toBe(404);
  expect(await doug.change({ intent: "restore", batch })).toRedirectTo("/");
  expect(await everything()).toEqual(before);
  expect((await doug.change({ intent: "restore", batch })).status).toBe(404);
});

test("undoing keeps what other users have done since", async () => {
  const ids = await todosOfBoth(2);
  const [first = "", second = ""] = ids;
  const { batch } = await batchOf(doug, fieldsOf(ids));
  await doug.change({ intent: "edit", id: first, task: "renamed" });
  await bob.change({ intent: "delete", id: second });
  expect(await doug.change({ intent: "restore", batch })).toRedirectTo("/");
  expect(await allTodos()).toMatchObject([{ id: first, task: "renamed", isComplete: false }]);
});

test("undoing keeps a todo that was ticked again since, with its time", async () => {
  const ids = await todosOfBoth(3);
  const { batch } = await batchOf(bob, fieldsOf(ids, "false"));
  await doug.change({ intent: "toggle", id: ids[2] ?? "", complete: "true" });
  const before = await everything();
  expect(await bob.change({ intent: "restore", batch })).toRedirectTo("/");
  expect(await everything()).toEqual(before);
});

test("deleted todos are skipped; when all are deleted it is 404", async () => {
  const ids = await todosOfBoth(3);
  const [first = "", ...others] = ids;
  await admin.change({ intent: "delete", id: first });
  expect(await bob.change(fieldsOf(ids))).toRedirectTo("/");
  expect((await allTodos()).map(({ isComplete }) => isComplete)).toEqual([true, true]);
  expect((await bob.change(fieldsOf([first]))).status).toBe(404);
  expect(others).toHaveLength(2);
});

test("with nothing to tick the change succeeds, and there is nothing to undo", async () => {
  const ids = await todosOfBoth(3);
  await bob.change(fieldsOf(ids));
  const version = (await bob.todosPage()).data.version;
  const { batch, count } = await batchOf(bob, fieldsOf(ids));
  expect(count).toBe(0);
  expect((await bob.todosPage()).data.version).toBe(version);
  expect((await bob.change({ intent: "restore", batch })).status).toBe(404);
});

test("todos of a profile marked as deleted are neither ticked, nor unticked by undoing", async () => {
  const leaver = await signedIn("leaver");
  await leaver.change({ intent: "add", task: "say goodbye" });
  const ids = [...(await allTodos()).map(({ id }) => id), ...(await todosOfBoth(1))];
  const { batch } = await batchOf(bob, fieldsOf(ids));
  await runSql("alter table neon_auth.users_sync disable trigger user");
  await runSql(`update neon_auth.users_sync set deleted_at = now() where id = '${leaver.userId}'`);
  await runSql("alter table neon_auth.users_sync enable trigger user");
  expect(await bob.change({ intent: "restore", batch })).toRedirectTo("/");
  expect(await completeTasks()).toEqual(["say goodbye"]);
  expect(await bob.change(fieldsOf(ids, "false"))).toRedirectTo("/");
  expect(await completeTasks()).toEqual(["say goodbye"]);
});

test.each([
  ["no id", (): [string, string][] => fieldsOf([])],
  ["51 ids", (): [string, string][] => fieldsOf(Array(51).fill("1"))],
  ["an invalid id", (ids: string[]): [string, string][] => fieldsOf([...ids, "01"])],
  [
    "an id that is too large",
    (ids: string[]): [string, string][] => fieldsOf([...ids, "9223372036854775808"]),
  ],
  ["no state", (ids: string[]): [string, string][] => fieldsOf(ids).slice(0, -1)],
  ["two states", (ids: string[]): [string, string][] => [...fieldsOf(ids), ["complete", "true"]]],
  ["two intents", (ids: string[]): [string, string][] => [...fieldsOf(ids), ["intent", "toggle-all"]]],
  [
    "a second, different intent",
    (ids: string[]): [string, string][] => [["intent", "delete"], ...fieldsOf(ids)],
  ],
])("a form for several todos with %s is refused and changes nothing", async (_, fields) => {
  const ids = await todosOfBoth(3);
  const before = await everything();
  expect((await bob.change(fields(ids))).status).toBe(400);
  expect(await everything()).toEqual(before);
});

test("an unknown field is ignored", async () => {
  const ids = await todosOfBoth(1);
  expect(await bob.change([...fieldsOf(ids), ["colour", "blue"]])).toRedirectTo("/");
  expect(await completeTasks()).toEqual(["todo 1"]);
});

test("users clear their own completed todos, on all pages, and bring them back", async () => {
  await todosOfBoth(120);
  const before = await everything();
  const { batch, count } = await batchOf(bob, clear);
  expect(count).toBe(20);
  const left = await allTodos();
  expect(left).toHaveLength(100);
  expect(left.some(({ owner, isComplete }) => owner === "bob@example.com" && isComplete)).toBe(false);
  expect((await doug.change({ intent: "restore", batch })).status).toBe(404);
  expect(await bob.change({ intent: "restore", batch })).toRedirectTo("/");
  expect(await everything()).toEqual(before);
  expect((await bob.change({ intent: "restore", batch })).status).toBe(404);
});

test("an admin clears all users' todos, and without the scope only their own", async () => {
  await todosOfBoth(9);
  const before = await everything();
  expect((await batchOf(admin, clear)).count).toBe(0);
  expect(await everything()).toEqual(before);
  const { batch, count } = await batchOf(admin, clearEveryones);
  expect([count, await completeTasks()]).toEqual([3, []]);
  await setRole("none");
  expect((await admin.change({ intent: "restore", batch })).status).toBe(404);
  await setRole("admin");
  expect(await admin.change({ intent: "restore", batch })).toRedirectTo("/");
  expect(await everything()).toEqual(before);
});

test("todos whose owner was deleted since stay deleted, and the rest come back", async () => {
  const leaver = await signedIn("another leaver");
  await todosOfBoth(9);
  await runSql(`update todos set owner_id = '${leaver.userId}' where task = 'todo 3'`);
  const { batch } = await batchOf(admin, clearEveryones);
  await runSql(`update neon_auth.users_sync set deleted_at = now() where id = '${leaver.userId}'`);
  expect(await admin.change({ intent: "restore", batch })).toRedirectTo("/");
  expect(await completeTasks()).toEqual(["todo 6", "todo 9"]);
});

test("other users may not clear all users' todos", async () => {
  await todosOfBoth(9);
  const before = await everything();
  const answer = await bob.change(clearEveryones);
  expect(answer.status).toBe(403);
  expect(await answer.json()).toMatchObject({ errors: { form: expect.stringContaining("admins") } });
  expect(await everything()).toEqual(before);
});

test.each([
  ["an unknown scope", [...clear, ["scope", "mine"]]],
  ["two scopes", [...clearEveryones, ["scope", "everyone"]]],
  ["an id given twice", [...clear, ["id", "1"], ["id", "2"]]],
] as [string, [string, string][]][])("clearing with %s is refused", async (_, fields) => {
  await todosOfBoth(9);
  const before = await everything();
  expect((await admin.change(fields)).status).toBe(400);
  expect(await everything()).toEqual(before);
});

test("the newest 1,000 are cleared at once, and the rest the next time", async () => {
  await runSql(`insert into todos (owner_id, task, is_complete, completed_at, inserted_at)
    select '${bob.userId}', n::text, true, now(), now() - n * interval '1 second' from generate_series(1, 1100) n`);
  const before = await everything();
  const { batch, count } = await batchOf(bob, clear);
  expect(count).toBe(1000);
  expect(new Set(await completeTasks())).toEqual(
    new Set(Array.from({ length: 100 }, (_, n) => `${n + 1001}`)),
  );
  expect((await batchOf(bob, clear)).count).toBe(100);
  expect(await bob.change({ intent: "restore", batch })).toRedirectTo("/");
  expect(await everything()).toHaveLength(1000);
  expect(before).toEqual(expect.arrayContaining(await everything()));
});

const addKey = `alter table todos add constraint todos_owner_id_fk
  foreign key (owner_id) references neon_auth.users_sync(id) on delete cascade`;

/** Allows todos whose owner has no profile, until the end of the test. */
async function allowGhosts(): Promise<void> {
  const dropKey = "alter table todos drop constraint if exists todos_owner_id_fk";
  await runSql(dropKey);
  onTestFinished(async () => {
    for (const each of ["select move_orphaned_todos()", dropKey, addKey]) await runSql(each);
  });
}

test("a ghost's todo is ticked with the rest, but not cleared", async () => {
  await allowGhosts();
  await runSql(`insert into todos (owner_id, task) values ('nobody', 'haunt the house')`);
  const [ghost] = await allTodos();
  const { batch } = await batchOf(bob, fieldsOf([ghost?.id ?? ""]));
  await admin.change(clearEveryones);
  expect(await completeTasks()).toEqual(["haunt the house"]);
  expect(await bob.change({ intent: "restore", batch })).toRedirectTo("/");
  expect(await completeTasks()).toEqual([]);
});

test("the page says how many todos there are to clear", async () => {
  await todosOfBoth(9);
  const { team, ownCompleted } = (await bob.todosPage()).data;
  expect([team.complete, ownCompleted]).toEqual([3, 1]);
});

test.each([
  ["without the foreign key", "select"],
  ["with one that is not valid", `${addKey} not valid`],
])("the page counts exactly the todos that are cleared, even with ghosts and deleted profiles, %s", async (_, alterTable) => {
  const leaver = await signedIn("leaver");
  await allowGhosts();
  await todosOfBoth(9);
  await runSql(`insert into todos (owner_id, task, is_complete, completed_at)
    values ('nobody', 'haunt the house', true, now())`);
  await runSql(alterTable);
  // As if the trigger had left it behind.
  await runSql(`update neon_auth.users_sync set deleted_at = now() where id = '${leaver.userId}'`);
  await runSql(`insert into todos (owner_id, task, is_complete, completed_at)
    values ('${leaver.userId}', 'say goodbye', true, now())`);
  const { team, ownCompleted } = (await bob.todosPage()).data;
  expect((await batchOf(bob, clear)).count).toBe(ownCompleted);
  expect((await batchOf(admin, clearEveryones)).count).toBe(team.complete - ownCompleted);
  const left = (await bob.todosPage()).data;
  expect([left.team.complete, left.ownCompleted]).toEqual([0, 0]);
});

test("a signed-out user is redirected to sign in, and changes nothing", async () => {
  const ids = await todosOfBoth(3);
  const before = await everything();
  for (const fields of [fieldsOf(ids), clear, clearEveryones]) {
    expect(await new Browser().change(fields)).toRedirectTo("/sign-in");
  }
  expect(await everything()).toEqual(before);
});

test("a user whose profile is gone is signed out, and changes nothing", async () => {
  const leaver = await signedIn("gone");
  const ids = await todosOfBoth(3);
  const before = await everything();
  await runSql(`delete from neon_auth.users_sync where id = '${leaver.userId}'`);
  const { cookie } = leaver;
  for (const fields of [fieldsOf(ids), clear]) {
    leaver.cookie = cookie;
    expect(await leaver.change(fields)).toRedirectTo("/sign-in");
  }
  expect(await everything()).toEqual(before);
});

test("after a form without JavaScript the next page offers Undo", async () => {
  const ids = await todosOfBoth(3);
  await bob.change(fieldsOf(ids));
  expect((await bob.todosPage()).data.undo).toMatchObject({ count: 2, sentence: "2 todos were changed." });
  await bob.change(clear);
  expect((await bob.todosPage()).data.undo).toMatchObject({ count: 1, sentence: "1 todo was cleared." });
});
