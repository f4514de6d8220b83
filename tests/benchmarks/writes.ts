import { randomUUID } from "node:crypto";
import pg from "pg";
import { listenForChanges } from "#app/live/change-listener.server.ts";
import { todoChanges } from "#app/routes/todos/live/open-pages.server.ts";
import { startPostgres } from "#db/local/postgres/server.ts";
import { migrate } from "#db/migrate.ts";
import { fillDatabase, userIdSql } from "./million-todos.ts";

// What it costs to tell of a change and to count it: changes per second that are committed to disk, with and
// without our triggers on todos, in turn. Each change is a transaction of its own.

const rounds = 5;
const secondsPerRound = 1;
const warmUpMs = 250;
const users = 1_000;
const todos = 100_000;

await using postgres = await startPostgres({ directory: "node_modules/.cache/todos-benchmarks/postgres" });
const admin = new pg.Client(postgres.urlFor("postgres"));
await admin.connect();

const owner = userIdSql("$1::int");
const changes: [name: string, text: string, number: () => number][] = [
  ["adding, many owners", `insert into todos (owner_id, task) values (${owner}, 'x')`, () => below(users)],
  ["adding, one owner", `insert into todos (owner_id, task) values (${owner}, 'x')`, () => 1],
  [
    "ticking, many owners",
    `update todos set is_complete = not is_complete, completed_at = case when not is_complete then now() end
     where id = $1::int`,
    () => below(todos),
  ],
];

// Databases of its own for each, or it would pay for vacuuming what the one before has left.
try {
  for (const change of changes) await compare(...change);
} finally {
  await admin.end();
}

async function compare(name: string, text: string, number: () => number): Promise<void> {
  const without = `benchmark_${randomUUID().slice(0, 8)}`;
  const alone = `${without}_alone`;
  const watched = `${without}_watched`;
  await admin.query(`create database ${without}`);
  await migrate(postgres.urlFor(without));
  await fillDatabase(postgres.urlFor(without), { users, todos, days: 30 });
  for (const copy of [alone, watched]) await admin.query(`create database ${copy} template ${without}`);
  await run(without, "drop function record_changed_todos() cascade");
  for (const database of [without, alone, watched]) await run(database, "vacuum analyze");

  // As a process of the app does while a page is open.
  const stopListening = await listenTo(postgres.urlFor(watched));
  try {
    for (const writers of [1, 8, 32]) {
      const perSecond: Record<string, number[]> = { [without]: [], [alone]: [], [watched]: [] };
      for (let round = 0; round < rounds; round++) {
        for (const [database, results] of Object.entries(perSecond)) {
          results.push(await changesPerSecond(database, writers, text, number));
        }
      }
      const baseline = perSecond[without] ?? [];
      const ratio = (results: number[] = []) =>
        median(results.map((result, round) => result / (baseline[round] ?? 0))).toFixed(2);
      console.log(
        `${name}, ${writers} at once: ${median(baseline).toFixed(0)}/s without triggers (baseline); ` +
          `${ratio(perSecond[alone])} of it with version and counters (goal: 0.7), ` +
          `${ratio(perSecond[watched])} while a page is open`,
      );
    }
  } finally {
    stopListening();
    for (const database of [without, alone, watched]) {
      await admin.query(`drop database ${database} with (force)`);
    }
  }
}

/** @returns stops it */
function listenTo(databaseUrl: string): Promise<() => void> {
  return new Promise((resolve) => {
    const stop = listenForChanges({
      databaseUrl,
      source: todoChanges,
      onChange: () => {},
      onLive: (isLive) => isLive && resolve(stop),
    });
  });
}

async function changesPerSecond(
  database: string,
  writers: number,
  text: string,
  number: () => number,
): Promise<number> {
  const clients = await Promise.all(Array.from({ length: writers }, () => connect(database)));
  // A listener declines announcements only when changes are many.
  const startsAt = performance.now() + warmUpMs;
  const endsAt = startsAt + secondsPerRound * 1_000;
  let count = 0;
  await Promise.all(
    clients.map(async (client) => {
      while (performance.now() < endsAt) {
        await client.query({ name: "change", text, values: [number()] });
        if (performance.now() > startsAt) count++;
      }
    }),
  );
  const seconds = (performance.now() - startsAt) / 1_000;
  await Promise.all(clients.map((client) => client.end()));
  return count / seconds;
}

async function connect(database: string): Promise<pg.Client> {
  const client = new pg.Client(postgres.urlFor(database));
  await client.connect();
  return client;
}

async function run(database: string, text: string): Promise<void> {
  const client = await connect(database);
  await client.query(text).finally(() => client.end());
}

/** A random number from 1 to `limit`. */
function below(limit: number): number {
  return 1 + Math.floor(Math.random() * limit);
}

function median(numbers: number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
