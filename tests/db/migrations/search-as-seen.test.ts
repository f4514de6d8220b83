import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectClient } from "#app/db/database.server.ts";
import { applyMigrations, statementsOf } from "./harness.ts";

const { DATABASE_URL = "" } = process.env;

const found: [why: string, task: string, query: string][] = [
  ["case", "Buy SEEDS", "buy seeds"],
  ["case outside of ASCII", "ЧАЙ", "чай"],
  ["a sigma at the end of a word", "ΟΔΟΣ", "οδός"],
  ["a letter that folds to two", "STRASSE", "straße"],
  ["a capital with a dot", "İstanbul", "istanbul"],
  ["accents", "Crème brûlée", "creme brulee"],
  ["letters that only look like one with an accent", "Øl", "ol"],
  ["Hangul as macOS writes it", "한글".normalize("NFD"), "한글"],
  ["kana as macOS writes them", "ガラス".normalize("NFD"), "ガラス"],
  ["Cyrillic as macOS writes it", "чай".normalize("NFD"), "чай"],
  ["half-width kana", "ｱｲｽ", "アイス"],
  ["full-width digits", "５０％", "50%"],
  ["ligatures", "ﬁsh", "fish"],
  ["a no-break space", "10\u00a0kg", "10 kg"],
  ["an ideographic space", "寿司\u3000屋", "寿司 屋"],
  ["two spaces, which a page shows as one", "10  kg", "10 kg"],
  ["a line break", "10\nkg", "10 kg"],
  ["a soft hyphen", "co\u00adoperate", "cooperate"],
  ["a zero-width space", "buy\u200bseeds", "buyseeds"],
  ["a mark of direction", "\u200fשלום", "שלום"],
  ["Hebrew points", "שָׁלוֹם", "שלום"],
  ["Arabic vowels", "كِتَاب", "كتاب"],
  ["an emoji with and without its variation", "❤\ufe0f", "❤"],
];
const notFound: typeof found = [
  ["kana with a mark are other letters", "が", "か"],
  ["a syllable does not begin with another", "한", "하"],
  ["wildcards stand for themselves", "50 percent", "50%"],
];

for (const locale of ["C.UTF-8", "C"]) {
  const name = `test_${randomUUID().slice(0, 8)}`;
  const admin = await connectClient(DATABASE_URL);
  await admin.query(`create database ${name} template template0 encoding 'UTF8' locale '${locale}'`);
  const url = new URL(DATABASE_URL);
  url.pathname = name;
  const database = await connectClient(url.href);

  beforeAll(() => applyMigrations(database));
  afterAll(async () => {
    await database.end();
    await admin.query(`drop database ${name}`);
    await admin.end();
  });

  async function finds(task: string, query: string): Promise<boolean> {
    const { rows } = await database.query("select searchable($1) like search_pattern($2) as it", [
      task,
      query,
    ]);
    return rows[0]?.it;
  }

  test.each(found)(`in a database of locale ${locale} search does not mind %s`, async (_, task, query) => {
    expect([await finds(task, query), await finds(query, task)]).toEqual([true, true]);
  });

  test.each(notFound)(`in a database of locale ${locale} %s`, async (_, task, query) => {
    expect(await finds(task, query)).toBe(false);
  });
}

test("the index finds todos from before the migration, and down leaves search as it was", async () => {
  const database = await connectClient(DATABASE_URL);
  const { up, down } = statementsOf("search_as_seen");
  const found = async () => {
    await database.query("set enable_seqscan = off");
    const { rows } = await database.query(
      "select task from todos where searchable(task) like search_pattern('10 kg')",
    );
    return rows.map(({ task }) => task);
  };
  await database.query(down);
  await database.query(`insert into neon_auth.users_sync (raw_json) values ('{"id": "bob"}')`);
  await database.query("insert into todos (owner_id, task) values ('bob', $1)", ["10\u00a0kg of rice"]);
  expect(await found()).toEqual([]);
  await database.query(up);
  expect(await found()).toEqual(["10\u00a0kg of rice"]);
  await database.end();
});
