import { HttpResponse, http, type RequestHandler } from "msw";
import pg from "pg";
import { z } from "zod";
import { databaseIn, neon, onServer } from "./address.ts";
import { readRequest, type SqlRequest, type Statement } from "./requests.ts";

interface NeonStandIn {
  /** For msw's `setupServer` and `getResponse`. */
  handlers: RequestHandler[];
  /** Ends its connections, which would keep databases from being dropped. */
  close(): Promise<void>;
}

/**
 * Neon's SQL over HTTP, answered by a Postgres server with databases of the same names. It shares no code with
 * `db/neon-over-tcp`, so that the two confirm each other.
 * @param serverUrl any database of that server
 * @see https://github.com/neondatabase/neon/blob/main/proxy/src/serverless/sql_over_http.rs
 */
export function createNeonStandIn(serverUrl: string): NeonStandIn {
  const pools = new Map<string, pg.Pool>();

  function poolFor(connectionString: string): pg.Pool {
    const database = databaseIn(connectionString);
    const pool =
      pools.get(database) ?? new pg.Pool({ connectionString: onServer(serverUrl, database), max: 4 });
    pools.set(database, pool);
    return pool;
  }

  async function answer(request: Request): Promise<Response> {
    try {
      const asked = await readRequest(request);
      const { username, password } = new URL(asked.connectionString);
      if (username !== neon.user || password !== neon.password) return wrongPassword(username);
      const client = await poolFor(asked.connectionString).connect();
      try {
        return HttpResponse.json(await run(client, asked));
      } finally {
        await reset(client);
      }
    } catch (error) {
      return refusal(error);
    }
  }

  return {
    handlers: [http.post(neon.sqlUrl, ({ request }) => answer(request))],
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.end()));
    },
  };
}

async function run(client: pg.PoolClient, { statements, begin }: SqlRequest) {
  if (begin) await client.query(begin);
  const results = [];
  for (const statement of statements) results.push(await resultOf(client, statement));
  if (begin) await client.query("commit");
  return begin ? { results } : results[0];
}

async function resultOf(client: pg.PoolClient, { query, params }: Statement) {
  // Neon prepares each statement, so that Postgres accepts a single one. `queryMode` is not in @types/pg.
  const config: pg.QueryArrayConfig & { queryMode: "extended" } = {
    text: query,
    values: params,
    rowMode: "array",
    queryMode: "extended",
    types: { getTypeParser: () => String },
  };
  const { fields, rows, command, rowCount } = await client.query(config);
  return { fields, rows, command, rowCount, rowAsArray: true };
}

/** Cleans the session for the next request; drops one in an open transaction. */
async function reset(client: pg.PoolClient): Promise<void> {
  const isClean = await client.query("discard all").then(
    () => true,
    () => false,
  );
  client.release(!isClean);
}

const toldOfErrors = z.object({
  message: z.string(),
  code: z.string().default(""),
  detail: z.string().nullable().default(null),
  hint: z.string().nullable().default(null),
  position: z.string().nullable().default(null),
  internalPosition: z.string().nullable().default(null),
  internalQuery: z.string().nullable().default(null),
  severity: z.string().default(""),
  where: z.string().nullable().default(null),
  table: z.string().nullable().default(null),
  column: z.string().nullable().default(null),
  schema: z.string().nullable().default(null),
  dataType: z.string().nullable().default(null),
  constraint: z.string().nullable().default(null),
  file: z.string().nullable().default(null),
  line: z.string().nullable().default(null),
  routine: z.string().nullable().default(null),
});

function refusal(error: unknown): Response {
  if (error instanceof pg.DatabaseError) return badRequest(error);
  if (error instanceof z.ZodError) {
    // With a code it does not count as the proxy's own refusal, but as a bug.
    return badRequest({ code: "XX000", message: `Not what Neon expects: ${z.prettifyError(error)}` });
  }
  return HttpResponse.json({ message: String(error) }, { status: 500 });
}

/** Refusals by Neon's proxy itself have no code. */
function wrongPassword(user: string): Response {
  return badRequest({ message: `password authentication failed for user '${user}'` });
}

function badRequest(error: z.input<typeof toldOfErrors>): Response {
  return HttpResponse.json(toldOfErrors.parse({ ...error, message: error.message }), { status: 400 });
}
