import sql from "sql-template-tag";
import { z } from "zod";
import { connectDatabase } from "#app/db/database.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { environment } from "#app/environment.server.ts";
import { logOutage } from "#app/http/unavailable.server.ts";

/** Load balancers wait 2 s at most. */
const limitMs = 1_500;

/** The database answers, and the migrations have been run. */
export async function loader() {
  const headers = { "Cache-Control": "no-store", "Content-Type": "text/plain" };
  try {
    const todos = statement(
      z.object({ exists: z.boolean() }),
      sql`select to_regclass('todos') is not null as exists`,
    );
    const [row] = await connectDatabase(environment().databaseUrl, limitMs).query(todos);
    if (row?.exists) return new Response("ready\n", { headers });
    return new Response("the database has no todos table: run `npm run db:migrate`\n", {
      status: 503,
      headers,
    });
  } catch (error) {
    logOutage("GET /readyz", error);
    return new Response("the database cannot be reached\n", {
      status: 503,
      headers: { ...headers, "Retry-After": "5" },
    });
  }
}
