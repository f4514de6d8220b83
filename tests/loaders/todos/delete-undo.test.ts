import { randomUUID } from "node:crypto";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { sweep } from "#app/db/sweep.server.ts";
import { allTodos, Browser, runSql, signedIn } from "#tests/loaders/browser.ts";
import { admin, bob, doug, emptyList, everything, setRole, undoable } from "./team.ts";

beforeEach(async () => {
  await emptyList();
  await setRole("admin");
});

/** Bob's ticked todo between two others, with every column filled. */
async function bobsTodo(): Promise<string> {
  for (const task of ["before", "water the plants", "after"]) {
    await bob.change({ intent: "add", task, key: randomUUID() });
  }
  const id = (await allTodos())[1]?.id ?? "";
  await doug.change({ intent: "toggle", id, complete: "true" });
  return id;
}

const later = (minutes: number) =>
  runSql(`update undoable_todos set changed_at = changed_at - interval '${minutes} minutes'`);

const undoableAnswer = z.object({
  ok: z.literal(true),
  batch: z.uuid(),
  count: z.number(),
  sentence: z.string(),
});

async function deletedByScript(browser: Browser, id: string): Promise<string> {
  const answer = await browser.change({ intent: "delete", id, via: "script" });
  const { batch, ...rest } = undoableAnswer.parse(await answer.json());
  expect(rest).toEqual({ ok: true, count: 1, sentence: "The todo was deleted." });
  return batch;
}

test("a deleted todo comes back unchanged, to its old place", async () => {
  const id = await bobsTodo();
  const [before, list] = [await everything(), (await bob.todosPage()).data.todos];
  expect(await bob.change({ intent: "delete", id })).toRedirectTo("/");
  expect(await everything()).toHaveLength(2);
  expect(await bob.change({ intent: "restore", id })).toRedirectTo("/");
  expect(await everything()).toEqual(before);
  expect((await bob.todosPage()).data.todos).toEqual(list);
  expect(await undoable()).toEqual([]);
});

test("a script gets the batch, and undoes with it", async () => {
  const id = await bobsTodo();
  const before = await everything();
  const batch = await deletedByScript(bob, id);
  const answer = await bob.change({ intent: "restore", batch, via: "script" });
  expect([answer.status, await answer.json()]).toEqual([200, { ok: true }]);
  expect(await everything()).toEqual(before);
});

test("Team progress and the count of open todos are right again", async () => {
  const id = await bobsTodo();
  const shown = async () => {
    const { team, remaining } = (await bob.todosPage()).data;
    return { team, remaining };
  };
  const before = await shown();
  await bob.change({ intent: "delete", id });
  expect(await shown()).not.toEqual(before);
  await bob.change({ intent: "restore", id });
  expect(await shown()).toEqual(before);
});

test("a second undo finds nothing, even when both arrive at once", async () => {
  const id = await bobsTodo();
  const before = await everything();
  await bob.change({ intent: "delete", id });
  const both = await Promise.all([1, 2].map(() => bob.change({ intent: "restore", id })));
  expect(both.map(({ status }) => status).sort()).toEqual([303, 404]);
  expect(await everything()).toEqual(before);
  expect((await bob.change({ intent: "restore", id })).status).toBe(404);
  expect(await everything()).toEqual(before);
});

test("a todo can be deleted and brought back repeatedly", async () => {
  const id = await bobsTodo();
  const before = await everything();
  for (const _ of ["first", "second"]) {
    await bob.change({ intent: "delete", id });
    expect(await bob.change({ intent: "restore", id })).toRedirectTo("/");
  }
  expect(await everything()).toEqual(before);
});

test("only the user who deleted a todo brings it back: neither its owner nor an admin does", async () => {
  const id = await bobsTodo();
  const batch = await deletedByScript(admin, id);
  for (const browser of [bob, doug]) {
    expect((await browser.change({ intent: "restore", id })).status).toBe(404);
    expect((await browser.change({ intent: "restore", batch })).status).toBe(404);
  }
  expect(await allTodos()).toHaveLength(2);
  expect(await admin.change({ intent: "restore", batch })).toRedirectTo("/");
  expect(await allTodos()).toHaveLength(3);
});

test("a former admin cannot undo what they did as an admin", async () => {
  const id = await bobsTodo();
  await admin.change({ intent: "delete", id });
  await setRole("none");
  expect((await admin.change({ intent: "restore", id })).status).toBe(404);
  expect(await allTodos()).toHaveLength(2);
  await setRole("admin");
  expect(await admin.change({ intent: "restore", id })).toRedirectTo("/");
});

test("after ten minutes it is too late, and the sweep deletes the kept todos", async () => {
  const id = await bobsTodo();
  await bob.change({ intent: "delete", id });
  await later(9);
  await sweep();
  expect(await undoable()).toEqual([{ id }]);
  await later(1);
  expect((await bob.change({ intent: "restore", id })).status).toBe(404);
  expect(await undoable()).toEqual([{ id }]);
  await sweep();
  expect(await undoable()).toEqual([]);
});

test("a page requested a minute after the last sweep starts the next one", async () => {
  onTestFinished(() => void vi.useRealTimers());
  await bob.change({ intent: "delete", id: await bobsTodo() });
  await later(10);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 61_000 });
  await bob.todosPage();
  await vi.waitFor(async () => expect(await undoable()).toEqual([]));
});

test.each([
  [
    "marked as deleted",
    (id: string) => `update neon_auth.users_sync set deleted_at = now() where id = '${id}'`,
  ],
  ["gone", (id: string) => `delete from neon_auth.users_sync where id = '${id}'`],
])("if the owner's profile is %s nothing comes back, and nothing is kept", async (how, end) => {
  const leaver = await signedIn(how.replaceAll(" ", "-"));
  await leaver.change({ intent: "add", task: "say goodbye" });
  const id = (await allTodos())[0]?.id ?? "";
  await admin.change({ intent: "delete", id });
  await runSql(end(leaver.userId));
  expect(await undoable()).toEqual([]);
  expect((await admin.change({ intent: "restore", id })).status).toBe(404);
  expect(await leaver.change({ intent: "restore", id })).toRedirectTo("/sign-in");
  expect(await allTodos()).toEqual([]);
});

test.each([
  [
    "marked as deleted",
    (id: string) => `update neon_auth.users_sync set deleted_at = now() where id = '${id}'`,
  ],
  ["gone", (id: string) => `delete from neon_auth.users_sync where id = '${id}'`],
])("if no trigger noticed that a profile is %s, still nothing comes back, and the sweep deletes the kept todos", async (how, end) => {
  const leaver = await signedIn(`quietly-${how.replaceAll(" ", "-")}`);
  await leaver.change({ intent: "add", task: "say goodbye" });
  const id = (await allTodos())[0]?.id ?? "";
  await admin.change({ intent: "delete", id });
  await runSql("alter table neon_auth.users_sync disable trigger user");
  await runSql(end(leaver.userId));
  await runSql("alter table neon_auth.users_sync enable trigger user");
  expect((await admin.change({ intent: "restore", id })).status).toBe(404);
  expect(await undoable()).toEqual([{ id }]);
  await sweep();
  expect(await undoable()).toEqual([]);
  expect(await allTodos()).toEqual([]);
});

test("without the foreign key undoing works, too, but a ghost's deleted todo stays deleted", async () => {
  await runSql("alter table todos drop constraint todos_owner_id_fk");
  onTestFinished(async () => {
    await runSql("select move_orphaned_todos()");
    await runSql(`alter table todos add constraint todos_owner_id_fk
      foreign key (owner_id) references neon_auth.users_sync(id) on delete cascade`);
  });
  const id = await bobsTodo();
  const before = await everything();
  await bob.change({ intent: "delete", id });
  expect(await bob.change({ intent: "restore", id })).toRedirectTo("/");
  expect(await everything()).toEqual(before);

  await runSql(`insert into todos (owner_id, task) values ('nobody', 'haunt the house')`);
  const ghost = (await allTodos()).at(-1)?.id ?? "";
  expect(await admin.change({ intent: "delete", id: ghost })).toRedirectTo("/");
  expect((await admin.todosPage()).data.undo).toBeNull();
  expect((await admin.change({ intent: "restore", id: ghost })).status).toBe(404);
  expect(await undoable()).toEqual([]);

  const leaver = await signedIn("leaves-a-ghost");
  await leaver.change({ intent: "add", task: "say goodbye" });
  const last = (await allTodos()).at(-1)?.id ?? "";
  await admin.change({ intent: "delete", id: last });
  await runSql("alter table neon_auth.users_sync disable trigger user");
  await runSql(`delete from neon_auth.users_sync where id = '${leaver.userId}'`);
  await runSql("alter table neon_auth.users_sync enable trigger user");
  expect((await admin.change({ intent: "restore", id: last })).status).toBe(404);
  expect(await everything()).toEqual(before);
});

test("if the owner is deleted at the same moment nothing comes back", async () => {
  const leaver = await signedIn("leaves-meanwhile");
  await leaver.change({ intent: "add", task: "say goodbye" });
  const id = (await allTodos())[0]?.id ?? "";
  await admin.change({ intent: "delete", id });
  await runSql(`create function leave() returns trigger language plpgsql as $$
    begin delete from neon_auth.users_sync where id = new.owner_id; return new; end $$`);
  await runSql("create trigger leave before insert on todos for each row execute function leave()");
  onTestFinished(() => runSql("drop function leave() cascade"));
  expect((await admin.change({ intent: "restore", id })).status).toBe(404);
  expect(await allTodos()).toEqual([]);
});

test("a todo that was added again by its form does not come back a second time", async () => {
  const key = randomUUID();
  await bob.change({ intent: "add", task: "once", key });
  const id = (await allTodos())[0]?.id ?? "";
  await bob.change({ intent: "delete", id });
  await bob.change({ intent: "add", task: "once", key });
  const before = await everything();
  expect((await bob.change({ intent: "restore", id })).status).toBe(404);
  expect(await everything()).toEqual(before);
});

test("a refused deletion keeps nothing", async () => {
  const id = await bobsTodo();
  expect((await doug.change({ intent: "delete", id })).status).toBe(403);
  expect(await undoable()).toEqual([]);
  expect((await doug.change({ intent: "restore", id })).status).toBe(404);
});

test.each([
  ["nothing", {}],
  ["an invalid id", { id: "01" }],
  ["an id that is too large", { id: "9223372036854775808" }],
  ["an invalid batch", { batch: "1" }],
  ["both", { id: "1", batch: "6f1ff9d5-1b8a-4a2e-9f6f-6c7c2a8f5b10" }],
])("a form that names %s is refused", async (_, fields) => {
  expect((await bob.change({ intent: "restore", ...fields } as Record<string, string>)).status).toBe(400);
});

test("an unknown batch is 404", async () => {
  expect((await bob.change({ intent: "restore", batch: randomUUID() })).status).toBe(404);
});

test("after a form without JavaScript the actor's pages, and no others, offer Undo for a minute, until it is used", async () => {
  const id = await bobsTodo();
  const answer = await bob.change({ intent: "delete", id }, "/?before=2026-11-21T10:00:00.000000Z_7");
  expect(answer).toRedirectTo("/?before=2026-11-21T10:00:00.000000Z_7");
  expect(answer.headers.getSetCookie().join()).toMatch(/Max-Age=60;.*HttpOnly/);
  for (const _ of ["first", "reloaded"]) {
    expect((await bob.todosPage()).data.undo).toMatchObject({ count: 1, sentence: "The todo was deleted." });
  }
  const other = Object.assign(new Browser(), { cookie: `${doug.cookie}; ${bob.cookie.split("; ").at(-1)}` });
  expect((await other.todosPage()).data.undo).toBeNull();
  const { batch = "" } = (await bob.todosPage()).data.undo ?? {};
  expect(await bob.change({ intent: "restore", batch })).toRedirectTo("/");
  expect((await bob.todosPage()).data.undo).toBeNull();
});

test("a signed-out user is redirected to sign in, and nothing comes back", async () => {
  const id = await bobsTodo();
  await bob.change({ intent: "delete", id });
  expect(await new Browser().change({ intent: "restore", id })).toRedirectTo("/sign-in");
  expect(await allTodos()).toHaveLength(2);
});
