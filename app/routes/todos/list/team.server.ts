import sql from "sql-template-tag";
import { z } from "zod";
import { repeatable, statement } from "#app/db/statement.server.ts";

/** How many people Team progress shows before it links to the rest, and on each page of the rest. */
const membersPerPage = 20;

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
