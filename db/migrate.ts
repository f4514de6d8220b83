import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inheritedVariables } from "#app/platform/environment.server.ts";
import { isLoopback } from "#app/platform/hosts.ts";
import { Refusal } from "./refusal.ts";
import { openSession } from "./session.ts";

interface MigrationOptions {
  /** Where the migrations are; `db/migrations` by default. */
  migrations?: string;
}

const ownMigrations = fileURLToPath(new URL("./migrations", import.meta.url));

/**
 * Applies the pending migrations. Several processes may do so at once.
 * @param url of an existing database, on its direct host
 * @throws {Refusal} when a migration fails; the ones before it stay applied
 */
export async function migrate(
  url: string,
  { migrations = ownMigrations }: MigrationOptions = {},
): Promise<void> {
  await underLock(url, () => dbmate(["migrate"], migrations, url));
}

/** Rolls back the newest migration. @throws {Refusal} */
export async function rollback(
  url: string,
  { migrations = ownMigrations }: MigrationOptions = {},
): Promise<void> {
  await underLock(url, () => dbmate(["rollback"], migrations, url));
}

/** @throws {Refusal} */
export async function printStatus(url: string): Promise<void> {
  await dbmate(["status"], ownMigrations, url);
}

/** @throws {Refusal} */
export async function createMigration(
  name: string,
  { migrations = ownMigrations }: MigrationOptions = {},
): Promise<void> {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) {
    throw new Refusal("Use only lower-case letters, digits and _ in the name of a migration: add_due_dates");
  }
  await dbmate(["new", name], migrations);
}

/**
 * Runs `work` while no other process migrates the same database: two at once would insert the same version.
 * Prints what a migration reports with `pg_notify('migration', …)`, as dbmate shows no notices.
 */
async function underLock(url: string, work: () => Promise<void>): Promise<void> {
  await using client = await openSession(url);
  client.on("notification", ({ payload }) => console.error(payload));
  await client.query("listen migration");
  const { rows } = await client.query(`select pg_try_advisory_lock(${lockKey}) as locked`);
  if (!rows[0].locked) {
    console.error("Waiting for another process that is migrating this database.");
    await client.query(`select pg_advisory_lock(${lockKey})`);
  }
  await work();
  // Postgres delivers the notifications before it answers.
  await client.query("select");
}

const lockKey = "hashtextextended('shared-todos migrations', 0)";

async function dbmate(command: string[], migrations: string, url?: string): Promise<void> {
  const args = ["--migrations-dir", migrations, "--no-dump-schema", ...command];
  const child = spawn(dbmateProgram(), args, {
    // Only the status is output; the rest is progress.
    stdio: ["ignore", command[0] === "status" ? 1 : 2, 2],
    // Not as an argument, which other users of this machine could read.
    env: { ...inheritedVariables(), ...(url && { DATABASE_URL: urlForDbmate(url) }) } as NodeJS.ProcessEnv,
  });
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("exit", resolve));
  // dbmate prints "Applied" for a migration that fails, too.
  if (code !== 0)
    throw new Refusal(`\`dbmate ${command[0]}\` failed. The last migration it names was not changed.`);
}

/** dbmate uses lib/pq, which does not know channel_binding and requires TLS by default. */
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
    throw new Refusal(`Migrations need the npm package ${name}, which is not installed. Run \`npm ci\`.`);
  }
}
