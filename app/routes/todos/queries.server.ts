import sql from "sql-template-tag";
import { z } from "zod";
import type { Session } from "#app/auth/session.server.ts";
import { statement } from "#app/db/statement.server.ts";
import type { Cursor } from "./cursor.ts";

/** How many todos a page shows. */
export const todosPerPage = 50;
/** How many people Team progress shows before it links to the rest, and on each page of the rest. */
export const membersPerPage = 20;

const viewerRow = z.object({ email: z.string().nullable(), isAdmin: z.boolean(), isDeleted: z.boolean() });

/** Who is looking: no row before the sync has brought the profile, and none again after a deletion. */
export function viewer({ userId }: Session) {
  return statement(
    viewerRow,
    sql`
      select
        u.email,
        coalesce(u.raw_json -> 'server_metadata' ->> 'role' = 'admin', false) as "isAdmin",
        u.deleted_at is not null as "isDeleted"
      from neon_auth.users_sync u
      where u.id = ${userId}::text
    `,
  );
}

const todoRow = z.object({
  id: z.string(),
  task: z.string(),
  isComplete: z.boolean(),
  ownerId: z.string(),
  ownerEmail: z.string().nullable(),
  /** Nobody by the owner's id is known: the ghost todo of the tutorial. */
  isGhost: z.boolean(),
  insertedAt: z.string(),
});
export type Todo = z.infer<typeof todoRow>;

/**
 * The newest todos that are older than `before`, newest first, each with its owner's e-mail; one more than
 * a page, to tell whether there are earlier ones. `insertedAt` keeps Postgres's microseconds, so that it can
 * serve as a cursor; it is never empty, but SafeQL takes what a function returns for nullable.
 */
export function todosPage(before: Cursor | null) {
  return statement(
    todoRow,
    sql`
      select
        t.id::text as id,
        t.task,
        t.is_complete as "isComplete",
        t.owner_id as "ownerId",
        u.email as "ownerEmail",
        u.id is null as "isGhost",
        coalesce(to_char(t.inserted_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '') as "insertedAt"
      from todos t
      left join neon_auth.users_sync u on u.id = t.owner_id
      where u.deleted_at is null
        and (
          ${before?.insertedAt ?? null}::timestamptz is null
          or (t.inserted_at, t.id) < (${before?.insertedAt ?? null}::timestamptz, ${before?.id ?? null}::bigint)
        )
      order by t.inserted_at desc, t.id desc
      limit ${todosPerPage + 1}::int
    `,
  );
}

/** How many todos are still open, everybody's together. */
export function remainingTodos() {
  return statement(
    z.object({ remaining: z.number() }),
    sql`
      select count(*)::int as remaining
      from todos t
      left join neon_auth.users_sync u on u.id = t.owner_id
      where not t.is_complete
        and u.deleted_at is null
    `,
  );
}

const memberRow = z.object({
  userId: z.string(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  complete: z.number(),
  total: z.number(),
  /** Of the whole team, not of these rows. */
  members: z.number(),
});
export type Member = z.infer<typeof memberRow>;

/**
 * Who did how much, beginning with those who have the latest add or tick among their todos.
 * @param from the place in that order to begin at, 1 for the first; null: from the first, and the viewer too
 */
export function teamProgress({ userId }: Session, from: number | null) {
  return statement(
    memberRow,
    sql`
      with progress as (
        select
          t.owner_id,
          count(*) filter (where t.is_complete)::int as complete,
          count(*)::int as total,
          max(greatest(t.inserted_at, t.completed_at)) as latest
        from todos t
        group by t.owner_id
      ),
      team as (
        select
          u.id,
          u.email,
          u.name,
          complete,
          total,
          row_number() over (order by p.latest desc, u.id) as place,
          count(*) over ()::int as members
        from progress p
        join neon_auth.users_sync u on u.id = p.owner_id
        where u.deleted_at is null
      )
      select id as "userId", email, name, complete, total, members
      from team
      where place between coalesce(${from}::int, 1) and coalesce(${from}::int, 1) + ${membersPerPage - 1}::int
        or (${from}::int is null and id = ${userId}::text)
      order by place
    `,
  );
}
