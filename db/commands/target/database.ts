import { setTimeout as delay } from "node:timers/promises";
import { configuredDatabaseUrl, loadDotEnv, readLocalSettings } from "#app/platform/environment.server.ts";
import { startLocalPostgres } from "#db/local/databases/local-postgres.ts";
import { takeTurn } from "#db/local/databases/turn.ts";
import { localDirectoryHolder, lockLocalDirectory, runningInstance } from "#db/local/directory/instance.ts";
import { Refusal } from "#db/refusal.ts";
import { chooseTarget, type TargetFlags } from "./flags.ts";

/** The database that a command works on. */
export interface Target extends AsyncDisposable {
  /** On the direct host. */
  url: string;
  /** Whether it is the database of local mode. */
  isLocal: boolean;
}

/**
 * Finds the database that a command works on and names its host on stderr. The local Postgres is started
 * when it is not running, and stopped at the end.
 * @param use of the local database: with `alone` no other command works on it until the end
 * @throws {Refusal}
 */
export async function openTarget(flags: TargetFlags, use: "shared" | "alone" = "shared"): Promise<Target> {
  loadDotEnv();
  const { directory } = readLocalSettings();
  const configuredUrl = configuredDatabaseUrl();
  const instance = await runningInstance(directory);
  const choice = chooseTarget(configuredUrl, instance !== undefined, flags);
  const database =
    choice === "configured" && configuredUrl !== undefined
      ? notOurs(configuredUrl)
      : instance
        ? notOurs(instance.databaseUrl)
        : await openLocal(directory);
  const { host, pathname } = new URL(database.url);
  console.error(`Database ${pathname.slice(1)} on ${host} (${choice})`);
  return choice === "local" ? inTurn(database, use) : { ...database, isLocal: false };
}

type Database = Pick<Target, "url" | typeof Symbol.asyncDispose>;

function notOurs(url: string): Database {
  return { url, async [Symbol.asyncDispose]() {} };
}

async function inTurn(database: Database, use: "shared" | "alone"): Promise<Target> {
  const close = () => database[Symbol.asyncDispose]();
  try {
    const turn = await takeTurn(database.url, use);
    return {
      url: database.url,
      isLocal: true,
      async [Symbol.asyncDispose]() {
        await turn[Symbol.asyncDispose]();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What another command on the same directory, or an instance that is starting, may take. */
const patienceMs = 60_000;

async function openLocal(directory: string): Promise<Database> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await delay(100)) {
    const release = await lockLocalDirectory(directory);
    if (release) return startUntilDisposed(directory, release);
    const instance = await runningInstance(directory);
    if (instance) return notOurs(instance.databaseUrl);
  }
  throw new Refusal(
    `Process ${await localDirectoryHolder(directory)} uses ${directory} and does not come to an end.`,
  );
}

async function startUntilDisposed(directory: string, release: () => Promise<void>): Promise<Database> {
  try {
    const postgres = await startLocalPostgres(directory);
    const stop = async () => {
      await postgres.stop();
      await release();
    };
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => stop().finally(() => process.exit(130)));
    }
    return { url: postgres.urlFor("todos"), [Symbol.asyncDispose]: stop };
  } catch (error) {
    await release();
    throw error;
  }
}
