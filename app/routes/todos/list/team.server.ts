import sql from "sql-template-tag";
import { z } from "zod";
import { repeatable, statement } from "#app/db/statement.server.ts";
import { ofProfile } from "./counts.server.ts";

/** Of Team progress: before it links to the rest, and on each page of the rest. */
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
 * Who did how much, the latest add or tick first.
 * @param from the place to begin at, 1 for the first; null: the first page, and the viewer, too
 */
export function teamProgress(userId: string | null, from: number | null) {
  return statement(
    memberRow,
    sql`
      with team as materialized (
        select c.owner_id, c.complete, c.total, c.latest
        from todo_counts c
        where ${ofProfile}
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

/** Some users' lines of Team progress. Users without todos have no row. */
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
