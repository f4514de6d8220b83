import { setTimeout as delay } from "node:timers/promises";
import sql from "sql-template-tag";
import { z } from "zod";
import { connectClient, connectDatabase } from "#app/db/database.server.ts";
import { type Statement, statement } from "#app/db/statement.server.ts";
import { Refusal } from "#db/refusal.ts";

/** @throws {Refusal} for what is no name of a snapshot */
export function requireSnapshotName(name: string): void {
  if (/^[A-Za-z0-9_][A-Za-z0-9_-]{0,39}$/.test(name)) return;
  throw new Refusal(
    "The name of a snapshot has letters a to z, digits, - and _ alone, at most 40, and does not begin with -.",
  );
}

/** A snapshot is a database of the same server, which nobody can connect to. */
const prefix = "snapshot_";

/** The names of the snapshots, sorted. @throws {DatabaseFault} */
export async function snapshotNames(url: string): Promise<string[]> {
  const snapshots = await connectDatabase(serverOf(url)).query(databasesStartingWith(prefix));
  return snapshots.map(({ database }) => database.slice(prefix.length));
}

/**
 * Keeps a copy of a database, in place of an older one of that name. Each transaction is wholly in it or not
 * at all, and each that was acknowledged before is. Who uses the database meanwhile loses his connection,
 * and who connects waits.
 * @param url of the database; the caller has his turn alone
 * @throws Postgres's error when sessions on the database do not end within 5 s; nothing has changed then
 */
export function takeSnapshot(url: string, name: string): Promise<void> {
  return copyDatabase(url, { from: databaseIn(url), to: prefix + name, connections: false });
}

/**
 * Puts a copy of a snapshot in a database's place: at every moment, and however this process ends, the
 * database is wholly the old or the restored one. Who uses it meanwhile loses his connection.
 * @param url of the database; the caller has his turn alone
 * @throws Postgres's error when sessions on the database do not end within 5 s; nothing has changed then
 */
export function restoreSnapshot(url: string, name: string): Promise<void> {
  return copyDatabase(url, { from: prefix + name, to: databaseIn(url), connections: true });
}

interface Copying {
  from: string;
  /** Replaced when it exists. */
  to: string;
  /** Whether one may connect to the copy. */
  connections: boolean;
}

/** A copy until it is whole, and what it has replaced until it is dropped. A killed command leaves them. */
const unfinished = "unfinished_copy";
const replaced = "replaced";

/**
 * Postgres itself keeps newcomers waiting: `create database` locks its template, and the first rename the
 * database, before they look whether others are there. With `allow_connections false` instead, a command
 * that is killed would leave a database that refuses everybody. And renames can be rolled back, so that no
 * name is ever without its database.
 *
 * The default strategy, wal_log, copied 8 MB in 9 ms and 66 MB in 55 ms; file_copy took 15 and 33 ms.
 */
async function copyDatabase(url: string, { from, to, connections }: Copying): Promise<void> {
  const session = await connectClient(serverOf(url));
  const drop = (name: string) => session.query(`drop database if exists ${name}`);
  try {
    // The session of a killed command goes on with its statement, and keeps this lock until it is done.
    await session.query("select pg_advisory_lock(hashtextextended('shared-todos copying', 0))");
    await drop(unfinished);
    await drop(replaced);
    await evicting(url, from, () =>
      session.query(`create database ${unfinished} template ${quoted(from)} allow_connections false`),
    );
    const { rowCount } = await session.query("select from pg_database where datname = $1", [to]);
    await evicting(url, to, async () => {
      await session.query("begin");
      if (rowCount === 1) await session.query(`alter database ${quoted(to)} rename to ${replaced}`);
      await session.query(`alter database ${unfinished} rename to ${quoted(to)}`);
      await session.query(`alter database ${quoted(to)} allow_connections ${connections}`);
      await session.query("commit");
    });
    await drop(replaced);
  } finally {
    await session.end();
  }
}

/** Ends the sessions on a database while `work` goes on, which waits up to 5 s for them to be gone. */
async function evicting(url: string, database: string, work: () => Promise<unknown>): Promise<void> {
  const server = connectDatabase(serverOf(url));
  let atWork = true;
  const working = work().finally(() => {
    atWork = false;
  });
  const evict = async () => {
    for (; atWork; await delay(10)) await server.query(endSessions(database));
  };
  await Promise.all([working, evict()]);
}

function databasesStartingWith(start: string): Statement<{ database: string }> {
  return statement(
    z.object({ database: z.string() }),
    sql`
select datname as database
from pg_database
where starts_with(datname, ${start})
order by datname
    `,
  );
}

function endSessions(database: string): Statement<unknown> {
  return statement(
    z.unknown(),
    sql`
select pg_terminate_backend(pid)
from pg_stat_activity
where datname = ${database}
    `,
  );
}

/** The database `postgres` of the same server, which is neither copied nor replaced. */
export function serverOf(url: string): string {
  const server = new URL(url);
  server.pathname = "postgres";
  return server.href;
}

function databaseIn(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1));
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
