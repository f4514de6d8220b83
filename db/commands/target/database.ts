import { setTimeout as delay } from "node:timers/promises";
import {
  configuredDatabaseUrl,
  type LocalAuth,
  loadDotEnv,
  readLocalSettings,
} from "#app/platform/environment.server.ts";
import { appDatabases, startLocalPostgres } from "#db/local/databases/local-postgres.ts";
import { takeTurn } from "#db/local/databases/turn.ts";
import { localDirectoryHolder, lockLocalDirectory, runningInstance } from "#db/local/directory/instance.ts";
import { Refusal } from "#db/refusal.ts";
import { chooseTarget, type TargetFlags } from "./flags.ts";

export interface Target extends AsyncDisposable {
  /** On the direct host. */
  url: string;
  isLocal: boolean;
}

/**
 * Finds the database that a command works on and prints its host on stderr. If the local Postgres is not running, it
 * is started, and stopped at the end.
 * @param use `alone` keeps other commands away from the local database until the end
 * @throws {Refusal}
 */
export async function openTarget(flags: TargetFlags, use: "shared" | "alone" = "shared"): Promise<Target> {
  loadDotEnv();
  const { directory, auth } = readLocalSettings();
  const configuredUrl = configuredDatabaseUrl();
  const instance = await runningInstance(directory);
  const choice = chooseTarget(configuredUrl, instance !== undefined, flags);
  const database =
    choice === "configured" && configuredUrl !== undefined
      ? notOurs(configuredUrl)
      : instance
        ? notOurs(instance.databaseUrl)
        : await openLocal(directory, auth);
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

/** What another command, or an instance that is starting, may take. */
const patienceMs = 60_000;

async function openLocal(directory: string, auth: LocalAuth): Promise<Database> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await delay(100)) {
    const release = await lockLocalDirectory(directory);
    if (release) return startUntilDisposed(directory, auth, release);
    const instance = await runningInstance(directory);
    if (instance) return notOurs(instance.databaseUrl);
  }
  throw new Refusal(
    `Process ${await localDirectoryHolder(directory)} is using ${directory} and does not finish.`,
  );
}

async function startUntilDisposed(
  directory: string,
  auth: LocalAuth,
  release: () => Promise<void>,
): Promise<Database> {
  try {
    const postgres = await startLocalPostgres(directory);
    const stop = async () => {
      await postgres.stop();
      await release();
    };
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => stop().finally(() => process.exit(130)));
    }
    return { url: postgres.urlFor(appDatabases[auth]), [Symbol.asyncDispose]: stop };
  } catch (error) {
    await release();
    throw error;
  }
}
