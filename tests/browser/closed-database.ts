import { readFileSync } from "node:fs";
import { connectClient } from "#app/db/database.server.ts";

/** Does some work while Postgres runs but refuses connections to the app's database. */
export async function whileDatabaseIsClosed(work: () => Promise<void>): Promise<void> {
  const { databaseUrl } = JSON.parse(readFileSync(".local-browser-tests/local.json", "utf8"));
  const client = await connectClient(new URL("/postgres", databaseUrl).href);
  try {
    await client.query("alter database todos allow_connections false");
    await client.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'todos'");
    await work();
  } finally {
    await client.query("alter database todos allow_connections true");
    await client.end();
  }
}
