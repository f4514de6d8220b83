import sql from "sql-template-tag";
import { z } from "zod";
import type { Session } from "#app/auth/session/session.server.ts";
import { repeatable, statement } from "#app/db/statement.server.ts";

const accountRow = z.object({
  email: z.string().nullable(),
  isEmailVerified: z.boolean(),
  name: z.string().nullable(),
  /** Where Stack has not said so, he has one. */
  hasPassword: z.boolean(),
  isAdmin: z.boolean(),
  isDeleted: z.boolean(),
});
export type Account = z.infer<typeof accountRow>;

/** What is known of somebody's account: no row before the sync has brought it, and none again after a deletion. */
export function accountOf({ userId }: Session) {
  return statement(
    accountRow,
    sql`
      select
        u.email,
        u.raw_json @> '{"primary_email_verified": true}' as "isEmailVerified",
        u.name,
        not u.raw_json @> '{"has_password": false}' as "hasPassword",
        coalesce(u.raw_json -> 'server_metadata' ->> 'role' = 'admin', false) as "isAdmin",
        u.deleted_at is not null as "isDeleted"
      from neon_auth.users_sync u
      where u.id = ${userId}::text
    `,
    repeatable,
  );
}
