import { setMaxListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import sql from "sql-template-tag";
import { z } from "zod";
import { statement } from "#app/db/statement.server.ts";
import { inheritedVariables } from "#app/platform/environment.server.ts";
import { listVersion } from "#app/routes/todos/list/counts.server.ts";
import { buildWhenStale } from "#db/local/build.ts";
import { Watcher } from "#tests/processes/live-watcher.ts";
import { startApp } from "./app-process.ts";
import { startSite } from "./site.ts";
import { faults } from "./soak-faults.ts";
import { type KnownTodo, SoakUser } from "./soak-user.ts";

// `npm run soak`: 50 users use the site for ten minutes, or as many as given, while something breaks every 30 s.
// In the end everything that the site acknowledged is there, and nothing is there twice.

const people = 50;
const livePages = 20;
const warmUpMs = 10_000;
const faultEveryMs = 30_000;
/** How much the heap may grow after the warm-up, after garbage collection. */
const mostGrowthBytes = 32 * 1024 * 1024;

const minutes = Number(process.argv[2] ?? 10);
await buildWhenStale(process.cwd(), inheritedVariables(), AbortSignal.timeout(300_000));
await using site = await startSite({ durable: true });
await using app = await startApp(site.variables);
const problems: string[] = [];

const storedRow = z.object({ id: z.string(), task: z.string(), isComplete: z.boolean() });
type StoredTodo = z.infer<typeof storedRow>;
const stored = (token = "") =>
  site.database.query(
    statement(
      storedRow,
      sql`
        select id::text, task, is_complete as "isComplete"
        from todos
        where strpos(task, ${token}::text) > 0
      `,
    ),
  );
const users = Array.from(
  { length: people },
  (_, index) => new SoakUser(app, `user-${index}`, async (token) => (await stored(token))[0]?.id),
);
for (let from = 0; from < people; from += 10) {
  await Promise.all(users.slice(from, from + 10).map((user) => user.signUp()));
}
const watchers = users.slice(0, livePages).map(({ cookie }) => new Watcher(`${app.url}/events`, cookie));

const stop = new AbortController();
setMaxListeners(people, stop.signal);
const endsAt = Date.now() + minutes * 60_000;
const uses = users.map((user) => user.use(stop.signal));
await delay(warmUpMs);
const heapBefore = await app.usedHeap();
for (let number = 0; Date.now() + faultEveryMs / 2 < endsAt; number += 1) {
  const startedAt = Date.now();
  const fault = faults[number % faults.length];
  await fault?.happen(site);
  await delay(Math.min(startedAt + faultEveryMs, endsAt) - Date.now());
  const added = users.reduce((sum, { todos }) => sum + todos.length, 0);
  console.log(`${fault?.name}: ${added} todos so far, heap ${mebibytes(await app.usedHeap())} MiB`);
}
stop.abort();
await Promise.all(uses);

const found = new Map<string, StoredTodo[]>();
for (const row of await stored()) {
  const token = /[\da-f-]{36}/.exec(row.task)?.[0] ?? row.task;
  found.set(token, [...(found.get(token) ?? []), row]);
}
const known = users.flatMap(({ todos }) => todos);
for (const todo of known) check(todo, found.get(todo.token) ?? []);
const tokens = new Set(known.map(({ token }) => token));
for (const token of found.keys())
  if (!tokens.has(token)) problems.push(`${token} is there, but no user added it`);
for (const { wrong } of users) problems.push(...wrong);

const isCurrent = (watcher: Watcher, version: string | undefined) =>
  watcher.isLive && watcher.version === version;
const [list] = await site.database.query(listVersion());
await until(() => watchers.every((watcher) => isCurrent(watcher, list?.version)));
const behind = watchers.filter((watcher) => !isCurrent(watcher, list?.version));
if (behind.length > 0) problems.push(`${behind.length} live pages do not show what is so`);
await Promise.all(watchers.map((watcher) => watcher.close()));

const growth = async () => (await app.usedHeap()) - heapBefore;
await until(async () => (await growth()) < mostGrowthBytes);
if ((await growth()) >= mostGrowthBytes) problems.push("The heap has grown too much");

const statuses = new Map<string, number>();
for (const user of users) {
  for (const [name, count] of user.statuses) statuses.set(name, (statuses.get(name) ?? 0) + count);
}
for (const [name, count] of [...statuses].sort()) console.log(`${String(count).padStart(6)} × ${name}`);
const acknowledged = known.filter(({ isThere }) => isThere === true).length;
console.log(
  `${known.length} todos were sent; the site confirmed ${acknowledged} as there and ${known.filter(({ isThere }) => isThere === false).length} as gone, and left the rest open. ${[...found.values()].flat().length} are there. ` +
    `Heap ${mebibytes(heapBefore)} MiB after the warm-up, ${mebibytes(await app.usedHeap())} MiB at the end; at most ${mebibytes(app.peakMemory())} MiB resident.`,
);
for (const problem of problems.slice(0, 20)) console.error(problem);
console.log(problems.length > 0 ? `${problems.length} problems` : "No problems");
process.exitCode = problems.length > 0 ? 1 : 0;

function check({ token, tasks, isComplete, isThere }: KnownTodo, rows: StoredTodo[]): void {
  const [row] = rows;
  if (rows.length > 1) problems.push(`${token} is there ${rows.length} times`);
  if (isThere === true && !row) problems.push(`${token} was acknowledged, and is not there`);
  if (isThere === false && row) problems.push(`${token} was deleted, and is there`);
  if (!row) return;
  if (!tasks.includes(row.task)) problems.push(`${token} has another task than it was given`);
  if (isComplete !== undefined && row.isComplete !== isComplete)
    problems.push(`${token} is not ticked as told`);
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline && !(await isSo()); ) await delay(500);
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}
