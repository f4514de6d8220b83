import sql, { type Sql } from "sql-template-tag";
import { vi } from "vitest";
import { z } from "zod";
import { connectDatabase } from "#app/db/database.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { undeliveredUserEvents } from "#tests/mocks/stack/user-events.ts";
import { app } from "./app.ts";

const todos = connectDatabase(app.databaseUrl);
const stackUrl = new URL(app.databaseUrl);
stackUrl.pathname = "/stack";
const stack = connectDatabase(stackUrl.href);

export function rows<Row>(row: z.ZodType<Row>, query: Sql): Promise<Row[]> {
  return todos.query(statement(row, query));
}

/** Waits until the sync has brought everything that Stack knows to users_sync. */
export async function synced(): Promise<void> {
  await vi.waitFor(
    async () => {
      const { length } = await stack.query(undeliveredUserEvents());
      if (length > 0) throw new Error(`${length} events are on their way to users_sync`);
    },
    { timeout: 60_000, interval: 5 },
  );
}

const digest = z.object({ digest: z.string() });

/** A fingerprint of every row that a request could change, in the app's database and at Stack. */
export async function fingerprint(): Promise<string> {
  const [ours] = await rows(
    digest,
    sql`
      select concat_ws(' ',
        (select count(*) || ':' || md5(coalesce(string_agg(t::text, ',' order by t.id), '')) from todos t),
        (select count(*) || ':' || md5(coalesce(string_agg(u::text, ',' order by u.id), '')) from neon_auth.users_sync u),
        (select count(*) || ':' || md5(coalesce(string_agg(c::text, ',' order by c.batch, c.todo_id), '')) from undoable_todos c)
      ) as digest
    `,
  );
  const [theirs] = await stack.query(
    statement(
      digest,
      sql`
        select concat_ws(' ',
          (select count(*) || ':' || md5(coalesce(string_agg((to_jsonb(u) - 'last_active_at')::text, ',' order by u.id), '')) from users u),
          (select count(*) || ':' || md5(coalesce(string_agg(c::text, ',' order by c.id), '')) from contact_channels c),
          (select count(*) || ':' || md5(coalesce(string_agg(s.id::text, ',' order by s.id), '')) from sessions s)
        ) as digest
      `,
    ),
  );
  return `${ours?.digest} ${theirs?.digest}`;
}
