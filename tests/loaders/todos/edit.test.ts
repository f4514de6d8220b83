import { beforeEach, expect, test } from "vitest";
import { allTodos, Browser, runSql, signedIn } from "#tests/loaders/browser.ts";
import { admin, bob, doug } from "./team.ts";

let id = "";

beforeEach(async () => {
  await runSql("delete from todos");
  expect(await bob.change({ intent: "add", task: "water the plants" })).toRedirectTo("/");
  id = (await allTodos())[0]?.id ?? "";
});

const tasks = async () => (await allTodos()).map(({ task }) => task);

async function refusal(answer: Response) {
  return (await answer.json()) as {
    intent: string;
    id: string;
    errors: { task?: string; form?: string };
    typed: { task: string };
  };
}

test.each([
  ["its owner", bob],
  ["an admin", admin],
])("%s changes a todo's task, and nothing else about it", async (_, browser) => {
  const before = await allTodos();
  expect(await browser.change({ intent: "edit", id, task: " water the cacti\u2003" })).toRedirectTo("/");
  expect(await allTodos()).toEqual(before.map((todo) => ({ ...todo, task: "water the cacti" })));
});

test("another user may not edit it", async () => {
  const before = await allTodos();
  const answer = await doug.change({ intent: "edit", id, task: "forget the plants" });
  expect(answer.status).toBe(403);
  expect(await refusal(answer)).toMatchObject({
    intent: "edit",
    id,
    typed: { task: "forget the plants" },
    errors: { form: expect.stringContaining("owner") },
  });
  expect(await allTodos()).toEqual(before);
});

test("the same task is not a change, and open pages are told of none", async () => {
  const version = async () => (await bob.todosPage()).data.version;
  const before = await version();
  expect(await bob.change({ intent: "edit", id, task: "water the plants" })).toRedirectTo("/");
  expect(await version()).toBe(before);
});

test("a todo that was deleted meanwhile is 404, and the typed text is kept", async () => {
  await bob.change({ intent: "delete", id });
  const answer = await bob.change({ intent: "edit", id, task: "water the cacti" });
  expect(answer.status).toBe(404);
  expect(await refusal(answer)).toMatchObject({ typed: { task: "water the cacti" } });
});

test("a todo of a profile marked as deleted is 404, even for admins", async () => {
  const leaver = await signedIn("leaver");
  await leaver.change({ intent: "add", task: "say goodbye" });
  await runSql("alter table neon_auth.users_sync disable trigger user");
  await runSql(`update neon_auth.users_sync set deleted_at = now() where id = '${leaver.userId}'`);
  await runSql("alter table neon_auth.users_sync enable trigger user");
  const before = await allTodos();
  const left = before.at(-1)?.id ?? "";
  expect((await admin.change({ intent: "edit", id: left, task: "stay" })).status).toBe(404);
  expect(await leaver.change({ intent: "edit", id: left, task: "stay" })).toRedirectTo("/sign-in");
  expect(await allTodos()).toEqual(before);
});

test.each([
  ["blank", " \t\u00a0\u3000 ", "what needs to be done"],
  ["invisible", "\u200b\u200f", "what needs to be done"],
  ["501 characters long", "x".repeat(501), "500"],
  ["as long as a form may be", "x".repeat(60_000), "60000"],
  ["holding a NUL", "a\0b", "NUL"],
])("a task that is %s is refused beside the field, and the typed text is kept", async (_, task, words) => {
  const before = await allTodos();
  const answer = await bob.change({ intent: "edit", id, task });
  expect(answer.status).toBe(400);
  const refused = await refusal(answer);
  expect(refused).toMatchObject({ intent: "edit", id, typed: { task: task.replaceAll("\0", "") } });
  expect(refused.errors.task).toContain(words);
  expect(await allTodos()).toEqual(before);
});

test.each([
  ["500 emoji", "🦊".repeat(500)],
  ["right-to-left text", "لشراء الحليب"],
  ["text that looks like SQL", "'; drop table todos; --"],
])("%s is a task like any other", async (_, task) => {
  await bob.change({ intent: "edit", id, task });
  expect(await tasks()).toEqual([task]);
});

test.each([
  ["no id", (): [string, string][] => [["task", "x"]]],
  ["no task", (): [string, string][] => [["id", id]]],
  ["an invalid id", (): [string, string][] => [...pairs("01", "x")]],
  ["an id that is too large", (): [string, string][] => [...pairs("9223372036854775808", "x")]],
  ["two ids", (): [string, string][] => [...pairs(id, "x"), ["id", id]]],
  ["two tasks", (): [string, string][] => [...pairs(id, "x"), ["task", "y"]]],
])("an edit with %s is refused and changes nothing", async (_, fields) => {
  const before = await allTodos();
  expect((await bob.change([["intent", "edit"], ...fields()])).status).toBe(400);
  expect(await allTodos()).toEqual(before);
});

function pairs(todo: string, task: string): [string, string][] {
  return [
    ["id", todo],
    ["task", task],
  ];
}

test("a signed-out user is redirected to sign in, and changes nothing", async () => {
  expect(await new Browser().change({ intent: "edit", id, task: "x" })).toRedirectTo("/sign-in");
  expect(await tasks()).toEqual(["water the plants"]);
});

test("after an edit without JavaScript the list shows the same place, without the field", async () => {
  const place = "/?before=2026-11-21T10%3A00%3A00.000000Z_7";
  const answer = await bob.change({ intent: "edit", id, task: "x" }, `${place}&edit=${id}`);
  expect(answer).toRedirectTo(place);
});
