import { connectClient } from "#app/db/database.server.ts";
import { type Postgres, startPostgres } from "#db/local/postgres/server.ts";

/** The tests' own Postgres server, which runs that overlap share. */
export interface TestServer extends Pick<Postgres, "urlFor"> {
  /**
   * To be called at the end; the last run to leave stops the server.
   * @returns the databases of test files that were still there then, and are dropped
   */
  leave(): Promise<string[]>;
}

const directory = "node_modules/.cache/todos-tests/postgres";
const inUseKey = "hashtext('tests in use')";

/** Starts the server or joins the one that is running. Who is alone clears what a killed run has left. */
export async function joinTestServer(): Promise<TestServer> {
  const postgres = await startPostgres({ directory, durable: false });
  const client = await connectClient(postgres.urlFor("postgres"));
  const has = async (lock: string) => (await client.query(`select ${lock}(${inUseKey}) as it`)).rows[0].it;

  async function dropTestDatabases(): Promise<string[]> {
    const like = "like 'test!_%' escape '!'";
    const { rows } = await client.query(`select datname as name from pg_database where datname ${like}`);
    for (const { name } of rows) await client.query(`drop database ${name} with (force)`);
    return rows.map(({ name }) => name);
  }

  if (await has("pg_try_advisory_lock")) {
    await dropTestDatabases();
    await has("pg_advisory_lock_shared");
    await has("pg_advisory_unlock");
  } else {
    await has("pg_advisory_lock_shared");
  }

  return {
    urlFor: postgres.urlFor,
    async leave() {
      await has("pg_advisory_unlock_shared");
      const isLast = await has("pg_try_advisory_lock");
      const left = isLast ? await dropTestDatabases() : [];
      await client.end();
      if (isLast) await postgres.stop();
      return left;
    },
  };
}
