import { randomUUID } from "node:crypto";
import pg from "pg";
import type { Session } from "#app/auth/session/session.server.ts";
import { viewerOf } from "#app/auth/session/viewers.server.ts";
import type { Statement } from "#app/db/statement.server.ts";
import { statsTotals, todosPerDay, usersPage } from "#app/routes/stats/queries.server.ts";
import { listVersion, remainingMatches, remainingTodos } from "#app/routes/todos/list/counts.server.ts";
import { pageOf } from "#app/routes/todos/list/page.server.ts";
import { teamProgress } from "#app/routes/todos/list/team.server.ts";
import { wholeList } from "#app/routes/todos/list/views.ts";
import { startPostgres } from "#db/local/postgres/server.ts";
import { migrate } from "#db/migrate.ts";
import { fillDatabase, userIdSql } from "./million-todos.ts";

// What the pages ask, at a million todos of ten thousand users, beside what counting would take: in milliseconds of
// Postgres's own time. `BENCH_PLANS=1` prints the plans.

const runs = 15;
const name = `benchmark_${randomUUID().slice(0, 8)}`;

await using postgres = await startPostgres({ directory: "node_modules/.cache/todos-benchmarks/postgres" });
const admin = new pg.Client(postgres.urlFor("postgres"));
await admin.connect();
await admin.query(`create database ${name}`);
await migrate(postgres.urlFor(name));
await fillDatabase(postgres.urlFor(name), { users: 10_000, todos: 1_000_000, days: 30 });
const client = new pg.Client(postgres.urlFor(name));
await client.connect();
const { rows } = await client.query(`select ${userIdSql("1000")} as id`);
const session = { userId: rows[0].id, profileSeen: true } as Session;

const today = new Date().toISOString().slice(0, 10);

const counted = `
  select u.id, count(*) filter (where t.is_complete), count(*)
  from todos t join neon_auth.users_sync u on u.id = t.owner_id
  where u.deleted_at is null
  group by u.id
  order by max(greatest(t.inserted_at, t.completed_at)) desc
  limit 20
`;
const baseline = await measured(counted, []);
console.log(`Team progress by counting every todo (baseline): ${baseline.toFixed(1)} ms`);

const list = [
  ["who is looking", viewerOf(session)],
  ["the newest 50 todos", pageOf({ filter: wholeList, before: null })],
  ["how many are open", remainingTodos(wholeList)],
  ["the version", listVersion()],
  ["Team progress (goal: 5 ms)", teamProgress(session.userId, null)],
] as const;
const overdue = { ...wholeList, complete: false, dueBefore: today };
const assigned = { ...wholeList, assigneeId: session.userId };
const details = [
  ["the newest 50 overdue (goal: 2 ms)", pageOf({ filter: overdue, before: null })],
  ["how many are overdue (goal: 5 ms)", remainingMatches(overdue)],
  ["the newest 50 assigned (goal: 2 ms)", pageOf({ filter: assigned, before: null })],
  ["how many are assigned (goal: 5 ms)", remainingMatches(assigned)],
] as const;
const stats = [
  ["the totals", statsTotals(session)],
  ["30 days", todosPerDay(session)],
  ["users by latest", usersPage(session, { sort: "latest", descending: true, after: null }, today)],
] as const;
await print("The list", list);
await print("Overdue, and assigned to me", details);
await print("The statistics page (goal: 25 ms)", stats);

await client.end();
await admin.query(`drop database ${name}`);
await admin.end();

async function print(page: string, statements: readonly (readonly [string, Statement<unknown>])[]) {
  let sum = 0;
  for (const [what, { sql }] of statements) {
    const milliseconds = await measured(sql.text, sql.values);
    sum += milliseconds;
    console.log(
      `  ${what}: ${milliseconds.toFixed(1)} ms, ${(milliseconds / baseline).toFixed(3)} of the baseline`,
    );
    if (!process.env.BENCH_PLANS) continue;
    const { rows } = await client.query(`explain (analyze, costs off) ${sql.text}`, sql.values);
    for (const row of rows) console.log(`      ${row["QUERY PLAN"]}`);
  }
  console.log(`${page}: ${sum.toFixed(1)} ms`);
}

/** The median of Postgres's execution times, planning included. */
async function measured(text: string, values: unknown[]): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const { rows } = await client.query(`explain (analyze, timing off, format json) ${text}`, values);
    const [plan] = rows[0]["QUERY PLAN"];
    times.push(plan["Execution Time"] + plan["Planning Time"]);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(runs / 2)] ?? 0;
}
