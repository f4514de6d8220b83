import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { connectClient } from "#app/db/database.server.ts";
import { inheritedVariables } from "#app/platform/environment.server.ts";
import { isLoopback } from "#app/platform/hosts.ts";
import { Refusal } from "./refusal.ts";

export interface MigrationOptions {
  /** Where the migrations are; `db/migrations` unless told. */
  migrations?: string;
}

const ownMigrations = fileURLToPath(new URL("./migrations", import.meta.url));

/**
 * Applies the migrations that a database lacks. Safe to run by several processes at once.
 * @param url of the database on its direct host; it has to exist
 * @throws {Refusal} when a migration fails; the ones before it stay applied
 */
export async function migrate(
  url: string,
  { migrations = ownMigrations }: MigrationOptions = {},
): Promise<void> {
  await underLock(url, () => dbmate(["migrate"], migrations, url));
}

/** Takes back the newest migration. @throws {Refusal} */
export async function rollback(
  url: string,
  { migrations = ownMigrations }: MigrationOptions = {},
): Promise<void> {
  await underLock(url, () => dbmate(["rollback"], migrations, url));
}

/** Prints which migrations are applied and which are not. @throws {Refusal} */
export async function printStatus(
  url: string,
  { migrations = ownMigrations }: MigrationOptions = {},
): Promise<void> {
  await dbmate(["status"], migrations, url);
}

/** Creates an empty migration, named by the time and by `name`. @throws {Refusal} */
export async function createMigration(
  name: string,
  { migrations = ownMigrations }: MigrationOptions = {},
): Promise<void> {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) {
    throw new Refusal(
      "The name of a migration has lower-case letters, digits and _ alone, such as add_due_dates.",
    );
  }
  await dbmate(["new", name], migrations);
}

/**
 * Runs `work` while no other process migrates the same database: two at once would insert the same version.
 * What a migration says with `pg_notify('migration', …)` is printed when it commits. dbmate shows no notices.
 */
async function underLock(url: string, work: () => Promise<void>): Promise<void> {
  const client = await connectClient(url);
  // A lost session shows in the next query.
  client.on("error", () => {});
  client.on("notification", ({ payload }) => console.error(payload));
  try {
    await client.query("listen migration");
    const { rows } = await client.query(`select pg_try_advisory_lock(${lockKey}) as locked`);
    if (!rows[0].locked) {
      console.error("Waiting for another process that migrates this database.");
      await client.query(`select pg_advisory_lock(${lockKey})`);
    }
    await work();
    // Postgres sends what was notified before it answers.
    await client.query("select");
  } finally {
    await client.end();
  }
}

const lockKey = "hashtextextended('shared-todos migrations', 0)";

async function dbmate(command: string[], migrations: string, url?: string): Promise<void> {
  const args = ["--migrations-dir", migrations, "--no-dump-schema", ...command];
  const child = spawn(dbmateProgram(), args, {
    // What it does is news for the terminal; what it is asked for, the status, is the output.
    stdio: ["ignore", command[0] === "status" ? 1 : 2, 2],
    // Not as an argument, which other users of the machine could read.
    env: { ...inheritedVariables(), ...(url && { DATABASE_URL: urlForDbmate(url) }) } as NodeJS.ProcessEnv,
  });
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("exit", resolve));
  // It says "Applied" of a migration that fails, too.
  if (code !== 0) throw new Refusal(`\`dbmate ${command[0]}\` failed: what it named last was not done.`);
}

/** dbmate speaks through lib/pq, which does not know channel_binding and insists on TLS unless told. */
function urlForDbmate(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.searchParams.delete("channel_binding");
  if (isLoopback(databaseUrl) && !url.searchParams.has("sslmode")) url.searchParams.set("sslmode", "disable");
  return url.href;
}

function dbmateProgram(): string {
  const name = `@dbmate/${process.platform}-${process.arch}`;
  try {
    const launcher = createRequire(import.meta.url).resolve("dbmate");
    const program = process.platform === "win32" ? "dbmate.exe" : "dbmate";
    return join(dirname(createRequire(launcher).resolve(`${name}/package.json`)), "bin", program);
  } catch {
    throw new Refusal(`Migrations need the npm package ${name}, which is not installed: run \`npm ci\`.`);
  }
}
