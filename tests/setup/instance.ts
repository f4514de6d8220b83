import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { connectClient } from "#app/db/database.server.ts";
import { postgresDirectory } from "#db/local/databases/local-postgres.ts";
import { instanceFile, type LocalInstance, type StackInstance } from "#db/local/directory/instance.ts";
import { freePort } from "#db/local/postgres/free-port.ts";
import { temporaryHome } from "#db/local/postgres/home.ts";

/** A local instance in processes of its own, as a person starts it. Disposing of it removes its data. */
export type Instance<Local extends LocalInstance = StackInstance> = Local & Running;

interface Running extends AsyncDisposable {
  /** Its `LOCAL_DIR`. */
  directory: string;
  sessionSecret: string;
  /** Everything it has written so far, except the two lines that print its keys. */
  log(): string;
  /** Runs a statement in the app's database with Stack, or in the Stack stand-in's. */
  run(database: "todos" | "stack", text: string): Promise<void>;
  /** Stops it, and keeps its data. */
  stop(): Promise<void>;
}

interface InstanceOptions {
  script?: "dev" | "local";
  /** A new one by default. */
  directory?: string;
  /** The directory of the project; this one by default. */
  checkout?: string;
  /** Override this process's environment. */
  variables?: Record<string, string>;
}

/** For a start that hangs; it takes three seconds, or ten with a build. */
const giveUpAfterMs = 180_000;
let started = 0;

export function newLocalDirectory(): string {
  started += 1;
  return `.local-test-${process.pid}-${started}`;
}

/**
 * Runs `npm run dev` or `npm run local` on a free port, and waits until it answers.
 * @throws {Error} with what it wrote, if it ends before that
 */
export async function startInstance<Local extends LocalInstance = StackInstance>({
  script = "local",
  checkout = ".",
  directory = join(checkout, newLocalDirectory()),
  variables = {},
}: InstanceOptions = {}): Promise<Instance<Local>> {
  const app = spawn("npm", ["run", "--silent", script], {
    cwd: checkout,
    env: { ...process.env, ...variables, PORT: String(await freePort()), LOCAL_DIR: directory },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(app, "exit");
  const written: Buffer[] = [];
  for (const stream of [app.stdout, app.stderr]) stream.on("data", (chunk) => written.push(chunk));
  const log = () =>
    Buffer.concat(written)
      .toString()
      .replaceAll(/^ +(databaseUrl|stackSecretServerKey) .*\n/gm, "");

  const instance = await untilWritten<Local>(instanceFile(directory), () => {
    if (app.exitCode !== null) throw new Error(`The instance has ended: ${log()}`);
  }).catch((error) => {
    // What local mode started ends with its parent.
    app.kill();
    throw error;
  });
  const { sessionSecret } = JSON.parse(readFileSync(`${directory}/settings.json`, "utf8"));
  async function stop(): Promise<void> {
    if (app.exitCode === null) process.kill(instance.pid, "SIGTERM");
    await ended;
  }
  return {
    ...instance,
    directory,
    sessionSecret,
    log,
    async run(database, text) {
      const client = await connectClient(new URL(`/${database}`, instance.databaseUrl).href);
      await client.query(text).finally(() => client.end());
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      for (const path of [directory, temporaryHome(postgresDirectory(directory))])
        rmSync(path, { recursive: true, force: true });
    },
  };
}

async function untilWritten<Content>(path: string, check: () => void): Promise<Content> {
  for (const deadline = Date.now() + giveUpAfterMs; Date.now() < deadline; await delay(20)) {
    check();
    try {
      return JSON.parse(readFileSync(path, "utf8"));
    } catch {}
  }
  throw new Error(`${path} was not written`);
}
