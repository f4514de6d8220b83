import { beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { sweep } from "#app/db/sweep.server.ts";
import { allTodos, type Browser, runSql } from "#tests/loaders/browser.ts";
import { atTheSameMoment } from "./locked-todos.ts";
import { admin, bob, doug, emptyList, everything, setRole, undoable } from "./team.ts";

let id = "";

beforeEach(async () => {
  await emptyList();
  await setRole("admin");
  await bob.change({ intent: "add", task: "water the plants", key: crypto.randomUUID() });
  id = (await allTodos())[0]?.id ?? "";
  await doug.change({ intent: "toggle", id, complete: "true" });
});

const task = async () => (await allTodos())[0]?.task;

async function editedByScript(browser: Browser, text: string): Promise<string> {
  const answer = await browser.change({ intent: "edit", id, task: text, via: "script" });
  const { batch, ...rest } = z.looseObject({ batch: z.uuid() }).parse(await answer.json());
  expect(rest).toEqual({ ok: true, count: 1, sentence: "The todo was edited." });
  return batch;
}

test.each([
  ["its owner", bob],
  ["an admin", admin],
])("%s undoes an edit by its batch, and every column is as it was", async (_, browser) => {
  const before = await everything();
  const batch = await editedByScript(browser, "water the cacti");
  expect(await everything()).not.toEqual(before);
  expect(await browser.change({ intent: "restore", batch })).toRedirectTo("/");
  expect(await everything()).toEqual(before);
  expect(await undoable()).toEqual([]);
  expect((await browser.change({ intent: "restore", batch })).status).toBe(404);
});

test("edits are undone by the todo's id, the latest first", async () => {
  await bob.change({ intent: "edit", id, task: "one" });
  await bob.change({ intent: "edit", id, task: "two" });
  for (const expected of ["one", "water the plants"]) {
    expect(await bob.change({ intent: "restore", id })).toRedirectTo("/");
    expect(await task()).toBe(expected);
  }
  expect((await bob.change({ intent: "restore", id })).status).toBe(404);
});

test("undoing keeps a text that somebody typed after the edit, and says so", async () => {
  const batch = await editedByScript(bob, "water the cacti");
  await admin.change({ intent: "edit", id, task: "water the roses" });
  const before = await everything();
  for (const named of [{ id }, { batch }]) {
    const answer = await bob.change({ intent: "restore", ...named });
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({
      errors: { form: "This todo was edited again since, and keeps the newer text." },
    });
    expect(await everything()).toEqual(before);
  }
  expect(await admin.change({ intent: "restore", id })).toRedirectTo("/");
  expect(await bob.change({ intent: "restore", batch })).toRedirectTo("/");
  expect(await task()).toBe("water the plants");
});

test("an undo behind a newer edit at the same moment keeps the newer text", async () => {
  const batch = await editedByScript(bob, "water the cacti");
  const [edited, undone] = await atTheSameMoment([
    () => admin.change({ intent: "edit", id, task: "water the roses" }),
    () => bob.change({ intent: "restore", batch }),
  ]);
  expect(edited).toRedirectTo("/");
  expect(undone?.status).toBe(409);
  expect(await task()).toBe("water the roses");
});

test("a second undo finds nothing, even when both arrive at once", async () => {
  const batch = await editedByScript(bob, "water the cacti");
  const undo = () => bob.change({ intent: "restore", batch });
  const both = await atTheSameMoment([undo, undo]);
  expect(both.map(({ status }) => status)).toEqual([303, 404]);
  expect(await task()).toBe("water the plants");
});

test("a tick after the edit stays when the edit is undone", async () => {
  const batch = await editedByScript(bob, "water the cacti");
  await doug.change({ intent: "toggle", id, complete: "false" });
  expect(await bob.change({ intent: "restore", batch })).toRedirectTo("/");
  expect(await allTodos()).toMatchObject([{ task: "water the plants", isComplete: false }]);
});

test("only the user who edited a todo undoes it, and only while they may still edit it", async () => {
  const batch = await editedByScript(admin, "water the cacti");
  for (const browser of [bob, doug])
    for (const named of [{ id }, { batch }])
      expect((await browser.change({ intent: "restore", ...named })).status).toBe(404);
  await setRole("none");
  expect((await admin.change({ intent: "restore", batch })).status).toBe(404);
  expect(await task()).toBe("water the cacti");
  await setRole("admin");
  expect(await admin.change({ intent: "restore", batch })).toRedirectTo("/");
});

test("after ten minutes it is too late, and the sweep deletes what was kept", async () => {
  const batch = await editedByScript(bob, "water the cacti");
  await runSql("update undoable_todos set changed_at = changed_at - interval '10 minutes'");
  expect((await bob.change({ intent: "restore", batch })).status).toBe(404);
  await sweep();
  expect(await undoable()).toEqual([]);
});

test("the edit of a deleted todo cannot be undone until the todo is back", async () => {
  const batch = await editedByScript(bob, "water the cacti");
  await admin.change({ intent: "delete", id });
  expect((await bob.change({ intent: "restore", batch })).status).toBe(404);
  await admin.change({ intent: "restore", id });
  expect(await bob.change({ intent: "restore", batch })).toRedirectTo("/");
  expect(await task()).toBe("water the plants");
});

test("an edit that was refused, or changed nothing, keeps nothing to undo", async () => {
  await doug.change({ intent: "edit", id, task: "forget them" });
  await bob.change({ intent: "edit", id, was: "another text", task: "water the cacti" });
  await bob.change({ intent: "edit", id, task: "water the plants" });
  expect(await undoable()).toEqual([]);
});

test("after a form without JavaScript the actor's pages offer Undo, until it is used", async () => {
  await bob.change({ intent: "edit", id, task: "water the cacti" });
  const { undo } = (await bob.todosPage()).data;
  expect(undo).toMatchObject({ count: 1, sentence: "The todo was edited." });
  expect(await bob.change({ intent: "restore", batch: undo?.batch ?? "" })).toRedirectTo("/");
  expect((await bob.todosPage()).data.undo).toBeNull();
});
