import { eq, sql } from "drizzle-orm";
import { drizzle as overFetch } from "drizzle-orm/neon-http";
import { drizzle as overPool } from "drizzle-orm/neon-serverless";
import {
  bigint,
  jsonb,
  type PgDatabase,
  type PgQueryResultHKT,
  pgTable,
  text,
  timestamp,
} from "drizzle-orm/pg-core";
import { beforeEach, expect, test } from "vitest";
import { driver, pool, postgres } from "./harness.ts";

const item = pgTable("item", {
  id: bigint({ mode: "bigint" }).primaryKey(),
  name: text().unique("item_name_unique"),
  data: jsonb(),
  tags: text().array(),
  at: timestamp({ withTimezone: true }),
});

type Db = PgDatabase<PgQueryResultHKT>;
const clients: [string, () => Db][] = [
  ["neon-http", () => overFetch(driver().sql) as Db],
  ["neon-serverless", () => overPool(pool()) as Db],
];

beforeEach(() => postgres.query("drop table if exists item"));

async function withTable(connect: () => Db): Promise<Db> {
  const db = connect();
  await db.execute(sql`create table item
    (id bigint primary key, name text constraint item_name_unique unique, data jsonb, tags text[], at timestamptz)`);
  return db;
}

test.each(clients)("Drizzle's %s inserts, and selects what it inserted", async (_, connect) => {
  const db = await withTable(connect);
  const row = {
    id: 9007199254740993n,
    name: "it's",
    data: { a: [1, null] },
    tags: ["a,b", '"'],
    at: new Date(1),
  };
  expect(await db.insert(item).values(row).returning()).toEqual([row]);
  await db.insert(item).values([{ id: 2n }, { id: 1n, name: "one" }]);
  expect(await db.select({ id: item.id }).from(item).orderBy(item.id)).toEqual([
    { id: 1n },
    { id: 2n },
    { id: row.id },
  ]);
  expect(await db.select().from(item).where(eq(item.name, "it's"))).toEqual([row]);
});

test.each(clients)("Drizzle's %s passes on the code and the constraint of an error", async (_, connect) => {
  const db = await withTable(connect);
  const same = [1n, 2n].map((id) => ({ id, name: "same" }));
  await expect(db.insert(item).values(same)).rejects.toMatchObject({
    cause: { code: "23505", constraint: "item_name_unique" },
  });
});

test("Drizzle's transaction by neon-serverless rolls back", async () => {
  const db = await withTable(() => overPool(pool()) as Db);
  const change = db.transaction(async (inside) => {
    await inside.insert(item).values({ id: 1n });
    expect(await inside.$count(item)).toBe(1);
    inside.rollback();
  });
  await expect(change).rejects.toThrow("Rollback");
  expect(await db.$count(item)).toBe(0);
});

test("Drizzle's batch by neon-http is one transaction", async () => {
  const db = overFetch(driver().sql);
  await withTable(() => db as Db);
  const insert = db.insert(item).values({ id: 1n });
  await expect(db.batch([insert, insert])).rejects.toMatchObject({ code: "23505" });
  expect(await db.$count(item)).toBe(0);
});
