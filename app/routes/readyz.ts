import sql from "sql-template-tag";
import { z } from "zod";
import { database } from "#app/db/current.server.ts";
import { repeatable, statement } from "#app/db/statement.server.ts";
import { personalHeaders, retryHeaders } from "#app/http/headers.ts";
import { logOutage } from "#app/platform/log.server.ts";
import { isStopping } from "#app/platform/stopping.server.ts";

/** Load balancers wait 2 s, of which a busy process needs some. */
const limitMs = 1_000;

/** The database answers, migrations have run, and the process is not stopping. */
export async function loader() {
  if (isStopping()) return answer(503, "stopping");
  try {
    const [row] = await database(limitMs).query(todosTable());
    if (row?.exists) return answer(200, "ready");
    return answer(503, "the database has no todos table: run `npm run db:migrate`");
  } catch (error) {
    logOutage("GET /readyz", error);
    return answer(503, "the database cannot be reached", retryHeaders(5));
  }
}

function todosTable() {
  return statement(
    z.object({ exists: z.boolean() }),
    sql`select to_regclass('todos') is not null as exists`,
    repeatable,
  );
}

function answer(status: 200 | 503, words: string, headers = personalHeaders()): Response {
  headers.set("Content-Type", "text/plain");
  return new Response(`${words}\n`, { status, headers });
}
