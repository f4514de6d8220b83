import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { connectClient } from "#app/db/database.server.ts";
import * as peopleRoute from "#app/routes/people.ts";
import { dayIn } from "#app/routes/todos/details/day.ts";
import { todayOf } from "#app/routes/todos/details/today.server.ts";
import { Browser, runSql, signedIn } from "../browser.ts";
import { watch } from "../live/stream.ts";
import { admin, bob, doug, emptyList, everything } from "./team.ts";

beforeEach(emptyList);

const todos = async (path = "/", browser: Browser = bob) => (await browser.todosPage(path)).data.todos;
const titles = async (path: string, browser?: Browser) =>
  (await todos(path, browser)).map(({ task }) => task);
const add = (fields: Record<string, string>, browser: Browser = bob) =>
  browser.change({ intent: "add", ...fields });

async function added(fields: Record<string, string> = {}): Promise<string> {
  await add({ task: "water the plants", ...fields });
  return (await todos()).at(-1)?.id ?? "";
}

test("a todo is added with a day and an assignee, whose address may be typed in capitals", async () => {
  expect(await add({ task: "a", due_on: "2026-12-03", assignee: " Doug@Example.COM " })).toRedirectTo("/");
  expect(await todos()).toMatchObject([{ dueOn: "2026-12-03", assigneeEmail: "doug@example.com" }]);
});

test("everyone may assign a todo to anyone, and to nobody", async () => {
  const id = await added();
  expect(await doug.change({ intent: "assign", id, assignee: "admin@example.com" })).toRedirectTo("/");
  expect(await todos()).toMatchObject([{ ownerId: bob.userId, assigneeEmail: "admin@example.com" }]);
  expect(await admin.change({ intent: "assign", id, assignee: "" })).toRedirectTo("/");
  expect(await todos()).toMatchObject([{ assigneeEmail: null }]);
});

test.each([
  ["add", { task: "another" }],
  ["edit", { task: "another" }],
  ["assign", {}],
])("%s refuses an address that belongs to no living user, or to two, beside the field", async (intent, fields) => {
  const id = await added();
  const twins = await Promise.all([signedIn("twin"), signedIn("twin")]);
  const gone = await signedIn("gone");
  await runSql(`update neon_auth.users_sync set deleted_at = now() where id = '${gone.userId}'`);
  const before = await everything();
  for (const [assignee, why] of [
    ["nobody@example.com", "No user has this email."],
    ["gone@example.com", "No user has this email."],
    ["twin@example.com", "More than one user has this email."],
    ["x".repeat(255), "That is too long for an email address."],
  ] as const) {
    const answer = await bob.change({ intent, id, ...fields, assignee });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ intent, errors: { assignee: why }, typed: { assignee } });
  }
  expect(await everything()).toEqual(before);
  const ids = twins.map(({ userId }) => `'${userId}'`).join();
  await runSql(`delete from neon_auth.users_sync where id in (${ids})`);
});

test.each(["add", "edit"])("%s refuses a day that is in no calendar, or far away", async (intent) => {
  const id = await added();
  const before = await everything();
  for (const day of ["2026-02-29", "1899-12-31", "10000-01-01", "2026-1-1", "tomorrow", "2026-12-03T00:00"]) {
    const answer = await bob.change({ intent, id, task: "b", due_on: day });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ errors: { due_on: expect.stringContaining("date") } });
  }
  expect(await everything()).toEqual(before);
  for (const day of ["1900-01-01", "2028-02-29", "9999-12-31"]) {
    expect(await bob.change({ intent, id, task: "b", due_on: day })).toRedirectTo("/");
    expect((await todos()).at(-1)).toMatchObject({ dueOn: day });
  }
});

test("an edit changes what its form has, and an empty field takes the day and the assignee away", async () => {
  const id = await added({ due_on: "2026-12-03", assignee: "doug@example.com" });
  await bob.change({ intent: "edit", id, task: "b" });
  expect(await todos()).toMatchObject([
    { task: "b", dueOn: "2026-12-03", assigneeEmail: "doug@example.com" },
  ]);
  await bob.change({ intent: "edit", id, task: "b", due_on: "" });
  expect(await todos()).toMatchObject([{ dueOn: null, assigneeEmail: "doug@example.com" }]);
  await bob.change({ intent: "edit", id, task: "b", assignee: "" });
  expect(await todos()).toMatchObject([{ assigneeEmail: null }]);
});

test("an edit sends no field back that the user left as it was when it began", async () => {
  const id = await added();
  const began = { was: "water the plants", was_due_on: "", was_assignee: "" };
  await doug.change({ intent: "assign", id, assignee: "doug@example.com" });
  const edit = { intent: "edit", id, task: "b", due_on: "2026-12-03", assignee: "", ...began };
  expect(await bob.change(edit)).toRedirectTo("/");
  expect(await todos()).toMatchObject([
    { task: "b", dueOn: "2026-12-03", assigneeEmail: "doug@example.com" },
  ]);
});

test("only those who may edit a todo set its day", async () => {
  const id = await added();
  const before = await everything();
  expect((await doug.change({ intent: "edit", id, task: "b", due_on: "2026-12-03" })).status).toBe(403);
  expect(await everything()).toEqual(before);
});

test("an undone deletion, edit and assignment bring day and assignee back", async () => {
  const id = await added({ due_on: "2026-12-03", assignee: "doug@example.com" });
  const before = await everything();
  for (const change of [
    { intent: "delete", id },
    { intent: "edit", id, task: "b", due_on: "", assignee: "bob@example.com" },
    { intent: "assign", id, assignee: "admin@example.com" },
  ]) {
    expect(await bob.change(change)).toRedirectTo("/");
    expect(await everything()).not.toEqual(before);
    expect(await bob.change({ intent: "restore", id })).toRedirectTo("/");
    expect(await everything()).toEqual(before);
  }
});

test("a user who may not edit a todo undoes what they assigned", async () => {
  const id = await added();
  const before = await everything();
  await doug.change({ intent: "assign", id, assignee: "doug@example.com" });
  expect((await bob.change({ intent: "restore", id })).status).toBe(404);
  expect(await doug.change({ intent: "restore", id })).toRedirectTo("/");
  expect(await everything()).toEqual(before);
});

test("an assignment by another user stays when an edit of the text is undone", async () => {
  const id = await added();
  await bob.change({ intent: "edit", id, task: "b" });
  await doug.change({ intent: "assign", id, assignee: "doug@example.com" });
  expect(await bob.change({ intent: "restore", id })).toRedirectTo("/");
  expect(await todos()).toMatchObject([{ task: "water the plants", assigneeEmail: "doug@example.com" }]);
});

test.each([
  ["marked as deleted", "update neon_auth.users_sync set deleted_at = now()"],
  ["gone", "delete from neon_auth.users_sync"],
])("an assignee whose profile is %s is shown nowhere, and no undo brings them back", async (_, sql) => {
  const leaving = await signedIn("leaving");
  const id = await added({ assignee: "leaving@example.com" });
  await bob.change({ intent: "delete", id });
  await runSql(`${sql} where id = '${leaving.userId}'`);
  expect(await bob.change({ intent: "restore", id })).toRedirectTo("/");
  expect(await todos()).toMatchObject([{ id, assigneeEmail: null }]);
});

test("an assignee who is deleted at the same moment is no user any more, and nothing is changed", async () => {
  const leaving = await signedIn("leaving");
  const id = await added();
  const before = await everything();
  const { DATABASE_URL = "" } = process.env;
  for (const change of [
    { intent: "assign", id },
    { intent: "edit", id, task: "b" },
    { intent: "add", task: "c" },
  ]) {
    const deleting = await connectClient(DATABASE_URL);
    onTestFinished(() => deleting.end());
    await deleting.query("begin");
    await deleting.query("delete from neon_auth.users_sync where id = $1", [leaving.userId]);
    const answered = bob.change({ ...change, assignee: "leaving@example.com" });
    const waits =
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    await expect.poll(async () => (await deleting.query(waits)).rowCount).toBe(1);
    await deleting.query("commit");
    const answer = await answered;
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { errors: { assignee: "No user has this email." } },
    ]);
    expect(await everything()).toEqual(before);
    await runSql(`insert into neon_auth.users_sync (raw_json) values
      ('{"id": "${leaving.userId}", "primary_email": "leaving@example.com"}')`);
  }
  await runSql(`delete from neon_auth.users_sync where id = '${leaving.userId}'`);
});

test("without the foreign key all works, and an assignee without a profile is nobody", async () => {
  const id = await added({ assignee: "doug@example.com" });
  await runSql("alter table todos drop constraint todos_assignee_id_fk");
  await runSql(`update todos set assignee_id = 'a ghost' where id = ${id}`);
  expect(await todos()).toMatchObject([{ id, assigneeEmail: null }]);
  expect(await bob.change({ intent: "assign", id, assignee: "bob@example.com" })).toRedirectTo("/");
  await runSql(`alter table todos add constraint todos_assignee_id_fk
    foreign key (assignee_id) references neon_auth.users_sync (id) on delete set null`);
});

test("filters by owner, assignee, state and search combine", async () => {
  const mine = { assignee: "bob@example.com" };
  const past = { due_on: "2000-01-01" };
  await add({ task: "red", ...mine, ...past });
  await add({ task: "blue", ...mine });
  await add({ task: "red too", ...mine, ...past }, doug);
  await add({ task: "far", due_on: "9999-12-31", ...mine });
  await add({ task: "done", ...mine, ...past });
  await bob.change({ intent: "toggle", id: (await todos()).at(-1)?.id ?? "", complete: "true" });

  expect(await titles("/?assignee=me")).toEqual(["red", "blue", "red too", "far", "done"]);
  expect(await titles("/?assignee=me", doug)).toEqual([]);
  expect(await titles("/?assignee=me&owner=me&show=active")).toEqual(["red", "blue", "far"]);
  expect(await titles("/?show=overdue")).toEqual(["red", "red too"]);
  expect(await titles("/?show=overdue&owner=me")).toEqual(["red"]);
  expect(await titles("/?show=overdue&assignee=me&q=too")).toEqual(["red too"]);
  expect((await bob.todosPage("/?show=overdue")).data.remaining).toBe(2);
  expect((await bob.todosPage("/?assignee=me")).data.remaining).toBe(4);
  expect((await bob.todosPage("/?assignee=me&show=completed")).data.remaining).toBe(0);
});

test("more than a thousand overdue todos are counted as such, and paged like all others", async () => {
  await runSql(`insert into todos (owner_id, task, due_on, inserted_at)
    select '${bob.userId}', 'todo ' || n, '2000-01-01', '2001-01-01'::timestamptz + n * interval '1 s'
    from generate_series(1, 6000) n`);
  const { data } = await bob.todosPage("/?show=overdue");
  expect([data.remaining, data.areMoreRemaining]).toEqual([1_000, true]);
  expect([data.todos.at(0)?.task, data.todos.at(-1)?.task]).toEqual(["todo 5951", "todo 6000"]);
  const earlier = await titles(`/?show=overdue&before=${encodeURIComponent(data.earlier ?? "")}`);
  expect([earlier.at(0), earlier.at(-1)]).toEqual(["todo 5901", "todo 5950"]);
});

test.each([
  ["2026-12-01T10:30:00Z", "Pacific/Pago_Pago", "2026-11-30"],
  ["2026-12-01T10:30:00Z", "Pacific/Kiritimati", "2026-12-02"],
  ["2026-12-01T10:30:00Z", undefined, "2026-12-01"],
  ["2026-12-01T10:30:00Z", "Mars/Olympus", "2026-12-01"],
  // Clocks are set back on that day, which has 25 hours.
  ["2026-10-25T22:59:59Z", "Europe/Berlin", "2026-10-25"],
  ["2026-10-25T23:00:00Z", "Europe/Berlin", "2026-10-26"],
])("at %s it is, in the time zone %s, the day %s", (now, timeZone, day) => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date(now) });
  onTestFinished(() => void vi.useRealTimers());
  const headers = new Headers(timeZone === undefined ? {} : { Cookie: `a=b; time-zone=${timeZone}; c=d` });
  expect(todayOf({ headers })).toBe(day);
});

test("a todo is overdue where its day is over, and not yet elsewhere", async () => {
  const inZone = (timeZone: string) => {
    const browser = new Browser();
    browser.cookie = `${bob.cookie}; time-zone=${timeZone}`;
    return browser;
  };
  await add({ task: "a", due_on: dayIn("Pacific/Pago_Pago") });
  expect(await titles("/?show=overdue", inZone("Pacific/Pago_Pago"))).toEqual([]);
  expect(await titles("/?show=overdue", inZone("Pacific/Kiritimati"))).toEqual(["a"]);
});

test("open pages hear of assignees and days, the pages of those filters, too", async () => {
  const id = await added();
  const [all, mine] = [await watch(bob), await watch(bob, "?assignee=me")];
  await doug.change({ intent: "assign", id, assignee: "bob@example.com" });
  await expect
    .poll(() => [all, mine].map((stream) => stream.last("change")?.list?.todos))
    .toMatchObject([[{ id, assigneeEmail: "bob@example.com" }], [{ id }]]);
});

const people = async (query: string, browser: Browser = bob) => {
  const answer = await browser.load(peopleRoute.loader, `/people?q=${encodeURIComponent(query)}`);
  return { status: answer.status, data: answer.status === 200 ? await answer.json() : undefined };
};

test("people are found by the beginning of their name or email, and nothing else of them is told", async () => {
  await runSql(`update neon_auth.users_sync set raw_json = raw_json || '{"display_name": "Élan_% Doug"}'
    where id = '${doug.userId}'`);
  const found = { id: doug.userId, name: "Élan_% Doug", email: "doug@example.com" };
  for (const query of ["do", "DOUG@ex", " élan_%", "ÉL"])
    expect(await people(query)).toEqual({ status: 200, data: [found] });
  for (const query of ["d", "", "oug", "%%", "__", "example", "do\\", "\0\0"])
    expect(await people(query)).toEqual({ status: 200, data: [] });
});

test("of many people ten are told, none of them deleted", async () => {
  await runSql(`insert into neon_auth.users_sync (raw_json, deleted_at)
    select jsonb_build_object('id', 'many ' || n, 'primary_email', 'many' || n || '@example.com'),
      case when n < 20 then now() end
    from generate_series(1, 40) n`);
  const { data } = await people("many");
  expect(data).toHaveLength(10);
  expect(data.filter(({ id }: { id: string }) => Number(id.slice(5)) < 20)).toEqual([]);
});

test("visitors and deleted users find no one", async () => {
  expect((await people("do", new Browser())).status).toBe(303);
  const gone = await signedIn("left");
  await runSql(`update neon_auth.users_sync set deleted_at = now() where id = '${gone.userId}'`);
  expect((await people("do", gone)).status).toBe(303);
});

test("searches for people are limited per user", async () => {
  const eager = await signedIn("eager");
  const answers = await Promise.all(Array.from({ length: 121 }, () => people("do", eager)));
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(1);
  expect((await people("do")).status).toBe(200);
});
