import sql from "sql-template-tag";
import { z } from "zod";
import { statement } from "#app/db/statement.server.ts";

export function todosOf(userId: string) {
  return statement(
    z.object({ id: z.string(), isComplete: z.boolean(), email: z.string().nullable(), others: z.number() }),
    sql`
      select t.id, t.is_complete as "isComplete", u.email, count(*) over ()::int as others
      from todos t
      left join neon_auth.users_sync u on u.id = t.owner_id
      where t.owner_id = ${userId}::text
    `,
  );
}
