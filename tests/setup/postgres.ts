import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import sql, { raw } from "sql-template-tag";
import type { TestProject } from "vitest/node";
import { z } from "zod";
import { closeDatabases, connectClient, connectDatabase } from "#app/db/database.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { migrate } from "#db/commands/migrate.ts";
import { startPostgres } from "#db/local/postgres.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A superuser's URL of the database `postgres` on the tests' own server. */
    adminUrl: string;
    /** The name of the migrated database that each test file gets a copy of. */
    template: string;
  }
}

const inUseKey = "hashtext('tests in use')";
const directory = "node_modules/.cache/todos-tests/postgres";

/**
 * Starts the tests' own Postgres. Its migrated template stays for the next run, under a name that changes
 * with the migrations.
 */
export default async function setup({ provide }: TestProject) {
  const postgres = await startPostgres({ directory, durable: false });
  const adminUrl = postgres.urlFor("postgres");
  // Runs may overlap, as one that watches and one of everything: the last one to end stops the server.
  const inUse = await connectClient(adminUrl);
  await inUse.query(`select pg_advisory_lock_shared(${inUseKey})`);
  const admin = connectDatabase(adminUrl, 30_000);
  const template = `template_${migrationsHash()}`;

  const exists = statement(
    z.object({ exists: z.boolean() }),
    sql`select exists (select from pg_database where datname = ${template}) as exists`,
  );
  const [row] = await admin.query(exists);
  if (!row?.exists) {
    const unfinished = `${template}_${process.pid}`;
    await admin.query(statement(z.never(), sql`create database ${raw(unfinished)}`));
    await migrate(postgres.urlFor(unfinished));
    await admin.query(
      statement(z.never(), sql`alter database ${raw(unfinished)} rename to ${raw(template)}`),
    );
  }
  provide("adminUrl", adminUrl);
  provide("template", template);

  return async () => {
    await closeDatabases();
    const { rows } = await inUse.query(
      `select pg_advisory_unlock_shared(${inUseKey}), pg_try_advisory_lock(${inUseKey}) as "isLast"`,
    );
    await inUse.end();
    if (rows[0].isLast) await postgres.stop();
  };
}

function migrationsHash(): string {
  const hash = createHash("sha256");
  for (const file of readdirSync("db/migrations").sort())
    hash.update(readFileSync(join("db/migrations", file)));
  return hash.digest("hex").slice(0, 16);
}
