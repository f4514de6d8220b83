import sql from "sql-template-tag";
import { expect, vi } from "vitest";
import { z } from "zod";
import { database } from "#app/db/current.server.ts";
import { connectClient } from "#app/db/database.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { environment } from "#app/platform/environment.server.ts";

/**
 * Starts requests one after the other, each when those before it wait for a lock on the todos, then lets all of them
 * go on.
 */
export async function atTheSameMoment(requests: (() => Promise<Response>)[]): Promise<Response[]> {
  const client = await connectClient(environment().databaseUrl);
  try {
    await client.query("begin");
    await client.query("select from todos for update");
    const answers: Promise<Response>[] = [];
    for (const request of requests) {
      answers.push(request());
      await vi.waitFor(async () => expect(await waiting()).toBe(answers.length), {
        interval: 5,
        timeout: 60_000,
      });
    }
    await client.query("rollback");
    return await Promise.all(answers);
  } finally {
    await client.end();
  }
}

async function waiting(): Promise<number> {
  const [row] = await database().query(
    statement(
      z.object({ count: z.number() }),
      sql`
        select count(*)::int as count
        from pg_stat_activity
        where datname = current_database()
          and wait_event_type = 'Lock'
      `,
    ),
  );
  return row?.count ?? 0;
}
