import sql from "sql-template-tag";
import { z } from "zod";
import { statement } from "#app/db/statement.server.ts";

/**
 * How many completed todos there are to clear: a ghost's are not, whose owner has no profile. With the foreign key
 * there are none, and nobody has to look for the profiles.
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
        and (
          exists (
            select
            from pg_constraint k
            where k.conrelid = 'todos'::regclass
              and k.conname = 'todos_owner_id_fk'
              and k.convalidated
          )
          or exists (select from neon_auth.users_sync u where u.id = c.owner_id)
        )
    `,
  );
}
