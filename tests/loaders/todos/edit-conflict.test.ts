import { beforeEach, expect, test } from "vitest";
import { allTodos } from "#tests/loaders/browser.ts";
import { atTheSameMoment } from "./locked-todos.ts";
import { admin, bob, doug, emptyList } from "./team.ts";

let id = "";
const was = "water the plants";

beforeEach(async () => {
  await emptyList();
  await bob.change({ intent: "add", task: was });
  id = (await allTodos())[0]?.id ?? "";
});

const task = async () => (await allTodos())[0]?.task;

test.each([
  ["its owner", bob, admin],
  ["an admin", admin, bob],
])("%s who saves a text that was changed meanwhile gets 409 with both texts, and may choose", async (_, late, early) => {
  expect(await early.change({ intent: "edit", id, was, task: "water the cacti" })).toRedirectTo("/");
  const before = await allTodos();
  const answer = await late.change({ intent: "edit", id, was, task: "water the roses" });
  expect(answer.status).toBe(409);
  expect(await answer.json()).toMatchObject({
    intent: "edit",
    id,
    was: { task: was },
    theirs: "water the cacti",
    typed: { task: "water the roses" },
    errors: { form: expect.stringContaining("changed while you were editing") },
  });
  expect(await allTodos()).toEqual(before);

  const again = { intent: "edit", id, was: "water the cacti", task: "water the roses" };
  expect(await late.change(again)).toRedirectTo("/");
  expect(await task()).toBe("water the roses");
});

test("of two saves at the same moment the first is made, and the second is shown its text", async () => {
  const [first, second] = await atTheSameMoment([
    () => bob.change({ intent: "edit", id, was, task: "water the cacti" }),
    () => admin.change({ intent: "edit", id, was, task: "water the roses" }),
  ]);
  expect(first).toRedirectTo("/");
  expect(second?.status).toBe(409);
  expect(await second?.json()).toMatchObject({ theirs: "water the cacti" });
  expect(await task()).toBe("water the cacti");
});

test("without the text that it began from, an edit replaces any text", async () => {
  await admin.change({ intent: "edit", id, was, task: "water the cacti" });
  expect(await bob.change({ intent: "edit", id, task: "water the roses" })).toRedirectTo("/");
  expect(await task()).toBe("water the roses");
});

test("a text that is already there is no conflict, whoever wrote it", async () => {
  await admin.change({ intent: "edit", id, was, task: "water the cacti" });
  const before = await allTodos();
  expect(await bob.change({ intent: "edit", id, was, task: " water the cacti " })).toRedirectTo("/");
  expect(await allTodos()).toEqual(before);
});

test("a tick meanwhile is no conflict, and stays", async () => {
  await doug.change({ intent: "toggle", id, complete: "true" });
  expect(await bob.change({ intent: "edit", id, was, task: "water the cacti" })).toRedirectTo("/");
  expect(await allTodos()).toMatchObject([{ task: "water the cacti", isComplete: true }]);
});

test("who may not edit a todo is told that, and not its text", async () => {
  await bob.change({ intent: "edit", id, was, task: "water the cacti" });
  const answer = await doug.change({ intent: "edit", id, was, task: "forget them" });
  expect(answer.status).toBe(403);
  expect(await answer.json()).not.toHaveProperty("theirs");
});

test.each([
  ["\n", "\r\n"],
  ["\r\n", "\n"],
  ["\r", "\r\n"],
])("a form that turns the line break %j into %j has the same text", async (stored, sent) => {
  await bob.change({ intent: "edit", id, task: `water${stored}the plants` });
  const answer = await bob.change({ intent: "edit", id, was: `water${sent}the plants`, task: "x" });
  expect(answer).toRedirectTo("/");
});

test.each([
  ["empty", ""],
  ["a NUL", "\0"],
  ["very long", "x".repeat(60_000)],
])("a beginning that is %s differs from every text", async (_, strange) => {
  const before = await allTodos();
  expect((await bob.change({ intent: "edit", id, was: strange, task: "x" })).status).toBe(409);
  expect(await allTodos()).toEqual(before);
});

test("two beginnings are refused", async () => {
  const fields: [string, string][] = [
    ["intent", "edit"],
    ["id", id],
    ["task", "x"],
    ["was", was],
    ["was", "x"],
  ];
  expect((await bob.change(fields)).status).toBe(400);
  expect(await task()).toBe(was);
});
