import sql from "sql-template-tag";
import { z } from "zod";
import type { Session } from "#app/auth/session/session.server.ts";
import { repeatable, statement } from "#app/db/statement.server.ts";

const accountRow = z.object({
  isEmailVerified: z.boolean(),
  name: z.string().nullable(),
  /** True unless Stack has said otherwise. */
  hasPassword: z.boolean(),
});
export type Account = z.infer<typeof accountRow>;

/** No row before the sync has brought the profile. */
export function accountOf({ userId }: Session) {
  return statement(
    accountRow,
    sql`
      select
        u.raw_json @> '{"primary_email_verified": true}' as "isEmailVerified",
        u.name,
        not u.raw_json @> '{"has_password": false}' as "hasPassword"
      from neon_auth.users_sync u
      where u.id = ${userId}::text
    `,
    repeatable,
  );
}
