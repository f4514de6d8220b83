import { join } from "node:path";
import { connectClient } from "#app/db/database.server.ts";
import { keepLocalSettings, localSettings } from "#db/local/directory/settings.ts";
import { type Postgres, startPostgres } from "#db/local/postgres/server.ts";

/** Below `LOCAL_DIR`, all that Postgres keeps. */
export function postgresDirectory(directory: string): string {
  return join(directory, "postgres");
}

/** The app's own database, and that of the stand-in for Stack Auth. */
const databases = ["todos", "stack"] as const;

/**
 * Starts the Postgres of local mode, or adopts the one that a killed process left, with its two databases
 * `todos` and `stack`. The caller holds the lock on `LOCAL_DIR`.
 */
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
  const client = await connectClient(postgres.urlFor("postgres"));
  try {
    for (const name of databases) {
      const { rowCount } = await client.query("select from pg_database where datname = $1", [name]);
      if (rowCount === 0) await client.query(`create database ${name}`);
    }
  } finally {
    await client.end();
  }
}
