import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "#app/db/database.server.ts";
import { asDatabaseFault } from "#app/db/faults.server.ts";
import { inheritedVariables } from "#app/platform/environment.server.ts";
import { addressIn } from "./neon-over-tcp/connection-string.ts";
import { agreedTls } from "./neon-over-tcp/socket.ts";
import { Refusal } from "./refusal.ts";
import { openSession } from "./session.ts";

interface MigrationOptions {
  /** Where the migrations are; `db/migrations` by default. */
  migrations?: string;
}

/** In the project's directory: the compiled commands are elsewhere than this file. */
const ownMigrations = "db/migrations";

/**
 * Applies the pending migrations, and repairs what keeps users_sync. Several processes may do so at once.
 * @param url of an existing database, on its direct host
 * @throws {Refusal} when a migration fails; the ones before it stay applied
 */
export async function migrate(
  url: string,
  { migrations = ownMigrations }: MigrationOptions = {},
): Promise<void> {
  await underLock(url, async (session) => {
    await dbmate(["migrate"], migrations, url);
    await bridgeUsersSync(session);
  });
}

/** Rolls back the newest migration. @throws {Refusal} */
export async function rollback(
  url: string,
  { migrations = ownMigrations }: MigrationOptions = {},
): Promise<void> {
  await underLock(url, () => dbmate(["rollback"], migrations, url));
}

/** @throws {Refusal | DatabaseFault} */
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
async function underLock(url: string, work: (session: Client) => Promise<void>): Promise<void> {
  await using client = await openSession(url);
  client.on("notification", ({ payload }) => console.error(payload));
  await client.query("listen migration");
  const isLocked = async () => {
    const { rows } = await client.query(`select pg_try_advisory_lock(${lockKey}) as locked`);
    return rows[0].locked;
  };
  if (!(await isLocked())) {
    console.error("Waiting for another process that is migrating this database.");
    // Not by a statement that waits: "create index concurrently" would wait for it in turn.
    do await delay(askAgainMs);
    while (!(await isLocked()));
  }
  await work(client);
  // Postgres delivers the notifications before it answers.
  await client.query("select");
}

/**
 * A `user` table of Neon Auth that was dropped and restored has lost its triggers. Only the role that owns the function
 * may create them again.
 */
async function bridgeUsersSync(session: Client): Promise<void> {
  const { rows } = await session.query(
    `select has_function_privilege(to_regprocedure('public.bridge_users_sync()'), 'execute') as "mayCall"`,
  );
  if (rows[0].mayCall) await session.query("select public.bridge_users_sync()");
}

const askAgainMs = 200;

const lockKey = "hashtextextended('shared-todos migrations', 0)";

async function dbmate(command: string[], migrations: string, url?: string): Promise<void> {
  const args = ["--migrations-dir", migrations, "--no-dump-schema", ...command];
  const address = url && { DATABASE_URL: await urlForDbmate(url) };
  const child = spawn(dbmateProgram(), args, {
    // Only the status is output; the rest is progress.
    stdio: ["ignore", command[0] === "status" ? 1 : 2, 2],
    // Not as an argument, which other users of this machine could read.
    env: { ...inheritedVariables(), ...address } as NodeJS.ProcessEnv,
  });
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("exit", resolve));
  // dbmate prints "Applied" for a migration that fails, too.
  if (code !== 0)
    throw new Refusal(`\`dbmate ${command[0]}\` failed. The last migration it names was not changed.`);
}

const askLimitMs = 10_000;

/**
 * dbmate uses lib/pq, which knows neither `allow`, `prefer` nor `sslrootcert=system`. The host is a parameter because
 * dbmate drops the brackets around an IPv6 address.
 * @throws {DatabaseFault}
 */
async function urlForDbmate(databaseUrl: string): Promise<string> {
  const { username, password, pathname, searchParams } = new URL(databaseUrl);
  const tls = await agreedTls(databaseUrl, AbortSignal.timeout(askLimitMs)).catch((error) => {
    throw asDatabaseFault(error);
  });
  const { rejectUnauthorized: isVerified, checkServerIdentity: anyName } = tls || {};
  if (!isVerified || searchParams.get("sslrootcert") === "system") searchParams.delete("sslrootcert");
  const sslmode = !tls ? "disable" : !isVerified ? "require" : anyName ? "verify-ca" : "verify-full";
  const { host, port } = addressIn(databaseUrl);
  for (const [name, value] of Object.entries({ sslmode, host, port })) searchParams.set(name, String(value));
  return `postgres://${username}:${password}@${pathname}?${searchParams}`;
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
