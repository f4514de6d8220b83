import sql from "sql-template-tag";
import { z } from "zod";
import type { Session } from "#app/auth/session/session.server.ts";
import { repeatable, statement } from "#app/db/statement.server.ts";

const mostPeople = 10;

const personRow = z.object({ id: z.string(), name: z.string().nullable(), email: z.string() });
export type Person = z.infer<typeof personRow>;

/**
 * Living users with an email address, whose name or address begins like this; case is ignored. No rows for a user whose
 * own profile is missing or deleted. Postgres 15 and newer use the indexes of the migration `people`.
 */
export function peopleLike({ userId }: Session, prefix: string) {
  return statement(
    personRow,
    sql`
      with found as (
        (
          select u.id, u.name, u.email
          from neon_auth.users_sync u
          where starts_with(lower(u.email), lower(${prefix}::text))
            and u.deleted_at is null
          order by lower(u.email)
          limit ${mostPeople}::int
        )
        union
        (
          select u.id, u.name, u.email
          from neon_auth.users_sync u
          where starts_with(lower(u.name), lower(${prefix}::text))
            and u.email is not null
            and u.deleted_at is null
          order by lower(u.name)
          limit ${mostPeople}::int
        )
      )
      select coalesce(f.id, '') as id, f.name, coalesce(f.email, '') as email
      from found f
      where exists (
        select
        from neon_auth.users_sync u
        where u.id = ${userId}::text
          and u.deleted_at is null
      )
      order by f.email, f.id
      limit ${mostPeople}::int
    `,
    repeatable,
  );
}
