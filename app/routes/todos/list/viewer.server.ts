import sql from "sql-template-tag";
import { z } from "zod";
import type { Session } from "#app/auth/session/session.server.ts";
import { repeatable, statement } from "#app/db/statement.server.ts";

const viewerRow = z.object({ email: z.string().nullable(), isAdmin: z.boolean(), isDeleted: z.boolean() });

/** Who is looking: no row before the sync has brought the profile, and none again after a deletion. */
export function viewer({ userId }: Session) {
  return statement(
    viewerRow,
    sql`
      select
        u.email,
        coalesce(is_admin(u.raw_json), false) as "isAdmin",
        u.deleted_at is not null as "isDeleted"
      from neon_auth.users_sync u
      where u.id = ${userId}::text
    `,
    repeatable,
  );
}

/** Who of some users may look at the list, and who may change all of it. Nobody has a row before his profile came. */
export function rightsOf(userIds: string[]) {
  return statement(
    viewerRow.omit({ email: true }).extend({ userId: z.string() }),
    sql`
      select
        u.id as "userId",
        coalesce(is_admin(u.raw_json), false) as "isAdmin",
        u.deleted_at is not null as "isDeleted"
      from neon_auth.users_sync u
      where u.id = any(${userIds}::text[])
    `,
    repeatable,
  );
}
