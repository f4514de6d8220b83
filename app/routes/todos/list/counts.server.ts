import sql from "sql-template-tag";
import { z } from "zod";
import { statement } from "#app/db/statement.server.ts";
import type { Filter } from "./views.ts";

/**
 * What the list shows, as one opaque word: it changes with every change of todos and of the people, and with
 * nothing else. It names what the other statements of its snapshot show.
 */
export function listVersion() {
  return statement(
    z.object({ version: z.string() }),
    sql`
      select coalesce(v.version::text, '') as version
      from todos_version v
    `,
  );
}

export const remainingRow = z.object({
  remaining: z.number(),
  /** No more were counted, and there may be more. */
  areMore: z.boolean(),
  /** The last todo that was searched, as a cursor has it, where there may be earlier ones. */
  searchedToAt: z.string().nullable(),
  searchedToId: z.string().nullable(),
});
export type Remaining = z.infer<typeof remainingRow>;

/** How many todos are still open, among completed ones none. */
export function remainingTodos({ complete, ownerId }: Filter) {
  return statement(
    remainingRow,
    sql`
      select
        coalesce(sum(c.total - c.complete), 0)::int as remaining,
        false as "areMore",
        null::text as "searchedToAt",
        null::text as "searchedToId"
      from todo_counts c
      where c.owner_id not in (select u.id from neon_auth.users_sync u where u.deleted_at is not null)
        and (${ownerId}::text is null or c.owner_id = ${ownerId}::text)
        and ${complete}::boolean is not true
    `,
  );
}

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
