import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { runStatement } from "#db/commands/sql/run-statement.ts";
import { createMigration, migrate, rollback } from "#db/migrate.ts";
import { Refusal } from "#db/refusal.ts";

const databaseUrl = z.string().parse(process.env.DATABASE_URL);
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "todos-migrations-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test("a failing migration is an error, and the one before it stays applied", async () => {
  const options = { migrations: directory };
  writeFileSync(
    join(directory, "29990101000000_first.sql"),
    "-- migrate:up\nselect pg_notify('migration', 'moved 3 todos');\n-- migrate:down\nselect 1;\n",
  );
  writeFileSync(
    join(directory, "29990101000001_second.sql"),
    "-- migrate:up\nselect nothing;\n-- migrate:down\n",
  );
  const printed = vi.spyOn(console, "error").mockImplementation(() => {});
  await expect(migrate(databaseUrl, options)).rejects.toThrow(Refusal);
  expect(printed.mock.calls).toEqual([["moved 3 todos"]]);
  printed.mockRestore();

  const applied = "select version from schema_migrations where version like '2999%'";
  const rowsOf = async () =>
    (await runStatement(databaseUrl, applied, { readOnly: false, values: "text" })).rows;
  expect(await rowsOf()).toEqual([["29990101000000"]]);
  await rollback(databaseUrl, options);
  expect(await rowsOf()).toEqual([]);
});

test("db:new puts the time into a migration's name, and refuses an invalid name", async () => {
  await createMigration("add_due_dates", { migrations: directory });
  expect(readdirSync(directory)).toEqual([expect.stringMatching(/^\d{14}_add_due_dates\.sql$/)]);
  await expect(createMigration("add due dates", { migrations: directory })).rejects.toThrow(Refusal);
});
