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

export type Progress = z.infer<typeof progressRow>;

const teamRow = z.object({
  /** The latest add or tick first. */
  shown: z.array(progressRow),
  members: z.number(),
  complete: z.number(),
  total: z.number(),
  ownCompleted: z.number(),
});
/** A page of Team progress; its numbers are the whole team's. */
export type Team = Omit<z.infer<typeof teamRow>, "ownCompleted">;

/**
 * Who did how much, in one row, so that the counters are read once; and how many completed todos of the user's own there
 * are. As `json` SafeQL leaves the members to zod: it cannot compare objects with a schema.
 * @param from the place to begin at, 1 for the first; null: the first page, and the viewer, too
 */
export function teamProgress(userId: string | null, from: number | null) {
  return statement(
    teamRow,
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
        coalesce(
          (
            select
              json_agg(
                json_build_object(
                  'userId', u.id,
                  'email', u.email,
                  'name', u.name,
                  'complete', s.complete,
                  'total', s.total
                )
                order by s.latest desc, u.id
              )
            from shown s
            join neon_auth.users_sync u on u.id = s.owner_id
          )::json,
          '[]'
        ) as shown,
        coalesce(count(*), 0)::int as members,
        coalesce(sum(t.complete), 0)::int as complete,
        coalesce(sum(t.total), 0)::int as total,
        coalesce(sum(t.complete) filter (where t.owner_id = ${userId}::text), 0)::int as "ownCompleted"
      from team t
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
