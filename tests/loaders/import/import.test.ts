import { beforeEach, expect, test } from "vitest";
import * as csvRoute from "#app/routes/export/csv.ts";
import * as jsonRoute from "#app/routes/export/json.ts";
import * as importRoute from "#app/routes/import/route.tsx";
import { Browser, runSql, signedIn } from "../browser.ts";
import { bob, doug, emptyList, everything } from "../todos/team.ts";

beforeEach(emptyList);

const importAs = (browser: Browser, content: string | Uint8Array) => {
  const body = new FormData();
  body.set("file", new Blob([content as BlobPart]), "todos.csv");
  const headers = { Cookie: browser.cookie, Origin: "http://localhost:3000" };
  const request = new Request("http://localhost:3000/import", { method: "POST", headers, body });
  return browser.send(importRoute.action, request);
};
const problemsOf = async (content: string | Uint8Array) => {
  const before = await everything();
  const answer = await importAs(bob, content);
  expect(await everything()).toEqual(before);
  return [answer.status, (await answer.json()).problems];
};
const exported = async (browser: Browser, loader = jsonRoute.loader) =>
  (await browser.load(loader, "/export")).text();
const withoutIds = (json: string) => JSON.parse(json).map(({ id: _, ...todo }: { id: string }) => todo);
const tasks = async () => (await bob.todosPage()).data.todos.map(({ task }) => task);

test("a list of tasks is added in its order, and adds nothing when it is imported again", async () => {
  const file = '\uFEFFtask\r\nBuy milk\r\n"Two\r\nlines, one todo"\r\n\r\nBuy milk\r\n';
  expect(await importAs(bob, file)).toRedirectTo("/account?done=import&added=3");
  expect(await tasks()).toEqual(["Buy milk", "Two\r\nlines, one todo", "Buy milk"]);
  expect(await importAs(bob, file)).toRedirectTo("/account?done=import&added=0");
  expect(await importAs(bob, `${file}Call Doug\r\n`)).toRedirectTo("/account?done=import&added=1");
  expect(await importAs(doug, file)).toRedirectTo("/account?done=import&added=3");
});

/** Texts that files have trouble with. */
const pieces = [
  "=1+1",
  "'",
  "''=",
  "-x",
  "@",
  ";=",
  "\t+",
  '"',
  ",",
  "\n",
  "\r\n",
  " ",
  "é",
  "👩‍👩‍👧",
  "＝",
  "\\",
  "null",
  "1",
];

function someTask(seed: number): string {
  let state = seed * 2654435761;
  const next = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  return `${Array.from({ length: 1 + next(6) }, () => pieces[next(pieces.length)]).join("")}`.trim() || "x";
}

test.each([
  ["JSON", jsonRoute.loader],
  ["CSV", csvRoute.loader],
])("what one user exports as %s, another imports exactly, whatever is in it", async (_, loader) => {
  const values = Array.from({ length: 300 }, (_, n) => {
    const task = someTask(n).replaceAll("'", "''");
    const at = `timestamptz '2026-01-02 03:04:05.000006Z' + ${n} * interval '1.000001 s'`;
    const done = n % 3 === 0;
    return `('${bob.userId}', '${task}', ${done}, ${at}, ${n % 6 === 0 ? at : "null"},
      ${n % 2 === 0 ? "'2028-02-29'" : "null"}, ${n % 5 === 0 ? `'${doug.userId}'` : "null"})`;
  });
  await runSql(`insert into todos
    (owner_id, task, is_complete, inserted_at, completed_at, due_on, assignee_id) values ${values.join()}`);
  const newcomer = await signedIn("newcomer");
  expect(await importAs(newcomer, await exported(bob, loader))).toRedirectTo(
    "/account?done=import&added=300",
  );
  expect(withoutIds(await exported(newcomer))).toEqual(withoutIds(await exported(bob)));
  expect(await importAs(bob, await exported(bob, loader))).toRedirectTo("/account?done=import&added=0");
});

test("each bad row is named by its line with what is wrong, and nothing is added", async () => {
  const file = [
    "task,dueOn,assignee,isComplete,insertedAt",
    "good,2026-12-31,doug@example.com,false,2026-01-01T00:00:00Z",
    ",,,,",
    `${"x".repeat(501)},,,,`,
    "a,2026-02-29,,,",
    "b,,,maybe,yesterday",
    "c,,,,9999-01-01T00:00:00Z",
  ].join("\n");
  expect(await problemsOf(file)).toEqual([
    400,
    [
      "Line 3: Enter what needs to be done.",
      "Line 4: A todo can have up to 500 characters. This one has 501.",
      "Line 5: dueOn: Enter a date such as 2026-12-31, or leave it empty.",
      "Line 6: isComplete: Enter true or false.",
      "Line 6: insertedAt: Enter a time such as 2026-12-31T08:30:00Z.",
      "Line 7: insertedAt: This is in the future.",
    ],
  ]);
});

test("an assignee who is no user here is named by the line", async () => {
  expect(await problemsOf("task,assignee\na,doug@example.com\nb,nobody@example.com\n")).toEqual([
    400,
    ["Line 3: nobody@example.com is the email of no user here."],
  ]);
});

test.each<[string, string | Uint8Array, number, string]>([
  ["nothing", "", 400, "Choose a file."],
  ["a header alone", "task\n", 400, "This file has no todos."],
  ["no column of tasks", "title\nx\n", 400, "Line 2: Enter what needs to be done."],
  ["an open quote", 'task\n"x\n', 400, "Line 2: this is not valid CSV."],
  ["too many cells", "task\nx,y\n", 400, "Line 2: this is not valid CSV."],
  ["broken JSON", '[{"task":', 400, "This is not valid JSON."],
  ["numbers", "[1]", 400, "Todo 1: This is not an object with a task."],
  ["bytes that are no text", new Uint8Array([0xff, 0xfe, 0x00]), 400, "This is not a text file in UTF-8."],
  ["NUL", '[{"task":"a\\u0000b"}]', 400, "Todo 1: A todo can't contain the character NUL."],
  [
    "1,001 todos",
    `task\n${"x\n".repeat(1_001)}`,
    400,
    "A file can have up to 1,000 todos. This one has 1001.",
  ],
  ["more than 1 MiB", `task\n${"x".repeat(1024 * 1024)}`, 413, "A file can have up to 1 MiB."],
])("a file with %s is refused in a sentence", async (_, content, status, problem) => {
  expect(await problemsOf(content)).toEqual([status, [problem]]);
});

test("a form that has no file is refused, and a visitor is sent to sign in", async () => {
  const answer = await bob.post(importRoute.action, "/import", { file: "task\nx" });
  expect([answer.status, (await answer.json()).problems]).toEqual([400, ["Choose a file."]]);
  expect(await importAs(new Browser(), "task\nx\n")).toRedirectTo("/sign-in");
});
