import { join } from "node:path";
import type { LocalAuth } from "#app/platform/environment.server.ts";
import { keepLocalSettings, localSettings } from "#db/local/directory/settings.ts";
import { type Postgres, startPostgres } from "#db/local/postgres/server.ts";
import { openSession } from "#db/session.ts";

/** @param directory `LOCAL_DIR` */
export function postgresDirectory(directory: string): string {
  return join(directory, "postgres");
}

/** Users of Stack Auth and of Better Auth have different ids, so each kind has a database of the app to itself. */
export const appDatabases = { stack: "todos", neon: "todos_neon" } as const satisfies Record<
  LocalAuth,
  string
>;

/** What belongs to no snapshot: the stand-in for Stack Auth, and the emails that Better Auth would have sent. */
export const serviceDatabases = { stack: "stack", neon: "mails_neon" } as const satisfies Record<
  LocalAuth,
  string
>;

const databases = [...Object.values(appDatabases), ...Object.values(serviceDatabases)];

/** Adopts a server that a killed process left running. The caller holds the lock on `LOCAL_DIR`. */
export async function startLocalPostgres(directory: string): Promise<Postgres> {
  const settings = localSettings(directory);
  const postgres = await startPostgres({
    directory: postgresDirectory(directory),
    port: settings.postgresPort,
  });
  try {
    keepLocalSettings(directory, { ...settings, postgresPort: postgres.port });
    await createMissingDatabases(postgres);
    return postgres;
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

async function createMissingDatabases(postgres: Postgres): Promise<void> {
  await using session = await openSession(postgres.urlFor("postgres"));
  for (const name of databases) {
    const { rowCount } = await session.query("select from pg_database where datname = $1", [name]);
    if (rowCount === 0) await session.query(`create database ${name}`);
  }
}
