import { type Generated, type JSONColumnType, Kysely, PostgresDialect, sql } from "kysely";
import { afterEach, expect, test } from "vitest";
import { pool, postgres } from "./harness.ts";

interface Item {
  id: Generated<string>;
  name: string | null;
  data: JSONColumnType<object> | null;
  tags: string[] | null;
  at: Date | null;
}

afterEach(() => postgres.query("drop table item"));

async function withTable() {
  const db = new Kysely<{ item: Item }>({ dialect: new PostgresDialect({ pool: pool() }) });
  await db.schema
    .createTable("item")
    .addColumn("id", "bigint", (column) => column.primaryKey().generatedByDefaultAsIdentity())
    .addColumn("name", "text")
    .addColumn("data", "jsonb")
    .addColumn("tags", sql`text[]`)
    .addColumn("at", "timestamptz")
    .addUniqueConstraint("item_name_unique", ["name"])
    .execute();
  return db;
}

test("Kysely inserts, and selects what it inserted", async () => {
  const db = await withTable();
  const row = { id: "9007199254740993", name: "it's", tags: ["a,b", '"'], at: new Date(1) };
  const data = { a: [1, null] };
  const insert = db
    .insertInto("item")
    .values({ ...row, data: JSON.stringify(data) })
    .returningAll();
  expect(await insert.execute()).toEqual([{ ...row, data }]);
  await db
    .insertInto("item")
    .values([{ name: "two" }, { name: "three" }])
    .execute();
  const names = db.selectFrom("item").select("name").orderBy("name", "desc");
  expect(await names.execute()).toEqual([{ name: "two" }, { name: "three" }, { name: "it's" }]);
  expect(await names.where("at", "<", new Date(2)).execute()).toEqual([{ name: "it's" }]);
  expect(await db.deleteFrom("item").executeTakeFirst()).toEqual({ numDeletedRows: 3n });
});

test("Kysely passes on the code and the constraint of an error", async () => {
  const db = await withTable();
  const insert = db.insertInto("item").values([{ name: "same" }, { name: "same" }]);
  await expect(insert.execute()).rejects.toMatchObject({ code: "23505", constraint: "item_name_unique" });
});

test("Kysely's transaction rolls back", async () => {
  const db = await withTable();
  const change = db
    .transaction()
    .setIsolationLevel("serializable")
    .execute(async (inside) => {
      await inside.insertInto("item").values({ name: "gone" }).execute();
      expect(await inside.selectFrom("item").selectAll().execute()).toHaveLength(1);
      throw new Error("no");
    });
  await expect(change).rejects.toThrow("no");
  expect(await db.selectFrom("item").selectAll().execute()).toEqual([]);
});
