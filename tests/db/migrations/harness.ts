import { randomUUID } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "@neondatabase/serverless";
import { afterAll, beforeEach, onTestFinished, vi } from "vitest";
import { connectClient } from "#app/db/database.server.ts";
import { migrate, rollback } from "#db/migrate.ts";

export const databaseUrl = process.env.DATABASE_URL ?? "";

const directory = "db/migrations";
const files = readdirSync(directory).sort();

function filesUpTo(name: string): string[] {
  const last = files.findIndex((file) => file.endsWith(`_${name}.sql`));
  if (last === -1) throw new Error(`There is no migration ${name}`);
  return files.slice(0, last + 1);
}

/** A folder with the migrations up to the one of this name, for as long as the test runs. */
function migrationsUpTo(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), "todos-migrations-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const file of filesUpTo(name)) cpSync(join(directory, file), join(folder, file));
  return folder;
}

/** The two halves of a migration, for a session of the test's own. */
export function statementsOf(name: string): { up: string; down: string } {
  const file = files.find((each) => each.endsWith(`_${name}.sql`)) ?? name;
  const [up = "", down = ""] = readFileSync(join(directory, file), "utf8").split("-- migrate:down");
  // What follows the marker in its line are dbmate's options.
  return { up, down: `--${down}` };
}

/** What `migrate` leaves, without dbmate, which takes half a second. @param last the newest migration's name */
export async function applyMigrations(client: Client, last?: string): Promise<void> {
  await client.query("create table schema_migrations (version varchar(128) primary key)");
  for (const file of last === undefined ? files : filesUpTo(last)) {
    await client.query(statementsOf(file).up);
    await client.query("insert into schema_migrations values ($1)", [file.split("_")[0]]);
  }
}

/** This test file's database, emptied before each test, and how to ask it. */
export async function emptiedDatabase() {
  const database = await connectClient(databaseUrl);
  beforeEach(() => clear(database));
  afterAll(() => database.end());
  const rows = async (text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> =>
    (await database.query(text, values)).rows;
  return { database, rows };
}

/** Migrates up to the migration of this name; to the newest by default. @returns what the migrations say */
export function up(name?: string, url = databaseUrl): Promise<string[]> {
  return saidBy(() => migrate(url, { migrations: name === undefined ? directory : migrationsUpTo(name) }));
}

/** Rolls back the migration of this name, the newest there is. @returns what it says */
export function down(name: string, url = databaseUrl): Promise<string[]> {
  return saidBy(() => rollback(url, { migrations: migrationsUpTo(name) }));
}

/** A session for as long as the test runs. */
export async function session(url = databaseUrl): Promise<Client> {
  const client = await connectClient(url);
  onTestFinished(() => client.end());
  return client;
}

/**
 * A role that is there until the test ends. Roles belong to the whole server.
 * @returns its name, which needs no quoting
 */
export async function createRole(grants: (name: string) => string[]): Promise<string> {
  const client = await session();
  const name = `role_${randomUUID().replaceAll("-", "")}`;
  await client.query(`create role ${name} login password 'password'`);
  onTestFinished(async () => {
    await client.query(`drop owned by ${name} cascade`);
    await client.query(`drop role ${name}`);
  });
  for (const grant of grants(name)) await client.query(grant);
  return name;
}

/** A session as Neon's server might have it: with rights on its own table, and on nothing of ours. */
export async function neonsSession(
  rights: string,
  table: string,
): Promise<{ client: Client; warnings: string[] }> {
  const role = await createRole((name) => [
    `grant usage on schema neon_auth to ${name}`,
    `grant ${rights} on ${table} to ${name}`,
  ]);
  const client = await session();
  const warnings: string[] = [];
  client.on("notice", ({ severity, message }) => warnings.push(`${severity}: ${message}`));
  await client.query(`set role ${role}`);
  await client.query("set search_path = ''");
  return { client, warnings };
}

/** Leaves nothing in a database. */
export async function clear(client: Client): Promise<void> {
  await client.query("drop schema if exists neon_auth cascade");
  await client.query("drop schema public cascade");
  await client.query("create schema public");
}

/** What the migrations say while they run. */
async function saidBy(migrating: () => Promise<void>): Promise<string[]> {
  const printed = vi.spyOn(console, "error").mockImplementation(() => {});
  try {
    await migrating();
    return printed.mock.calls.map(String);
  } finally {
    printed.mockRestore();
  }
}
