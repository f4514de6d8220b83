import { randomUUID } from "node:crypto";
import pg from "pg";
import { startPostgres } from "#db/local/postgres/server.ts";
import { migrate, rollback } from "#db/migrate.ts";
import { fillDatabase } from "./million-todos.ts";

// How long a user's tick waits while the columns, keys, and indexes of assignees and due days come to a million todos, and
// while they go: in milliseconds, beside ticks without a migration.

const todos = 1_000_000;
const name = `benchmark_${randomUUID().slice(0, 8)}`;

await using postgres = await startPostgres({ directory: "node_modules/.cache/todos-benchmarks/postgres" });
const url = postgres.urlFor(name);
const admin = new pg.Client(postgres.urlFor("postgres"));
await admin.connect();
await admin.query(`create database ${name}`);
await migrate(url);
await fillDatabase(url, { users: 10_000, todos, days: 30 });

const median = print(
  "no migration (baseline)",
  await ticksDuring(new Promise((done) => setTimeout(done, 5_000))),
);
const down = async () => {
  while (await hasDueDays()) await rollback(url);
};
print("down", await ticksDuring(down()), median);
print("up", await ticksDuring(migrate(url)), median);

await admin.query(`drop database ${name}`);
await admin.end();

async function hasDueDays(): Promise<boolean> {
  const client = new pg.Client(url);
  await client.connect();
  const { rowCount } = await client.query(
    "select from information_schema.columns where table_name = 'todos' and column_name = 'due_on'",
  );
  await client.end();
  return rowCount === 1;
}

/** One user ticks and unticks one todo after another. @returns how long each took */
async function ticksDuring(work: Promise<unknown>): Promise<number[]> {
  const client = new pg.Client(url);
  await client.connect();
  let isDone = false;
  const ended = work.finally(() => {
    isDone = true;
  });
  const times: number[] = [];
  while (!isDone) {
    const id = Math.ceil(Math.random() * todos);
    const startedAt = performance.now();
    await client.query(
      `update todos
      set is_complete = not is_complete, completed_at = case when not is_complete then now() end
      where id = $1`,
      [id],
    );
    times.push(performance.now() - startedAt);
  }
  await ended;
  await client.end();
  return times.sort((a, b) => a - b);
}

function print(what: string, times: number[], baseline = at(times, 0.5)): number {
  const [half, most, longest] = [at(times, 0.5), at(times, 0.99), at(times, 1)];
  console.log(
    `${what}: ${times.length} ticks, median ${half.toFixed(1)} ms (${(half / baseline).toFixed(1)} of the baseline), p99 ${most.toFixed(1)}, longest ${longest.toFixed(0)}`,
  );
  return half;
}

function at(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
