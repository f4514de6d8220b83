import sql from "sql-template-tag";
import { expect, test, vi } from "vitest";
import { z } from "zod";
import { closeDatabases, connectDatabase } from "#app/db/database.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { databasePoolMax, InvalidEnvironment } from "#app/platform/environment.server.ts";

const databaseUrl = z.string().parse(process.env.DATABASE_URL);

test("a process uses at most DATABASE_POOL_MAX connections for its queries", async () => {
  vi.stubEnv("DATABASE_POOL_MAX", "2");
  const database = connectDatabase(databaseUrl, 60_000);
  const own = statement(
    z.object({ pid: z.number() }),
    sql`select pg_backend_pid() as pid from pg_sleep(0.05)`,
  );
  const rows = await Promise.all(Array.from({ length: 8 }, () => database.query(own)));
  expect(new Set(rows.flat().map(({ pid }) => pid)).size).toBe(2);
  await closeDatabases();
});

test("DATABASE_POOL_MAX is 10 by default, and at least 1", () => {
  expect(databasePoolMax({})).toBe(10);
  for (const wrong of ["0", "-1", "2.5", "many"])
    expect(() => databasePoolMax({ DATABASE_POOL_MAX: wrong }), wrong).toThrow(InvalidEnvironment);
});
