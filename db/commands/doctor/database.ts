import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import sql from "sql-template-tag";
import { z } from "zod";
import { type Client, connectDatabase, type Database } from "#app/db/database.server.ts";
import { DatabaseFault } from "#app/db/faults.server.ts";
import { type Statement, statement } from "#app/db/statement.server.ts";
import type { Environment } from "#app/platform/environment.server.ts";
import { lostTriggers, profilesAreKept } from "#app/profiles/kept-profiles.server.ts";
import { openSession } from "#db/session.ts";
import type { Finding } from "./finding.ts";

/** A Neon compute may have to wake up first. */
const patienceMs = 15_000;
const hearLimitMs = 5_000;

/** Changes nothing. */
export async function* checkDatabase({
  databaseUrl,
  databaseUrlUnpooled,
  neonAuthUrl,
}: Environment): AsyncGenerator<Finding> {
  const { host, pathname } = new URL(databaseUrl);
  const database = connectDatabase(databaseUrl, patienceMs);
  try {
    const [server] = await database.query(serverVersion());
    yield {
      outcome: "good",
      text: `Database ${pathname.slice(1)} on ${host} answers: Postgres ${server?.version}.`,
    };
  } catch (error) {
    yield {
      outcome: "bad",
      text: `Database ${pathname.slice(1)} on ${host}: ${reason(error)}`,
      fix: "Check DATABASE_URL, and that this machine can reach the server.",
    };
    return;
  }
  yield* checkUsersSync(database);
  yield* checkMigrations(database, neonAuthUrl !== undefined);
  yield* checkListening(databaseUrlUnpooled);
}

const migrateFirst = "Run `npm run db:migrate`.";

async function* checkUsersSync(database: Database): AsyncGenerator<Finding> {
  const [table] = await database.query(usersSyncTable());
  if (!table) {
    yield { outcome: "bad", text: "There is no table neon_auth.users_sync.", fix: migrateFirst };
    return;
  }
  const columns = await database.query(usersSyncColumns());
  const wrong = Object.entries(expectedColumns).filter(
    ([name, type]) => columns.find((column) => column.name === name)?.type !== type,
  );
  yield wrong.length === 0
    ? { outcome: "good", text: `neon_auth.users_sync belongs to ${table.owner} and has Neon's columns.` }
    : {
        outcome: "bad",
        text: `neon_auth.users_sync differs from Neon's: ${wrong.map(([name, type]) => `${name} is not ${type}`).join(", ")}.`,
        fix: "See “Any Postgres, any Stack Auth project” in docs/neon-and-stack.md.",
      };
  yield table.mayCreateTriggers
    ? { outcome: "good", text: "The app may create triggers on it." }
    : {
        outcome: "warning",
        text: `The app may not create triggers on it: it belongs to ${table.owner}, and the app connects as ${table.role}.`,
        fix: "Without them, open pages show new names late, and a deleted user's todos stay until the next sweep.",
      };
}

async function* checkMigrations(database: Database, hasNeonAuth: boolean): AsyncGenerator<Finding> {
  const files = readdirSync("db/migrations").map((file) => file.split("_", 1)[0] ?? "");
  const [table] = await database.query(migrationsTable());
  const rows = table?.isThere ? await database.query(appliedMigrations()) : [];
  const applied = new Set(rows.map(({ version }) => version));
  const missing = files.filter((version) => !applied.has(version));
  yield missing.length === 0
    ? { outcome: "good", text: `All ${files.length} migrations are applied.` }
    : {
        outcome: "bad",
        text: `${missing.length} of ${files.length} migrations are not applied.`,
        fix: migrateFirst,
      };
  if (missing.length === 0) yield* checkTriggers(database, hasNeonAuth);
}

async function* checkTriggers(database: Database, hasNeonAuth: boolean): AsyncGenerator<Finding> {
  const [profiles] = await database.query(profilesAreKept());
  if (hasNeonAuth && profiles?.isKept == null) {
    yield {
      outcome: "bad",
      text: "No triggers keep neon_auth.users_sync, so users of Neon Auth get no profile.",
      fix: `${migrateFirst} If that changes nothing, NEON_AUTH_BASE_URL belongs to another database.`,
    };
  }
  if (profiles?.isKept)
    yield { outcome: "good", text: 'Triggers on neon_auth."user" keep neon_auth.users_sync.' };
  if (profiles?.isKept === false) yield { outcome: "bad", text: lostTriggers, fix: migrateFirst };
}

/** Whether a notification to itself arrives: a pooler accepts LISTEN and then delivers nothing. */
async function* checkListening(url: string): AsyncGenerator<Finding> {
  const { host } = new URL(url);
  try {
    await using session = await openSession(url);
    await hear(session);
    yield { outcome: "good", text: `LISTEN works on ${host}: open pages update live.` };
  } catch (error) {
    yield {
      outcome: "bad",
      text: `LISTEN on ${host}: ${reason(error)}`,
      fix: "Set DATABASE_URL_UNPOOLED to the database's direct URL, without a pooler.",
    };
  }
}

async function hear(session: Client): Promise<void> {
  const channel = `todos_doctor_${randomBytes(8).toString("hex")}`;
  await session.query(`listen ${channel}`);
  const limit = AbortSignal.timeout(hearLimitMs);
  try {
    await Promise.all([once(session, "notification", { signal: limit }), session.query(`notify ${channel}`)]);
  } catch (error) {
    if (!limit.aborted) throw error;
    throw new Error(`a notification to itself did not arrive within ${hearLimitMs / 1_000} s`);
  }
}

/** As Neon creates the table. */
const expectedColumns: Record<string, string> = {
  raw_json: "jsonb",
  id: "text",
  name: "text",
  email: "text",
  created_at: "timestamptz",
  updated_at: "timestamptz",
  deleted_at: "timestamptz",
};

function serverVersion(): Statement<{ version: string }> {
  return statement(
    z.object({ version: z.string() }),
    sql`select current_setting('server_version') as version`,
  );
}

function usersSyncTable(): Statement<{ owner: string; role: string; mayCreateTriggers: boolean }> {
  return statement(
    z.object({ owner: z.string(), role: z.string(), mayCreateTriggers: z.boolean() }),
    sql`
select
  pg_get_userbyid(c.relowner)::text as owner,
  current_user::text as role,
  has_table_privilege(c.oid, 'trigger') as "mayCreateTriggers"
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'neon_auth'
  and c.relname = 'users_sync'
    `,
  );
}

function usersSyncColumns(): Statement<{ name: string; type: string }> {
  return statement(
    z.object({ name: z.string(), type: z.string() }),
    sql`
select c.column_name::text as name, c.udt_name::text as type
from information_schema.columns c
where c.table_schema = 'neon_auth'
  and c.table_name = 'users_sync'
    `,
  );
}

function migrationsTable(): Statement<{ isThere: boolean }> {
  return statement(
    z.object({ isThere: z.boolean() }),
    sql`select to_regclass('public.schema_migrations') is not null as "isThere"`,
  );
}

function appliedMigrations(): Statement<{ version: string }> {
  return statement(
    z.object({ version: z.string() }),
    sql`select m.version::text as version from public.schema_migrations m`,
  );
}

function reason(error: unknown): string {
  const { message } =
    error instanceof DatabaseFault && error.cause instanceof Error ? error.cause : (error as Error);
  return message.endsWith(".") ? message : `${message}.`;
}
