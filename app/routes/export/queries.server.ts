import sql from "sql-template-tag";
import { z } from "zod";
import type { Session } from "#app/auth/session/session.server.ts";
import { statement } from "#app/db/statement.server.ts";
import type { Cursor } from "#app/routes/todos/list/cursor.ts";

export const todosPerBatch = 1_000;

const ownTodoRow = z.object({
  /** A bigint, which numbers of JSON do not hold. */
  id: z.string(),
  task: z.string(),
  isComplete: z.boolean(),
  /** ISO 8601 in UTC with microseconds, as all times here. */
  insertedAt: z.string(),
  /** Null while the todo is open, or if the time of the tick is unknown. */
  completedAt: z.string().nullable(),
  /** A day of the calendar, as YYYY-MM-DD. */
  dueOn: z.string().nullable(),
  /** An email address. */
  assignee: z.string().nullable(),
});
export type OwnTodo = z.infer<typeof ownTodoRow>;
export const ownTodoColumns = ownTodoRow.keyof().options;

/** The user's own todos, oldest first. No rows for a user whose profile is missing or deleted. */
export function ownTodosBatch({ userId }: Session, after: Cursor | null) {
  return statement(
    ownTodoRow,
    sql`
      select
        t.id::text as id,
        t.task,
        t.is_complete as "isComplete",
        coalesce(to_char(t.inserted_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '') as "insertedAt",
        to_char(t.completed_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "completedAt",
        to_char(t.due_on, 'YYYY-MM-DD') as "dueOn",
        a.email as assignee
      from neon_auth.users_sync u
      join todos t on t.owner_id = u.id
      left join neon_auth.users_sync a on a.id = t.assignee_id and a.deleted_at is null
      where u.id = ${userId}::text
        and u.deleted_at is null
        and (t.inserted_at, t.id) > (
          coalesce(${after?.insertedAt ?? null}::timestamptz, '-infinity'),
          coalesce(${after?.id ?? null}::bigint, 0)
        )
      order by t.inserted_at, t.id
      limit ${todosPerBatch}::int
    `,
  );
}
