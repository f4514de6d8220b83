import { existsSync, readFileSync, statSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { Refusal } from "#db/refusal.ts";
import { createCluster } from "./cluster.ts";
import { freePort } from "./free-port.ts";
import { type PostgresHome, postgresHome } from "./home.ts";
import { type Postmaster, postmasterOf } from "./postmaster.ts";
import { runProgram } from "./run-program.ts";

export interface Postgres extends AsyncDisposable {
  /** On 127.0.0.1 only. */
  port: number;
  /** Whether it was running before: left by an earlier process, or shared with another one. */
  alreadyRunning: boolean;
  /** A superuser's URL, `postgresql://postgres:…@127.0.0.1:<port>/<database>?sslmode=disable`. */
  urlFor(database: string): string;
  /** Stops the server, even if another process started it. @throws {Refusal} */
  stop(): Promise<void>;
}

interface PostgresOptions {
  /** Holds the database and its log. Created at the first start. */
  directory: string;
  /** Preferred; a free one when it is taken or not given. */
  port?: number | undefined;
  /** False, for tests: commits do not wait for the disk, and a power cut may lose everything. */
  durable?: boolean;
}

/**
 * Starts a real Postgres from the programs that npm installed, or adopts the one that is running on the directory.
 * When we are root it runs as another user, and `postgresHome` decides where the data is.
 * @throws {Refusal} with the end of Postgres's log when it does not start
 */
export async function startPostgres({ directory, port, durable = true }: PostgresOptions): Promise<Postgres> {
  const home = postgresHome(directory);
  if (home.notice) console.error(home.notice);
  await createCluster(home, durable);

  const running = await postmasterOf(home);
  const postmaster = running ?? (await launch(home, port, durable));
  return handle(home, postmaster.port, running !== undefined);
}

export async function runningPostgres(directory: string): Promise<Postgres | undefined> {
  if (!existsSync(directory)) return undefined;
  const home = postgresHome(directory);
  const running = await postmasterOf(home);
  return running && handle(home, running.port, true);
}

function handle(home: PostgresHome, port: number, alreadyRunning: boolean): Postgres {
  const password = readFileSync(home.password, "utf8").trim();
  const stop = () => stopPostgres(home);
  return {
    port,
    alreadyRunning,
    urlFor: (database) => `postgresql://postgres:${password}@127.0.0.1:${port}/${database}?sslmode=disable`,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** How long to wait for dying backends, or for another process that is starting the server. */
const patienceMs = 30_000;

async function launch(
  home: PostgresHome,
  preferredPort: number | undefined,
  durable: boolean,
): Promise<Postmaster> {
  const deadline = Date.now() + patienceMs;
  let port = preferredPort || (await freePort());
  for (;;) {
    const logStart = statSync(home.log, { throwIfNoEntry: false })?.size ?? 0;
    const options = serverOptions(port, durable);
    const { output } = await runProgram(home, "pg_ctl", [
      "start",
      "-w",
      "-D",
      home.data,
      "-l",
      home.log,
      "-o",
      options,
    ]);
    const postmaster = await postmasterOf(home);
    if (postmaster) return postmaster;

    const complaint = readFrom(home.log, logStart);
    const portIsTaken = /Address already in use/.test(complaint);
    const otherIsLeaving = /pre-existing shared memory block|lock file ".*" already exists/.test(complaint);
    if (!(portIsTaken || otherIsLeaving) || Date.now() > deadline) {
      throw new Refusal(
        `Postgres did not start. The end of its log, ${home.log}:\n${lastLines(complaint || output)}`,
      );
    }
    if (portIsTaken) port = await freePort();
    else await delay(200);
  }
}

/** Passed at every start: older databases get new settings too. */
function serverOptions(port: number, durable: boolean): string {
  const settings = {
    port,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    // Each test file and each app process has sessions of its own.
    max_connections: 200,
    timezone: "UTC",
    log_timezone: "UTC",
    ...(durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(" ");
}

async function stopPostgres(home: PostgresHome): Promise<void> {
  for (const [mode, seconds] of [
    ["fast", 20],
    ["immediate", 10],
  ] as const) {
    if (!(await postmasterOf(home))) return;
    await runProgram(home, "pg_ctl", ["stop", "-w", "-t", String(seconds), "-m", mode, "-D", home.data]);
  }
  const survivor = await postmasterOf(home);
  if (survivor) throw new Refusal(`Postgres (pid ${survivor.pid}) does not stop. See its log: ${home.log}`);
}

function readFrom(path: string, start: number): string {
  if (!existsSync(path)) return "";
  return readFileSync(path).subarray(start).toString("utf8");
}

function lastLines(text: string): string {
  return text.trimEnd().split("\n").slice(-15).join("\n");
}
