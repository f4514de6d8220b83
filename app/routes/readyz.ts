import sql from "sql-template-tag";
import { z } from "zod";
import { connectDatabase } from "#app/db/database.server.ts";
import { repeatable, statement } from "#app/db/statement.server.ts";
import { environment } from "#app/platform/environment.server.ts";
import { logOutage } from "#app/platform/log.server.ts";
import { isStopping } from "#app/platform/stopping.server.ts";

/** Load balancers wait 2 s, of which a busy process needs some. */
const limitMs = 1_000;

/** The database answers, migrations have run, and the process is not stopping. */
export async function loader() {
  const headers = { "Cache-Control": "no-store", "Content-Type": "text/plain" };
  if (isStopping()) return new Response("stopping\n", { status: 503, headers });
  try {
    const todos = statement(
      z.object({ exists: z.boolean() }),
      sql`select to_regclass('todos') is not null as exists`,
      repeatable,
    );
    const [row] = await connectDatabase(environment().databaseUrl, limitMs).query(todos);
    if (row?.exists) return new Response("ready\n", { headers });
    const message = "the database has no todos table: run `npm run db:migrate`\n";
    return new Response(message, { status: 503, headers });
  } catch (error) {
    logOutage("GET /readyz", error);
    const retryHeaders = { ...headers, "Retry-After": "5" };
    return new Response("the database cannot be reached\n", { status: 503, headers: retryHeaders });
  }
}
