import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import sql, { raw } from "sql-template-tag";
import type { TestProject } from "vitest/node";
import { z } from "zod";
import { closeDatabases, connectDatabase } from "#app/db/database.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { exemptLoopbackFromProxies } from "#app/platform/environment.server.ts";
import { migrate } from "#db/migrate.ts";
import { joinTestServer } from "./test-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A superuser's URL of the database `postgres` on the tests' server. */
    adminUrl: string;
    /** The migrated database that each test file gets a copy of. */
    template: string;
  }
}

/**
 * Joins the tests' Postgres for a run. The migrated template is kept for the next run, and its name changes with the
 * migrations.
 */
export default async function setup({ provide }: TestProject) {
  exemptLoopbackFromProxies();
  const server = await joinTestServer();
  process.once("exit", cleanUp);
  const admin = connectDatabase(server.urlFor("postgres"), 30_000);
  const template = `template_${migrationsHash()}`;

  const exists = statement(
    z.object({ exists: z.boolean() }),
    sql`select exists (select from pg_database where datname = ${template}) as exists`,
  );
  const [row] = await admin.query(exists);
  if (!row?.exists) {
    const unfinished = `test_${template}_${process.pid}`;
    await admin.query(statement(z.never(), sql`create database ${raw(unfinished)}`));
    await migrate(server.urlFor(unfinished));
    await admin.query(
      statement(z.never(), sql`alter database ${raw(unfinished)} rename to ${raw(template)}`),
    );
  }
  provide("adminUrl", server.urlFor("postgres"));
  provide("template", template);

  return async () => {
    await closeDatabases();
    const left = await server.leave();
    process.off("exit", cleanUp);
    if (left.length > 0) throw new Error(`Tests left these databases behind: ${left.join(", ")}`);
  };
}

/** Stops the server after an interrupted run, too. */
function cleanUp(): void {
  const script = ["--import", "tsx", "tests/setup/clean-up.ts"];
  spawn(process.execPath, script, { detached: true, stdio: "ignore" }).unref();
}

function migrationsHash(): string {
  const hash = createHash("sha256");
  for (const file of readdirSync("db/migrations").sort())
    hash.update(readFileSync(join("db/migrations", file)));
  return hash.digest("hex").slice(0, 16);
}
