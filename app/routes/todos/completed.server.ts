import sql from "sql-template-tag";
import { z } from "zod";
import { statement } from "#app/db/statement.server.ts";

/**
 * How many completed todos there are to clear, a ghost's among them.
 * @param userId whose own are counted, too; null: nobody's
 */
export function completedTodos(userId: string | null) {
  return statement(
    z.object({ completed: z.number(), ownCompleted: z.number() }),
    sql`
      select
        coalesce(sum(c.complete), 0)::int as completed,
        coalesce(sum(c.complete) filter (where c.owner_id = ${userId}::text), 0)::int as "ownCompleted"
      from todo_counts c
      where c.owner_id not in (select u.id from neon_auth.users_sync u where u.deleted_at is not null)
    `,
  );
}
