import sql from "sql-template-tag";
import { z } from "zod";
import { repeatable, statement } from "#app/db/statement.server.ts";

const viewerRow = z.object({
  userId: z.string(),
  email: z.string().nullable(),
  isAdmin: z.boolean(),
  isDeleted: z.boolean(),
});
export type Profile = z.infer<typeof viewerRow>;

/** No row before the sync has brought a user's profile, or after it is removed. */
export function viewersOf(userIds: string[]) {
  return statement(
    viewerRow,
    sql`
      select
        u.id as "userId",
        u.email,
        coalesce(is_admin(u.raw_json), false) as "isAdmin",
        u.deleted_at is not null as "isDeleted"
      from neon_auth.users_sync u
      where u.id = any(${userIds}::text[])
    `,
    repeatable,
  );
}

export function viewerOf({ userId }: { userId: string }) {
  return viewersOf([userId]);
}
