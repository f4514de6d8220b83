import { execFileSync, spawn } from "node:child_process";
import { readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { postgresDirectory } from "#db/local/databases/local-postgres.ts";
import { postgresHome } from "#db/local/postgres/home.ts";
import { postmasterOf } from "#db/local/postgres/postmaster.ts";
import { newUser, sessionOf } from "#tests/setup/accounts.ts";
import { type Instance, startInstance } from "#tests/setup/instance.ts";
import { fillDatabase } from "./million-todos.ts";

// What a signed-in page costs: CPU time of the app's processes and of Postgres, by the kernel's accounting, in ms per
// page. Beside a Remix page that says hello, and with `--against <commit>` beside that commit's pages, all in turn.

const rounds = 7;
const pagesARound = 100;
/** In `/proc`. */
const tickMs = 10;

interface Subject {
  name: string;
  url: string;
  cookie: string;
  /** The app's process. */
  pid: number;
  /** Postgres's first process; -1 without one. */
  postmaster: number;
  bytes: number;
  app: number[];
  postgres: number[];
}

const { values } = parseArgs({
  options: { against: { type: "string" }, todos: { type: "string", default: "20,50" } },
});
const sizes = values.todos.split(",").map(Number);
const checkouts = [process.cwd(), ...(values.against ? [checkOut(values.against)] : [])];
const hello = spawn(process.execPath, ["--import", "tsx", "tests/benchmarks/hello.ts"], {
  env: { ...process.env, NODE_ENV: "production" },
  stdio: ["ignore", "pipe", "inherit"],
});
const instances: Instance[] = [];
try {
  const [port] = await hello.stdout.take(1).toArray();
  const subjects = [subject("hello", `http://127.0.0.1:${port}`, hello.pid ?? 0)];
  for (const checkout of checkouts) {
    const name = checkout === process.cwd() ? "" : ` at ${values.against}`;
    for (const size of sizes) {
      const instance = await startInstance({ checkout });
      instances.push(instance);
      const postmaster = await postmasterOf(postgresHome(postgresDirectory(instance.directory)));
      subjects.push({
        ...subject(`${size} todos${name}`, instance.appUrl, instance.pid),
        postmaster: postmaster?.pid ?? -1,
        cookie: await fill(instance, size),
      });
    }
  }
  for (const each of subjects) await load(each, 3 * pagesARound);
  for (let round = 0; round < rounds; round++) for (const each of subjects) await measure(each);
  for (const { name, bytes, app, postgres } of subjects) {
    const ratio = median(app) / median(subjects[0]?.app ?? []);
    console.log(
      `${name.padEnd(20)} app ${median(app).toFixed(2)} ms (${ratio.toFixed(1)} × hello), Postgres ${median(postgres).toFixed(2)} ms, ${(bytes / 1024).toFixed(1)} KiB`,
    );
  }
} finally {
  hello.kill();
  for (const instance of instances) await instance[Symbol.asyncDispose]();
  for (const checkout of checkouts.slice(1)) {
    rmSync(checkout, { recursive: true, force: true });
    execFileSync("git", ["worktree", "prune"]);
  }
}

function subject(name: string, url: string, pid: number): Subject {
  return { name, url, pid, cookie: "", postmaster: -1, bytes: 0, app: [], postgres: [] };
}

/** A worktree of a commit, with this checkout's packages. @returns its directory */
function checkOut(commit: string): string {
  const directory = resolve("node_modules/.cache/todos-benchmarks", `checkout-${process.pid}`);
  execFileSync("git", ["worktree", "add", "--detach", directory, commit], { stdio: "ignore" });
  symlinkSync(resolve("node_modules"), `${directory}/node_modules`);
  return directory;
}

/** Adds todos, the newest page of them the viewer's own. @returns the viewer's cookie */
async function fill(instance: Instance, size: number): Promise<string> {
  const userId = await newUser(instance, { email: "bob@example.com", name: "Bob" });
  const url = new URL("/todos", instance.databaseUrl).href;
  await instance.run("todos", "vacuum analyze");
  if (size > 50) await fillDatabase(url, { users: 10_000, todos: size, days: 30 });
  const own = Math.min(size, 50);
  await instance.run(
    "todos",
    `insert into neon_auth.users_sync (raw_json, updated_at)
     values (jsonb_build_object('id', '${userId}', 'display_name', 'Bob', 'primary_email', 'bob@example.com',
       'signed_up_at_millis', 1795284266861), now())
     on conflict do nothing`,
  );
  await instance.run(
    "todos",
    `insert into todos (owner_id, task, is_complete, completed_at)
     select '${userId}', 'Water the plants, ' || n, n % 3 = 0, case when n % 3 = 0 then now() end
     from generate_series(1, ${own}) n`,
  );
  return sessionOf(instance, userId);
}

/** Asks for a page over and over, four at a time. */
async function load(each: Subject, count: number): Promise<void> {
  let left = count;
  const visitor = async () => {
    while (left-- > 0) {
      const answer = await fetch(each.url, { headers: { Cookie: each.cookie } });
      each.bytes = (await answer.arrayBuffer()).byteLength;
      if (!answer.ok) throw new Error(`${each.name}: ${answer.status}`);
    }
  };
  await Promise.all([visitor(), visitor(), visitor(), visitor()]);
}

async function measure(each: Subject): Promise<void> {
  const before = [cpuOf(each.pid), cpuOf(each.postmaster)] as const;
  await load(each, pagesARound);
  each.app.push((cpuOf(each.pid) - before[0]) / pagesARound);
  each.postgres.push((cpuOf(each.postmaster) - before[1]) / pagesARound);
}

/** Of a process and of all that it has started, in ms. */
function cpuOf(root: number): number {
  const processes = readdirSync("/proc").flatMap(statOf);
  const family = new Set([root]);
  for (let size = 0; size < family.size; ) {
    size = family.size;
    for (const each of processes) if (family.has(each.parent)) family.add(each.pid);
  }
  return processes.reduce((sum, { pid, ticks }) => sum + (family.has(pid) ? ticks * tickMs : 0), 0);
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function statOf(pid: string) {
  try {
    const [, rest = ""] = /\) (.*)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    const fields = rest.split(" ").map(Number);
    return [{ pid: Number(pid), parent: fields[1] ?? 0, ticks: (fields[11] ?? 0) + (fields[12] ?? 0) }];
  } catch {
    // Not a process, or no longer one.
    return [];
  }
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
