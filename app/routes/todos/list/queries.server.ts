import sql from "sql-template-tag";
import { z } from "zod";
import { repeatable, statement } from "#app/db/statement.server.ts";
import type { Cursor } from "./cursor.ts";
import type { Filter } from "./list-part.server.ts";

/** How many todos a page shows. */
export const todosPerPage = 50;
/** How many people Team progress shows before it links to the rest, and on each page of the rest. */
export const membersPerPage = 20;

export const todoRow = z.object({
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
export function todosPage({ complete, ownerId }: Omit<Filter, "query">, before: Cursor | null) {
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
        and (${complete}::boolean is null or t.is_complete = ${complete}::boolean)
        and (${ownerId}::text is null or t.owner_id = ${ownerId}::text)
        and (
          ${before?.insertedAt ?? null}::timestamptz is null
          or (t.inserted_at, t.id) < (${before?.insertedAt ?? null}::timestamptz, ${before?.id ?? null}::bigint)
        )
      order by t.inserted_at desc, t.id desc
      limit ${todosPerPage + 1}::int
    `,
  );
}

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
export function remainingTodos({ complete, ownerId }: Omit<Filter, "query">) {
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

const progressRow = z.object({
  userId: z.string(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  complete: z.number(),
  total: z.number(),
});

const memberRow = progressRow.extend({
  /** Of the whole team, not of these rows. */
  members: z.number(),
});
export type Member = z.infer<typeof memberRow>;

/**
 * Who did how much, beginning with those who have the latest add or tick among their todos.
 * @param from the place in that order to begin at, 1 for the first; null: from the first, and the viewer too
 */
export function teamProgress(userId: string | null, from: number | null) {
  return statement(
    memberRow,
    // With the key every owner has a profile, and nobody has to look for 10,000 of them: that took half of the
    // time.
    sql`
      with team as materialized (
        select c.owner_id, c.complete, c.total, c.latest
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
      ),
      shown as (
        (
          select owner_id, complete, total, latest
          from team
          order by latest desc, owner_id
          limit ${membersPerPage}::int
          offset coalesce(${from}::int, 1) - 1
        )
        union
        select owner_id, complete, total, latest
        from team
        where ${from}::int is null
          and owner_id = ${userId}::text
      )
      select
        u.id as "userId",
        u.email,
        u.name,
        coalesce(shown.complete, 0)::int as complete,
        coalesce(shown.total, 0)::int as total,
        coalesce((select count(*) from team), 0)::int as members
      from shown
      join neon_auth.users_sync u on u.id = shown.owner_id
      order by shown.latest desc, u.id
    `,
  );
}

/** What some users have done, as Team progress shows it. Those who are not in it have no row. */
export function progressOf(userIds: string[]) {
  return statement(
    progressRow,
    sql`
      select
        u.id as "userId",
        u.email,
        u.name,
        coalesce(c.complete, 0)::int as complete,
        coalesce(c.total, 0)::int as total
      from todo_counts c
      join neon_auth.users_sync u on u.id = c.owner_id
      where c.owner_id = any(${userIds}::text[])
        and u.deleted_at is null
      order by c.latest desc, u.id
    `,
    repeatable,
  );
}
