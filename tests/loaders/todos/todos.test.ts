import { neonConfig } from "@neondatabase/serverless";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { allTodos, Browser, runSql, signedIn } from "#tests/loaders/browser.ts";
import { stackRequests } from "#tests/setup/stack.ts";

const people = new Map<string, Promise<Browser & { userId: string }>>();

/** The same user for the same name, in every test. */
function person(name: string) {
  const known = people.get(name) ?? signedIn(name);
  people.set(name, known);
  return known;
}

beforeEach(() => runSql("delete from todos"));

async function addedBy(name: string, task: string): Promise<string> {
  const answer = await (await person(name)).change({ intent: "add", task });
  expect(answer).toRedirectTo("/");
  const id = (await allTodos()).at(-1)?.id;
  if (!id) throw new Error("nothing was added");
  return id;
}

async function refusal(answer: Response) {
  return (await answer.json()) as {
    ok: boolean;
    errors: { task?: string; form?: string };
    typed: { task: string };
  };
}

test("a signed-out user sees what the app is, and no todos", async () => {
  await addedBy("bob", "water the plants");
  const { status, data } = await new Browser().todosPage();
  expect(status).toBe(200);
  expect(data).toEqual({ view: "landing", wasDeleted: false, signUp: true });
});

test("every user sees all users' todos, oldest first, with the owner's email from users_sync", async () => {
  await addedBy("bob", "water the plants");
  await addedBy("doug", "feed the cat");
  const { data } = await (await person("doug")).todosPage();
  expect(data.todos.map(({ task, ownerEmail }) => [task, ownerEmail])).toEqual([
    ["water the plants", "bob@example.com"],
    ["feed the cat", "doug@example.com"],
  ]);
  expect(data.viewer).toMatchObject({ email: "doug@example.com", isAdmin: false });
});

test("a signed-in page view is one round trip to the database, and none to Stack", async () => {
  const bob = await person("bob");
  stackRequests.length = 0;
  const roundTrips = vi.spyOn(neonConfig, "fetchFunction", "get");
  const { data } = await bob.todosPage();
  expect([data.view, roundTrips.mock.calls.length, stackRequests]).toEqual(["list", 1, []]);
  roundTrips.mockRestore();
});

test("any user ticks any todo, and ticking twice changes nothing", async () => {
  const id = await addedBy("bob", "water the plants");
  const doug = await person("doug");
  for (const _ of ["first", "second"]) {
    expect(await doug.change({ intent: "toggle", id, complete: "true" })).toRedirectTo("/");
    expect(await allTodos()).toMatchObject([{ id, isComplete: true }]);
  }
  await doug.change({ intent: "toggle", id, complete: "false" });
  expect(await allTodos()).toMatchObject([{ id, isComplete: false }]);
});

test("Team progress counts each owner's completed todos, and lists only users with todos", async () => {
  await person("eve");
  const first = await addedBy("bob", "one");
  await addedBy("bob", "two");
  await addedBy("doug", "three");
  const doug = await person("doug");
  await doug.change({ intent: "toggle", id: first, complete: "true" });
  const { data } = await doug.todosPage();
  expect(data.team.shown.map(({ email, name, complete, total }) => [email, name, complete, total])).toEqual([
    ["bob@example.com", "bob", 1, 2],
    ["doug@example.com", "doug", 0, 1],
  ]);
  expect(data.team).toMatchObject({ members: 2, complete: 1, total: 3 });
  expect(data.remaining).toBe(2);
});

test("Team progress shows the twenty most recently active users and the viewer, and the rest page by page", async () => {
  const bob = await person("bob");
  await runSql(`insert into neon_auth.users_sync (raw_json)
    select jsonb_build_object('id', 'member ' || n, 'primary_email', n || '@example.com', 'signed_up_at_millis', 0)
    from generate_series(1, 44) n`);
  await runSql(`insert into todos (owner_id, task, inserted_at, is_complete, completed_at)
    select 'member ' || n, 'x', timestamptz '2026-01-01' - n * interval '1 day', n = 44, case when n = 44 then now() end
    from generate_series(1, 44) n`);
  await runSql(`insert into todos (owner_id, task, inserted_at) values ('${bob.userId}', 'x', '2020-01-01')`);

  const brief = (await bob.todosPage()).data.team;
  const numbers = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, n) => `${from + n}@example.com`);
  expect(brief.shown.map(({ email }) => email)).toEqual([
    "44@example.com",
    ...numbers(1, 19),
    "bob@example.com",
  ]);
  expect(brief).toMatchObject({ members: 45, complete: 1, total: 45 });

  const pages = await Promise.all(
    ["", "&from=21", "&from=41", "&from=61", "&from=nonsense"].map(async (from) => {
      const { data } = await bob.todosPage(`/?team=all${from}`);
      return data.team.shown.map(({ email }) => email);
    }),
  );
  expect(pages).toEqual([
    ["44@example.com", ...numbers(1, 19)],
    numbers(20, 39),
    [...numbers(40, 43), "bob@example.com"],
    [],
    ["44@example.com", ...numbers(1, 19)],
  ]);
});

test("the owner of a todo deletes it", async () => {
  const id = await addedBy("bob", "water the plants");
  expect(await (await person("bob")).change({ intent: "delete", id })).toRedirectTo("/");
  expect(await allTodos()).toEqual([]);
});

test("a user cannot delete another user's todo", async () => {
  const id = await addedBy("bob", "water the plants");
  const answer = await (await person("doug")).change({ intent: "delete", id });
  expect(answer.status).toBe(403);
  expect((await refusal(answer)).errors.form).toContain("owner");
  expect(await allTodos()).toHaveLength(1);
});

test("an admin deletes any user's todo, and only server_metadata makes an admin", async () => {
  const id = await addedBy("bob", "water the plants");
  const browser = await signedIn("admin");
  const grant = (column: string) =>
    runSql(`update neon_auth.users_sync
      set raw_json = jsonb_set(raw_json, '{${column}}', '{"role": "admin"}') where id = '${browser.userId}'`);
  await grant("client_metadata");
  expect((await browser.change({ intent: "delete", id })).status).toBe(403);
  await grant("server_metadata");
  expect(await browser.change({ intent: "delete", id })).toRedirectTo("/");
  expect(await allTodos()).toEqual([]);
});

test("a change from a page of the user who was signed in at this browser before does nothing", async () => {
  const id = await addedBy("bob", "water the plants");
  const doug = await person("doug");
  const { userId: by } = await person("bob");
  for (const change of [
    { intent: "add", task: "feed the cat" },
    { intent: "toggle", id, complete: "true" },
  ]) {
    expect(await doug.change({ ...change, by })).toRedirectTo("/");
  }
  expect(await allTodos()).toMatchObject([{ task: "water the plants", isComplete: false }]);
  expect(await doug.change({ intent: "toggle", id, complete: "true", by: doug.userId })).toRedirectTo("/");
  expect(await allTodos()).toMatchObject([{ isComplete: true }]);
});

test("the same key adds a todo once", async () => {
  const bob = await person("bob");
  const { data } = await bob.todosPage();
  for (const _ of ["first", "again"]) {
    expect(await bob.change({ intent: "add", task: "water the plants", key: data.addKey })).toRedirectTo("/");
  }
  expect(await allTodos()).toHaveLength(1);
});

test("a form sent by the script is answered with JSON", async () => {
  const answer = await (await person("bob")).change({
    intent: "add",
    task: "water the plants",
    via: "script",
  });
  expect([answer.status, await answer.json()]).toEqual([200, { ok: true }]);
});

test("after a change the browser returns to the same place in the list", async () => {
  const place = "/?before=2026-11-21T10:00:00.000000Z_7";
  const id = await addedBy("bob", "water the plants");
  const answer = await (await person("bob")).change({ intent: "toggle", id, complete: "true" }, place);
  expect(answer).toRedirectTo(place);
});

test("the list shows the newest fifty, and links back page by page without losing or repeating one", async () => {
  const bob = await person("bob");
  await runSql(`insert into todos (owner_id, task, inserted_at)
    select '${bob.userId}', 'todo ' || n, timestamptz '2026-01-01' + (n / 3) * interval '1 microsecond'
    from generate_series(1, 120) n`);
  const pages: string[][] = [];
  for (let path: string | null = "/"; path; ) {
    const { data } = await bob.todosPage(path);
    pages.unshift(data.todos.map(({ task }) => task));
    path = data.earlier && `/?before=${encodeURIComponent(data.earlier)}`;
  }
  expect(pages.map((page) => page.length)).toEqual([20, 50, 50]);
  expect(pages.flat()).toEqual(Array.from({ length: 120 }, (_, n) => `todo ${n + 1}`));
});

test.each([
  "",
  "nonsense",
  "2026-01-01T00:00:00.000000Z_0",
  "2026-99-01T00:00:00.000000Z_1",
  "_",
  "1_2_3",
])("an invalid place in the list (%j) shows the newest page", async (before) => {
  await addedBy("bob", "water the plants");
  const { status, data } = await (await person("bob")).todosPage(`/?before=${encodeURIComponent(before)}`);
  expect([status, data.todos.length]).toEqual([200, 1]);
});

test("a todo whose owner has no profile is a ghost: shown without an owner, and not in Team progress", async () => {
  await runSql("alter table todos drop constraint todos_owner_id_fk");
  onTestFinished(async () => {
    await runSql("select move_orphaned_todos()");
    await runSql(`alter table todos add constraint todos_owner_id_fk
      foreign key (owner_id) references neon_auth.users_sync(id) on delete cascade`);
  });
  await runSql(`insert into todos (owner_id, task) values ('nobody', 'haunt the house')`);
  const { data } = await (await person("bob")).todosPage();
  expect(data.todos).toMatchObject([{ task: "haunt the house", isGhost: true, ownerEmail: null }]);
  expect(data.team.shown).toEqual([]);
  expect(data.remaining).toBe(1);
});

test("the todos of a profile marked as deleted are neither shown nor counted, and cannot be ticked", async () => {
  const { userId } = await signedIn("leaver");
  await runSql(`update neon_auth.users_sync set deleted_at = now() where id = '${userId}'`);
  // As if the trigger had left it behind.
  await runSql(`insert into todos (owner_id, task) values ('${userId}', 'say goodbye')`);
  const [todo] = await allTodos();
  const bob = await person("bob");
  const { data } = await bob.todosPage();
  expect([data.todos, data.team.shown, data.remaining]).toEqual([[], [], 0]);
  expect((await bob.change({ intent: "toggle", id: todo?.id ?? "", complete: "true" })).status).toBe(404);
});

test.each([
  [
    "marked as deleted",
    (id: string) => `update neon_auth.users_sync set deleted_at = now() where id = '${id}'`,
  ],
  ["gone", (id: string) => `delete from neon_auth.users_sync where id = '${id}'`],
])("a user whose profile is %s is signed out at the next request, and changes nothing", async (how, statement) => {
  const browser = await signedIn(how.replaceAll(" ", "-"));
  await runSql(statement(browser.userId));
  const cookie = browser.cookie;
  expect(await browser.change({ intent: "add", task: "from beyond" })).toRedirectTo("/sign-in");
  expect(await allTodos()).toEqual([]);
  browser.cookie = cookie;
  expect((await browser.todosPage()).data.view).toBe("landing");
  expect(browser.cookie).not.toBe(cookie);
  expect((await browser.todosPage()).data.view).toBe("landing");
});

test.each([
  ["blank", " \t\u00a0\u2003\u3000\u0085 ", "what needs to be done"],
  ["invisible", "\u200b\u00ad \u2060\u3164\ufeff\u{e0020}\u2800", "what needs to be done"],
  ["empty", "", "what needs to be done"],
  ["501 characters long", "x".repeat(501), "500"],
  ["holding a NUL", "a\0b", "NUL"],
])("a task that is %s is refused beside the field, and the typed text is kept", async (_, task, words) => {
  const answer = await (await person("bob")).change({ intent: "add", task });
  expect(answer.status).toBe(400);
  const { errors, typed } = await refusal(answer);
  expect(errors.task).toContain(words);
  expect(typed.task).toBe(task.replaceAll("\0", ""));
  expect(await allTodos()).toEqual([]);
});

test.each([
  ["500 emoji", "🦊".repeat(500), "🦊".repeat(500)],
  ["right-to-left", "لشراء الحليب", "لشراء الحليب"],
  ["a script element", "<script>alert(1)</script>", "<script>alert(1)</script>"],
  ["white space around it", "\u2003 tidy up \u0085", "tidy up"],
  ["quotes and SQL", `'; drop table todos; --`, `'; drop table todos; --`],
])("a task with %s is stored unchanged", async (_, task, kept) => {
  await (await person("bob")).change({ intent: "add", task });
  expect(await allTodos()).toMatchObject([{ task: kept }]);
});

const badIds = [
  "abc",
  "1.5",
  "-1",
  "0",
  "01",
  "0x2",
  "1e30",
  `1${"0".repeat(30)}`,
  "9223372036854775808",
  "",
  " 1",
  "١",
];
test.each(badIds)("the id %j is refused and changes nothing", async (id) => {
  await addedBy("bob", "water the plants");
  const before = await allTodos();
  const bob = await person("bob");
  expect((await bob.change({ intent: "delete", id })).status).toBe(400);
  expect((await bob.change({ intent: "toggle", id, complete: "true" })).status).toBe(400);
  expect(await allTodos()).toEqual(before);
});

test.each([
  ["no intent", {}],
  ["an unknown intent", { intent: "explode" }],
  ["an intent of a later version", { intent: "archive" }],
  ["no task", { intent: "add" }],
  ["a damaged key", { intent: "add", task: "x", key: "1" }],
  ["no id", { intent: "delete" }],
  ["no state", { intent: "toggle", id: "1" }],
  ["an invalid state", { intent: "toggle", id: "1", complete: "yes" }],
])("a form with %s is refused", async (_, fields) => {
  const answer = await (await person("bob")).change(fields as Record<string, string>);
  expect(answer.status).toBe(400);
  expect(await allTodos()).toEqual([]);
});

test("a field given twice is refused", async () => {
  const answer = await (await person("bob")).change([
    ["intent", "add"],
    ["task", "one"],
    ["task", "two"],
  ]);
  expect(answer.status).toBe(400);
  expect(await allTodos()).toEqual([]);
});

test.each([
  "application/json",
  "text/plain",
  "multipart/form-data; boundary=x",
])("a body of the type %s is refused", async (type) => {
  const { action } = await import("#app/routes/todos/route.tsx");
  const bob = await person("bob");
  const headers = { Cookie: bob.cookie, "Content-Type": type };
  const request = new Request("http://localhost:3000/", {
    method: "POST",
    headers,
    body: "intent=add&task=x",
  });
  expect((await bob.send(action, request)).status).toBe(400);
  expect(await allTodos()).toEqual([]);
});

test("a form's type may be in capitals, and have a charset", async () => {
  const { action } = await import("#app/routes/todos/route.tsx");
  const bob = await person("bob");
  const headers = {
    Cookie: bob.cookie,
    "Content-Type": "Application/X-WWW-Form-URLEncoded ; charset=UTF-8",
  };
  const init = { method: "POST", headers, body: "intent=add&task=x" };
  expect(await bob.send(action, new Request("http://localhost:3000/", init))).toRedirectTo("/");
});

test("a todo that was deleted meanwhile is 404 for every change", async () => {
  const id = await addedBy("bob", "water the plants");
  const bob = await person("bob");
  await bob.change({ intent: "delete", id });
  expect((await bob.change({ intent: "delete", id })).status).toBe(404);
  expect((await bob.change({ intent: "toggle", id, complete: "true" })).status).toBe(404);
});

test("a signed-out user is redirected to sign in, and changes nothing", async () => {
  const id = await addedBy("bob", "water the plants");
  const signedOut = new Browser();
  for (const fields of [
    { intent: "add", task: "x" },
    { intent: "toggle", id, complete: "true" },
    { intent: "delete", id },
    { intent: "nonsense" },
  ]) {
    expect(await signedOut.change(fields as Record<string, string>)).toRedirectTo("/sign-in");
  }
  expect(await allTodos()).toMatchObject([{ id, isComplete: false }]);
});

test("a button's one field changes what the form's fields would, and is refused beside an intent or when it is malformed", async () => {
  const id = await addedBy("bob", "water the plants");
  const bob = await person("bob");
  const completeAfter = async (fields: [string, string][]) => {
    const { status } = await bob.change(fields);
    return [status, (await bob.todosPage()).data.todos.find((todo) => todo.id === id)?.isComplete];
  };
  expect(await completeAfter([["change", `toggle true ${id}`]])).toEqual([303, true]);
  expect(await completeAfter([["change", `toggle-all false ${id} ${id}`]])).toEqual([303, false]);
  for (const change of [
    "",
    "toggle",
    "toggle true",
    `toggle  true ${id}`,
    `toggle true ${id} `,
    `toggle true ${id} ${id}`,
    `toggle yes ${id}`,
    `edit ${id} other`,
    "__proto__ 1",
    `delete 0${id}`,
    `delete ${id} ${id}`,
    "clear-completed everyone everyone",
  ])
    expect([change, ...(await completeAfter([["change", change]]))]).toEqual([change, 400, false]);
  const change: [string, string] = ["change", `toggle true ${id}`];
  expect(await completeAfter([change, change])).toEqual([400, false]);
  for (const other of ["toggle", "delete", ""])
    expect(await completeAfter([change, ["intent", other], ["id", id]])).toEqual([400, false]);
  expect(await completeAfter([["change", `delete ${id}`]])).toEqual([303, undefined]);
});
