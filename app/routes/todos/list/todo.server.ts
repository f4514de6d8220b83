import sql from "sql-template-tag";
import { z } from "zod";
import type { Cursor } from "./cursor.ts";
import type { Filter } from "./views.ts";

// Statements share these fragments; tests/sql checks them as part of each statement.

export const todoRow = z.object({
  id: z.string(),
  task: z.string(),
  isComplete: z.boolean(),
  ownerId: z.string(),
  ownerEmail: z.string().nullable(),
  /** The owner has no profile: the tutorial's ghost todo. */
  isGhost: z.boolean(),
  /** null: nobody; "": a user without an email. */
  assigneeEmail: z.string().nullable(),
  /** A day of the calendar, as YYYY-MM-DD. */
  dueOn: z.string().nullable(),
  /** With microseconds, for a cursor. */
  insertedAt: z.string(),
});
export type TodoRow = z.infer<typeof todoRow>;
export type Todo = Omit<TodoRow, "insertedAt">;

/** `coalesce`, because SafeQL takes `to_char` for nullable. */
export const listed = sql`
  select
    t.id::text as id,
    t.task,
    t.is_complete as "isComplete",
    t.owner_id as "ownerId",
    u.email as "ownerEmail",
    u.id is null as "isGhost",
    case when a.id is not null then coalesce(a.email, '') end as "assigneeEmail",
    to_char(t.due_on, 'YYYY-MM-DD') as "dueOn",
    coalesce(to_char(t.inserted_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '') as "insertedAt"
  from todos t
  left join neon_auth.users_sync u on u.id = t.owner_id
  left join neon_auth.users_sync a on a.id = t.assignee_id and a.deleted_at is null
  where u.deleted_at is null
`;

/** For a todo `t`. The statement itself has to search for the query. */
export const matches = (filter: Filter) => sql`
  (${filter.complete}::boolean is null or t.is_complete = ${filter.complete}::boolean)
  and (${filter.ownerId}::text is null or t.owner_id = ${filter.ownerId}::text)
  and (${filter.assigneeId}::text is null or t.assignee_id = ${filter.assigneeId}::text)
  and (${filter.dueBefore}::date is null or t.due_on < ${filter.dueBefore}::date)
`;

/** For a todo `t`, without a join: few profiles are marked as deleted. Ghosts are in. */
export const ofLivingOwner = sql`
  t.owner_id not in (select u.id from neon_auth.users_sync u where u.deleted_at is not null)
`;

/** For a todo `t`; every todo without a cursor. */
export const olderThan = (before: Cursor | null) => sql`
  (
    ${before?.insertedAt ?? null}::timestamptz is null
    or (t.inserted_at, t.id) < (${before?.insertedAt ?? null}::timestamptz, ${before?.id ?? null}::bigint)
  )
`;
