import { readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { connectClient } from "#app/db/database.server.ts";

const [, tutorial = ""] = readFileSync("README.md", "utf8").split(/^## (?=The tutorial)/m);
const client = await connectClient(process.env.DATABASE_URL ?? "");
afterAll(() => client.end());

/** What the tutorial runs with `npm run db:sql` or shows as SQL, in its order; a table further down names the command. */
const statements = [...tutorial.matchAll(/npm run db:sql -- "([^"]+)"|```sql\n([^`]+)```/g)]
  .map(([, run, shown]) => run ?? shown ?? "")
  .filter((statement) => !statement.startsWith("<"));

async function emails(): Promise<string[]> {
  const { rows } = await client.query(
    `select u.email from todos t join neon_auth.users_sync u on u.id = t.owner_id`,
  );
  return rows.map(({ email }) => email);
}

test("README's tutorial does what it says, statement by statement", async () => {
  for (const name of ["bob", "doug"]) {
    await client.query(`insert into neon_auth.users_sync (raw_json) values ($1)`, [
      { id: name, display_name: name, primary_email: `${name}@example.com`, signed_up_at_millis: 0 },
    ]);
    await client.query(`insert into todos (owner_id, task) values ($1, 'water the plants')`, [name]);
  }
  const [profiles = "", join = "", dropKey = "", ghosts = "", addKey = "", cascade = "", ...others] =
    statements;
  expect(others).toEqual([]);

  expect((await client.query(profiles)).rows.map(({ name }) => name).sort()).toEqual(["bob", "doug"]);
  expect((await client.query(join)).rows.map(({ email }) => email)).toEqual([
    "bob@example.com",
    "doug@example.com",
  ]);
  await client.query(dropKey);
  await client.query("begin");
  await client.query(ghosts);
  expect((await client.query(join)).rows.map(({ email }) => email)).toEqual(["bob@example.com", null]);
  // As `npm run db:restore` does.
  await client.query("rollback");
  await client.query(addKey);
  await client.query(cascade);
  expect(await emails()).toEqual(["bob@example.com"]);
});
