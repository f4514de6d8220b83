import type { Client } from "@neondatabase/serverless";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Session } from "#app/auth/session/session.server.ts";
import { viewerOf } from "#app/auth/session/viewers.server.ts";
import { connectClient } from "#app/db/database.server.ts";
import type { Statement } from "#app/db/statement.server.ts";
import { ownTodosBatch } from "#app/routes/export/queries.server.ts";
import { allUsersBatch, statsTotals, todosPerDay, usersPage } from "#app/routes/stats/queries.server.ts";
import { clearCompleted } from "#app/routes/todos/changes/clear-completed.server.ts";
import { deleteTodo } from "#app/routes/todos/changes/delete.server.ts";
import { editTodo } from "#app/routes/todos/changes/edit.server.ts";
import { restoreTodos } from "#app/routes/todos/changes/restore.server.ts";
import { toggleTodos } from "#app/routes/todos/changes/toggle-all.server.ts";
import { listVersion, remainingMatches, remainingTodos } from "#app/routes/todos/list/counts.server.ts";
import { pageOf } from "#app/routes/todos/list/page.server.ts";
import { foundPage, remainingFound } from "#app/routes/todos/list/search.server.ts";
import { progressOf, teamProgress } from "#app/routes/todos/list/team.server.ts";
import { wholeList } from "#app/routes/todos/list/views.ts";
import { fillDatabase, userIdSql } from "#tests/benchmarks/million-todos.ts";

const { DATABASE_URL = "" } = process.env;
let sql: Client;
/** An admin, one of the 1,000. */
const session = { userId: "", profileSeen: true } as Session;

beforeAll(async () => {
  await fillDatabase(DATABASE_URL, { users: 1_000, todos: 50_000, days: 30 });
  sql = await connectClient(DATABASE_URL);
  session.userId = (await sql.query(`select ${userIdSql("1000")} as id`)).rows[0].id;
});
afterAll(() => sql.end());

interface Plan {
  "Relation Name"?: string;
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  "Rows Removed by Index Recheck"?: number;
  Plans?: Plan[];
}

/** How many rows of a table a plan has read, those included that it then did not want. */
function rowsRead(plan: Plan, table: string): number {
  const perLoop =
    plan["Actual Rows"] +
    (plan["Rows Removed by Filter"] ?? 0) +
    (plan["Rows Removed by Index Recheck"] ?? 0);
  const here = plan["Relation Name"] === table ? perLoop * plan["Actual Loops"] : 0;
  return (plan.Plans ?? []).reduce((sum, each) => sum + rowsRead(each, table), here);
}

async function planOf(statement: Statement<unknown>): Promise<Plan> {
  const { text, values } = statement.sql;
  const { rows } = await sql.query(`explain (analyze, format json) ${text}`, values);
  return rows[0]["QUERY PLAN"][0].Plan;
}

const middle = {
  insertedAt: new Date(Date.now() - 15 * 86_400_000).toISOString().replace("Z", "000Z"),
  id: "25000",
};
const place = { value: "50", userId: "5" };
const latest = { value: middle.insertedAt, userId: "5" };

const today = "2026-01-01";
const overdue = { ...wholeList, complete: false, dueBefore: today };
const assigned = () => ({ ...wholeList, assigneeId: session.userId });
const search = (query: string) => ({ ...wholeList, query });

const statements: [string, number, () => Statement<unknown>][] = [
  ["who is looking", 0, () => viewerOf(session)],
  ["the newest page", 51, () => pageOf({ filter: wholeList, before: null })],
  ["a page in the middle", 51, () => pageOf({ filter: wholeList, before: middle })],
  ["the newest open todos", 51, () => pageOf({ filter: { ...wholeList, complete: false }, before: null })],
  [
    "completed todos in the middle",
    100,
    () => pageOf({ filter: { ...wholeList, complete: true }, before: middle }),
  ],
  ["one's own todos", 51, () => pageOf({ filter: { ...wholeList, ownerId: session.userId }, before: null })],
  [
    "one's own completed todos",
    51,
    () => pageOf({ filter: { ...wholeList, complete: true, ownerId: session.userId }, before: null }),
  ],
  ["overdue todos", 400, () => pageOf({ filter: overdue, before: null })],
  ["overdue todos in the middle", 400, () => pageOf({ filter: overdue, before: middle })],
  ["todos assigned to one", 51, () => pageOf({ filter: assigned(), before: null })],
  ["how many are overdue", 250, () => remainingMatches(overdue)],
  ["how many are assigned to one", 520, () => remainingMatches(assigned())],
  ["how many are open", 0, () => remainingTodos(wholeList)],
  ["how many of one's own are open", 0, () => remainingTodos({ ...wholeList, ownerId: session.userId })],
  ["a search for what all have", 102, () => foundPage(search("TÓDO"), null)],
  ["a search for what few have", 3_022, () => foundPage(search("todo 1234"), null)],
  ["a search among one's own", 150, () => foundPage({ ...search("todo 1"), ownerId: session.userId }, null)],
  ["the count of what all have", 3_000, () => remainingFound(search("todo"), null)],
  ["the count of what few have", 3_022, () => remainingFound(search("todo 1234"), null)],
  ["the count of two characters", 20_000, () => remainingFound(search("zz"), null)],
  ["the first of Team progress", 0, () => teamProgress(session.userId, null)],
  ["a page of Team progress", 0, () => teamProgress(session.userId, 501)],
  ["the progress of one user", 0, () => progressOf([session.userId])],
  ["the version", 0, () => listVersion()],
  ["the totals", 0, () => statsTotals(session)],
  ["the days", 0, () => todosPerDay(session)],
  [
    "users by email",
    780,
    () => usersPage(session, { sort: "email", descending: false, after: place }, today),
  ],
  ["users by total", 780, () => usersPage(session, { sort: "total", descending: true, after: place }, today)],
  [
    "users by completed",
    780,
    () => usersPage(session, { sort: "complete", descending: true, after: null }, today),
  ],
  [
    "users by the latest",
    780,
    () => usersPage(session, { sort: "latest", descending: false, after: latest }, today),
  ],
  ["an export", 780, () => allUsersBatch(session, null, today)],
  ["an export of one's own todos", 50, () => ownTodosBatch(session, null)],
  ["the rest of such an export", 25, () => ownTodosBatch(session, middle)],
];

test.each(statements)("%s reads at most %i of 50,000 todos", async (_, atMost, statement) => {
  const plan = await planOf(statement());
  expect(plan["Actual Rows"]).toBeGreaterThan(0);
  expect(rowsRead(plan, "todos")).toBeLessThanOrEqual(atMost);
});

const vain: [string, number, () => Statement<unknown>][] = [
  ["three characters", 3_000, () => foundPage(search("zzz"), null)],
  [
    "three characters among one's own",
    50,
    () => foundPage({ ...search("zzz"), ownerId: session.userId }, null),
  ],
  ["three characters before the middle", 3_000, () => foundPage(search("zzz"), middle)],
  ["two characters", 10_000, () => foundPage(search("zz"), null)],
  ["signs", 10_000, () => foundPage(search("%%%"), middle)],
];

test.each(
  vain,
)("a search for %s without a match reads at most %i of 50,000 todos", async (_, atMost, statement) => {
  const plan = await planOf(statement());
  expect([plan["Actual Rows"], rowsRead(plan, "todos")]).toEqual([0, expect.any(Number)]);
  expect(rowsRead(plan, "todos")).toBeLessThanOrEqual(atMost);
});

const batch = "00000000-0000-4000-8000-000000000001";
const fiftyIds = Array.from({ length: 50 }, (_, n) => `${25_000 + n}`);

// Each todo that is changed is read when it is looked for, when it is changed, and when it says what it was.
const undoable: [string, number, () => Statement<unknown>][] = [
  ["a deletion", 4, () => deleteTodo(session, { id: "25000" }, batch)],
  ["an edit", 5, () => editTodo(session, { id: "25000", task: "another" }, batch)],
  ["ticking a page", 200, () => toggleTodos(session, { id: fiftyIds, complete: true }, batch)],
  ["clearing one's own", 150, () => clearCompleted(session, {}, batch)],
  ["clearing everyone's", 4_500, () => clearCompleted(session, { scope: "everyone" }, batch)],
];

test.each(undoable)("%s and undoing it read at most %i of 50,000 todos", async (_, atMost, statement) => {
  await sql.query("begin");
  try {
    expect(rowsRead(await planOf(statement()), "todos")).toBeLessThanOrEqual(atMost);
    const { rows } = await sql.query("select count(*)::int as kept from undoable_todos");
    expect(rows[0].kept).toBeGreaterThan(0);
    const undone = await planOf(restoreTodos(session, { batch }));
    expect(rowsRead(undone, "todos")).toBeLessThanOrEqual(atMost);
    expect((await sql.query("select from undoable_todos")).rowCount).toBe(0);
    expect((await sql.query("select from todos")).rowCount).toBe(50_000);
  } finally {
    await sql.query("rollback");
  }
});

test("a deletion and its folding read only the owner's latest todo", async () => {
  await sql.query("load 'auto_explain'");
  await sql.query("begin");
  const plans: Plan[] = [];
  sql.on("notice", ({ message }) => {
    const json = message?.slice(message.indexOf("{"));
    if (json) plans.push(JSON.parse(json).Plan);
  });
  await sql.query(`set local auto_explain.log_min_duration = 0; set local auto_explain.log_analyze = on;
    set local auto_explain.log_nested_statements = on; set local auto_explain.log_format = json;
    set local auto_explain.log_level = notice`);
  await sql.query(`delete from todos where id = (
    select id from todos where owner_id = '${session.userId}' order by greatest(inserted_at, completed_at) desc limit 1)`);
  await sql.query("select fold_todo_changes()");
  await sql.query("rollback");
  sql.removeAllListeners("notice");
  expect(plans.length).toBeGreaterThanOrEqual(4);
  expect(plans.map((plan) => rowsRead(plan, "todos")).reduce((sum, read) => sum + read)).toBeLessThanOrEqual(
    5,
  );
});

test("leaving out a deleted profile's remaining todos reads only those", async () => {
  await sql.query("begin");
  await sql.query("alter table neon_auth.users_sync disable trigger todos_of_deleted_profile");
  await sql.query(`update neon_auth.users_sync set deleted_at = now() where id = ${userIdSql("1")}`);
  const plan = await planOf(todosPerDay(session));
  await sql.query("rollback");
  expect(rowsRead(plan, "todos")).toBe(50);
});
